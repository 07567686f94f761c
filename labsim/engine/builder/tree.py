"""Files as a build sees them: those of the context, and those of layers laid over each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from posixpath import basename, dirname, normpath
from typing import NamedTuple

from labsim.archive import Entry, Tar, is_opaque, whited_out
from labsim.archive.reading import DIRECTORY, FILE, HARDLINK, SYMLINK
from labsim.blob import EMPTY, Blob
from labsim.dockerfile import Ignore

__all__ = ["Context", "ContextFile", "Node", "Tree", "matching"]


class ContextFile(NamedTuple):
    """A file that somebody has: its bytes, its mode, and when it was last written (in seconds).

    ``kind`` is that of a tar's member.  ``link`` is where a symbolic link leads, or the path of the
    first of several names that one file has.
    """

    content: Blob
    mode: int = 0o644
    mtime: int = 0
    kind: str = FILE
    link: str = ""


class Node(NamedTuple):
    """A file, folder or link; its bytes are in ``file``, or in a layer's ``tar`` at ``entry``.

    ``link`` is where a link leads; of a file, the first of its names where it has several.
    """

    kind: str
    mode: int
    mtime: int = 0
    link: str = ""
    file: Blob = EMPTY
    tar: Tar | None = None
    entry: Entry | None = None

    @property
    def content(self) -> Blob:
        """The bytes of a regular file."""
        if self.tar is None or self.entry is None:
            return self.file
        return self.tar.slice(self.entry.at, self.entry.at + self.entry.size)

    @property
    def size(self) -> int:
        """Bytes of a regular file."""
        return self.entry.size if self.entry is not None else self.file.size

    @property
    def name_of_content(self) -> str:
        """What changes when the bytes do.  Made-up bytes are named by their layer, not hashed."""
        if self.kind != FILE:
            return self.link
        if self.tar is not None and self.entry is not None and not self.tar.held:
            return f"{self.tar.digest}/{self.entry.name}"
        return str(self.content.digest)


_FOLDER = Node(DIRECTORY, 0o755)
#: Links that lead from link to link; a circle is longer than any honest chain.
_MOST_LINKS = 8


class Tree(dict[str, Node]):
    """Nodes by path, without a slash in front or behind; every folder above one is there too."""

    #: Whether every file that a container would see is there; a base has more than its tree.
    whole = True

    def add(self, path: str, node: Node) -> None:
        """Put something there; the folders above it are made."""
        above = dirname(path)
        while above and above not in self:
            self[above] = _FOLDER
            above = dirname(above)
        if node.kind != DIRECTORY:
            self.drop(path)
        self[path] = node

    def add_folder(self, path: str) -> None:
        """Have a folder there; the root always is."""
        if path and path not in self:
            self.add(path, _FOLDER)

    def drop(self, path: str) -> None:
        """Take something away, with all that is in it."""
        if self.pop(path, _FOLDER).kind == DIRECTORY:
            for name in [name for name in self if name.startswith(f"{path}/")]:
                del self[name]

    def is_folder(self, path: str) -> bool:
        """Whether a folder is there; the root always is."""
        return not path or (path in self and self[path].kind == DIRECTORY)

    def followed(self, path: str) -> str:
        """Where a path leads when it is a link; itself where that is nowhere."""
        found = path
        for _ in range(_MOST_LINKS):
            node = self.get(found)
            if node is None or node.kind != SYMLINK:
                return found if node is not None else path
            found = normpath(f"/{dirname(found)}/{node.link}").lstrip("/")
            if node.link.startswith("/"):
                found = normpath(node.link).lstrip("/")
        return path

    def below(self, path: str) -> Iterator[tuple[str, Node]]:
        """What is in a folder, at any depth, by its name from there; in order."""
        head = f"{path}/" if path else ""
        for name in sorted(name for name in self if name.startswith(head) and name != path):
            yield name[len(head) :], self[name]

    def lay(self, tar: Tar) -> None:
        """Lay a layer on top."""
        for entry in tar.entries:
            self._lay(entry, tar)

    def _lay(self, entry: Entry, tar: Tar) -> None:
        path = "/".join(part for part in entry.name.split("/") if part not in ("", "."))
        if not path:
            return
        name = basename(path)
        if is_opaque(name):
            for inside, _ in list(self.below(dirname(path))):
                self.pop(f"{dirname(path)}/{inside}".lstrip("/"), None)
        elif (gone := whited_out(name)) is not None:
            self.drop(f"{dirname(path)}/{gone}".lstrip("/"))
        elif entry.kind == HARDLINK:
            self.add(path, self.get(entry.link.strip("/"), Node(SYMLINK, 0o777)))
        else:
            of = (tar, entry) if entry.kind == FILE else (None, None)
            link, mtime = entry.link, entry.mtime
            self.add(path, Node(entry.kind, entry.mode, mtime, link, EMPTY, *of))


class Context(NamedTuple):
    """The files that a build may copy, what was left out of them, and the Dockerfile's text."""

    tree: Tree
    ignored: Mapping[str, str]  #: path → the pattern that left it out
    ignore: str = ""  #: the text of .dockerignore

    @classmethod
    def of(cls, files: Mapping[str, ContextFile], keep: Iterable[str] = ()) -> Context:
        """The files of a folder without what its ``.dockerignore`` names.

        ``keep`` are sent whatever it says: the Dockerfile, and the file of patterns itself.
        """
        there = files.get(".dockerignore")
        text = bytes(there.content).decode(errors="replace") if there else ""
        ignore, kept = Ignore.read(text), {*keep, ".dockerignore"}
        tree, ignored = Tree(), {}
        for path in sorted(files):
            if ignore.patterns and ignore.excludes(path):
                ignored[path] = ignore.reason(path)
                if path not in kept:
                    tree.add_folder(_folder_left(ignore, path))
                    continue
            content, mode, mtime, kind, link = files[path]
            tree.add(path, Node(kind, mode, mtime, link, file=content))
        return cls(tree, ignored, text)

    @property
    def open(self) -> Context:
        """The same without what is sent for the builder to read, but may not be copied."""
        for path in self.ignored:
            self.tree.drop(path)
        return self


def _folder_left(ignore: Ignore, path: str) -> str:
    """The next folder above a file that is left out which is not left out itself."""
    above = dirname(path)
    while above and ignore.excludes(above):
        above = dirname(above)
    return above


def matching(tree: Mapping[str, Node], pattern: str) -> list[str]:
    """The paths that a source names: itself, or what a pattern fits (Go's ``filepath.Match``).

    A pattern that is none, ``[z-a]``, fits nothing.
    """
    if not re.search(r"[*?\[\\]", pattern):
        return [pattern] if pattern in tree or not pattern else []
    try:
        fits = re.compile(_expression(pattern))
    except re.error:
        return []
    return sorted(path for path in tree if fits.fullmatch(path))


def _expression(pattern: str) -> str:
    pieces = re.findall(r"\\.|\[[^\]]+\]|[*?]|[^\\*?\[]+|.", pattern)
    fixed = {"*": "[^/]*", "?": "[^/]"}
    return "".join(
        fixed.get(one)
        or (one if one[0] == "[" and one[-1] == "]" else re.escape(one.removeprefix("\\")))
        for one in pieces
    )
