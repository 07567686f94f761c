"""What the daemon says about an image, as JSON documents; the CLI prints them, or a part of them.

Keys stand in the daemon's order (20.10.24 ``api/types``, as recorded).  The classic store is that
of Docker's ``overlay2`` driver, so an image says where its layers lie; the real driver picks those
directories at random, the lab derives them from the ChainID.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from labsim.timestamp import rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import ChainID
    from labsim.engine.engine import Engine
    from labsim.image import Image

__all__ = ["ZERO_TIME", "container_config", "go_time", "image_document"]

ZERO_TIME = "0001-01-01T00:00:00Z"
_ROOT = "/var/lib/docker/overlay2"
#: ``container.Config``: a key, and what it is where nobody said; ``None`` with a mark is left out.
_CONTAINER: tuple[tuple[str, object, bool], ...] = (
    ("Hostname", "", False),
    ("Domainname", "", False),
    ("User", "", False),
    ("AttachStdin", False, False),
    ("AttachStdout", False, False),
    ("AttachStderr", False, False),
    ("ExposedPorts", None, True),
    ("Tty", False, False),
    ("OpenStdin", False, False),
    ("StdinOnce", False, False),
    ("Env", None, False),
    ("Cmd", None, False),
    ("Healthcheck", None, True),
    ("ArgsEscaped", None, True),
    ("Image", "", False),
    ("Volumes", None, False),
    ("WorkingDir", "", False),
    ("Entrypoint", None, False),
    ("NetworkDisabled", None, True),
    ("MacAddress", None, True),
    ("OnBuild", None, False),
    ("Labels", None, False),
    ("StopSignal", None, True),
    ("StopTimeout", None, True),
    ("Shell", None, True),
)


def image_document(engine: Engine, image: Image) -> dict[str, Any]:
    """``GET /images/{name}/json``."""
    names = engine.names.of(image.id)
    given = image.config.document
    history = image.config.history
    variant = {"Variant": given["variant"]} if given.get("variant") else {}
    version = {"OsVersion": given["os.version"]} if given.get("os.version") else {}
    tagged = engine.tagged_us.get(image.id)
    return {
        "Id": str(image.id),
        "RepoTags": [name.familiar for name in names if name.digest is None],
        "RepoDigests": [name.familiar for name in names if name.digest is not None],
        "Parent": str(engine.parents.get(image.id, "")),
        "Comment": given.get("comment") or (history[-1].comment if history else ""),
        "Created": go_time(image.created),
        "Container": given.get("container") or "",
        "ContainerConfig": container_config(given.get("container_config") or {}),
        "DockerVersion": given.get("docker_version") or "",
        "Author": given.get("author") or "",
        "Config": None if given.get("config") is None else container_config(image.config.run),
        "Architecture": given.get("architecture") or "",
        **variant,
        "Os": given.get("os") or "",
        **version,
        "Size": image.size,
        "VirtualSize": image.size,
        "GraphDriver": {"Data": _places(image), "Name": "overlay2"},
        "RootFS": {"Type": "layers", **_layers(image)},
        "Metadata": {"LastTagTime": ZERO_TIME if tagged is None else rfc3339(tagged)},
    }


def _layers(image: Image) -> dict[str, list[str]]:
    return {"Layers": [str(diff_id) for diff_id in image.diff_ids]} if image.layers else {}


def _places(image: Image) -> dict[str, str] | None:
    """Where ``overlay2`` keeps the layers, the lower ones from the top down."""
    if not image.layers:
        return None
    *lower, top = (_place(chain_id) for chain_id in image.chain_ids)
    below = {"LowerDir": ":".join(f"{place}/diff" for place in reversed(lower))} if lower else {}
    return {
        **below,
        "MergedDir": f"{top}/merged",
        "UpperDir": f"{top}/diff",
        "WorkDir": f"{top}/work",
    }


def _place(chain_id: ChainID) -> str:
    return f"{_ROOT}/{hashlib.sha256(f'cache-id {chain_id}'.encode()).hexdigest()}"


def container_config(given: dict[str, Any]) -> dict[str, Any]:
    """A ``container.Config`` with every key that Go writes; maps in order of their keys."""
    document: dict[str, Any] = {}
    for key, default, optional in _CONTAINER:
        value = given.get(key)
        if optional and not value and not (key == "StopTimeout" and value is not None):
            continue
        order = _HEALTHCHECK if key == "Healthcheck" else None
        document[key] = _ordered(default if value is None else value, order)
    return document


_HEALTHCHECK = ("Test", "Interval", "Timeout", "StartPeriod", "Retries")


def _ordered(value: Any, order: tuple[str, ...] | None) -> Any:
    """A struct in its order, without what is empty; a map in the order of its keys."""
    if not isinstance(value, dict):
        return value
    if order is None:
        return {key: value[key] for key in sorted(value)}
    return {key: value[key] for key in order if value.get(key)}


def go_time(text: str) -> str:
    """A time as ``RFC3339Nano`` writes it: no more digits of a second than there are."""
    if not text:
        return ZERO_TIME
    return re.sub(r"\.(\d{1,9})\d*", lambda match: f".{match[1]}".rstrip("0").rstrip("."), text)
