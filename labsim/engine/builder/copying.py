"""``COPY`` and ``ADD``: which files go where, and what the cache asks about them.

The cache looks at names, modes and contents, never at times.

Source: moby 20.10 ``builder/dockerfile/copy.go``; moby/buildkit ``dockerfile2llb/convert.go``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from posixpath import basename, normpath
from typing import NamedTuple

from labsim.archive import Member, Tar, tar, unpack
from labsim.archive.reading import DIRECTORY, FILE, HARDLINK
from labsim.archive.unpacking import packing
from labsim.blob import Blob
from labsim.engine.builder.tree import Node, Tree, matching
from labsim.errors import InvalidDockerfile, Mismatch, NotSimulated

__all__ = [
    "Copied",
    "Ownership",
    "absolute",
    "collect",
    "layer_of",
    "mode_of",
    "owner_of",
    "printed",
    "unpacked",
]


class Ownership(NamedTuple):
    """Whose the copied files are, and their mode where ``--chmod`` gives one."""

    owner: tuple[int, int] = (0, 0)
    mode: int | None = None


class Copied(NamedTuple):
    """Files by where they go in the image."""

    nodes: dict[str, Node]
    prints: dict[str, str]  #: what the cache compares of each file
    kind: str  #: ``file``, ``dir`` or ``multi``, as the legacy builder's history says

    @property
    def key(self) -> str:
        """What the cache compares of all of them."""
        lines = (f"{name}\0{said}" for name, said in sorted(self.prints.items()))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @property
    def size(self) -> int:
        """Bytes of files."""
        return sum(node.size for node in self.nodes.values())


def absolute(path: str, working_dir: str) -> str:
    """A path in the image, without the slash in front; a slash at the end stays."""
    whole = path if path.startswith("/") else f"{working_dir or '/'}/{path}"
    tidy = normpath(whole).lstrip("/")
    folder = path.endswith(("/", "/.")) or path in (".", "..")
    return f"{tidy}/" if tidy and folder else tidy


def collect(tree: Tree, sources: Sequence[str], target: str, here: Tree) -> Copied | str:
    """Files for ``target`` (as :func:`absolute` gives it); or the source that is not there."""
    nodes: dict[str, Node] = {}
    prints: dict[str, str] = {}
    kinds: list[str] = []
    for source in sources:
        pattern = normpath("/" + source).lstrip("/")
        paths = matching(tree, pattern)
        if not paths and not any(sign in pattern for sign in "*?["):
            return pattern
        several = len(sources) > 1 or len(paths) > 1
        for path in paths:
            kinds.append("dir" if tree.is_folder(tree.followed(path)) else "file")
            firsts: dict[str, str] = {}
            for to, at in _placed(tree, path, target, here, several):
                nodes[to] = _linked(tree[at], at, to, firsts)
                prints[to.removeprefix(target).lstrip("/") or to] = printed(tree[at])
            if not firsts and kinds[-1] == "dir" and not here.is_folder(target.rstrip("/")):
                nodes.setdefault(target.rstrip("/"), Node(DIRECTORY, 0o755))
    return Copied(nodes, prints, kinds[0] if len(kinds) == 1 else "multi")


def _placed(
    tree: Tree, path: str, target: str, here: Tree, several: bool
) -> Iterator[tuple[str, str]]:
    """Where each file goes, and where it is; a source that is a link is what it leads to."""
    bare, source = target.rstrip("/"), tree.followed(path)
    if tree.is_folder(source):
        for name, _ in tree.below(source):
            yield f"{bare}/{name}".lstrip("/"), f"{source}/{name}".lstrip("/")
    elif target.endswith("/") or here.is_folder(bare) or (several and not target):
        yield f"{bare}/{basename(path)}".lstrip("/"), source
    else:
        yield bare, source


def _linked(node: Node, at: str, to: str, firsts: dict[str, str]) -> Node:
    """One more name of a file that was copied already is a link to that."""
    if node.kind != FILE:
        return node
    first = firsts.setdefault(node.link or at, to)
    plain = node._replace(link="")
    return plain if first == to else Node(HARDLINK, node.mode, node.mtime, first)


def printed(node: Node) -> str:
    """What the cache compares of a file."""
    return f"{node.kind} {node.mode:o} {node.name_of_content}".rstrip()


def layer_of(copied: dict[str, Node], target: str, here: Tree, ownership: Ownership) -> Tar:
    """The layer: folders that were not there, then the files, in the order of their names."""
    nodes = dict(copied)
    folders = [target.rstrip("/")] if target.endswith("/") else []
    for path in [*copied, *folders]:
        for folder in _above(path, path in folders):
            if folder and not here.is_folder(folder):
                nodes.setdefault(folder, Node(DIRECTORY, 0o755))
    return tar(_member(path, nodes[path], ownership) for path in sorted(nodes))


def _above(path: str, itself: bool) -> Iterable[str]:
    parts = path.split("/")
    return ("/".join(parts[:depth]) for depth in range(1, len(parts) + itself))


def _member(path: str, node: Node, ownership: Ownership) -> Member:
    name = f"{path}/" if node.kind == DIRECTORY else path
    mode = node.mode if ownership.mode is None else ownership.mode
    return Member(name, node.kind, node.content, mode, node.mtime, node.link, ownership.owner)


def owner_of(text: str) -> tuple[int, int]:
    """User and group as numbers; a name that is not ``root`` is taken for the first user, 1000."""
    user, colon, group = text.partition(":")
    uid = _number(user)
    return uid, _number(group) if colon else uid


def _number(name: str) -> int:
    if name.isdecimal():
        return int(name)
    return 0 if name in ("", "root") else 1000


def mode_of(text: str, line: int) -> int | None:
    """The mode that ``--chmod`` gives, if it is given.

    Source: moby/buildkit ``dockerfile2llb/convert_copy.go``.
    """
    if text and not text[0].isdecimal():
        raise NotSimulated(f"--chmod={text} (line {line} of the Dockerfile; write it as in 755)")
    if text and not re.fullmatch("0*[0-7]{1,4}", text):
        raise InvalidDockerfile(
            f"invalid chmod parameter: '{text}'. it should be octal string and between 0 and 07777",
            line,
        )
    return int(text, 8) if text else None


def unpacked(blob: Blob) -> Tar | None:
    """The archive that ``ADD`` would unpack; ``None`` for any other file."""
    start = bytes(blob.slice(0, 262))
    if packing(start[:4]) != "gzip" and start[257:262] != b"ustar":
        return None
    try:
        return unpack(blob)
    except Mismatch:  # packed, but no archive: copied as it is
        return None
