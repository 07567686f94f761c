"""What the cache asks about the mounts of a ``RUN``, and which of them a lab does not have.

A bind is compared by the content of its files; a cache, a tmpfs and a secret are not looked at.

Source: moby/buildkit ``dockerfile2llb/convert_runmount.go``, ``solver/llbsolver/ops/exec.go``.
"""

from __future__ import annotations

from collections.abc import Iterable

from labsim.dockerfile.mounts import Mount
from labsim.engine.builder.copying import printed
from labsim.engine.builder.tree import Tree
from labsim.errors import InvalidDockerfile, NotSimulated

__all__ = ["check_mount", "lacks", "shown"]


def check_mount(mount: Mount, line: int) -> None:
    """Refuse what is no mount here."""
    if mount.kind == "ssh":
        raise NotSimulated(f"RUN --mount=type=ssh (line {line} of the Dockerfile)")
    if mount.kind != "secret" and not mount.place.strip("/"):
        raise InvalidDockerfile('invalid mount target "/"', line)


def lacks(mounts: Iterable[Mount], secrets: Iterable[str]) -> str:
    """The id of a secret that a command cannot do without; empty where none is missing."""
    here = tuple(secrets)
    wanted = (one.secret for one in mounts if one.kind == "secret" and one.required)
    return next((name for name in wanted if name not in here), "")


def shown(tree: Tree, mount: Mount) -> dict[str, str] | None:
    """The files that a mount shows, as the cache compares them; ``None``: there are none."""
    path = mount.source.strip("/")
    if tree.is_folder(path):
        return {f"{mount.place}/{name}": printed(node) for name, node in tree.below(path)}
    return {mount.place: printed(tree[path])} if path in tree else None
