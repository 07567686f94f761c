"""Layers laid over each other: which files a container sees, and which bytes nobody will see again.

A layer adds, replaces and deletes; it never makes the layers below it smaller.  What a container
sees is what is left when all of them are applied in order (OCI image-spec 1.1 ``layer.md``,
"Applying Changesets" and "Whiteouts"):

* a whiteout or an opaque marker concerns the layers below it, never its own;
* a folder over a folder leaves both contents, any other pair leaves the upper one;
* a hard link is another name of the same bytes, which are hidden only when all their names are.

Names are taken as they are written: a symbolic link to a folder is not followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from typing import NamedTuple

from labsim.archive.reading import DIRECTORY, FILE, HARDLINK, SYMLINK, Entry, Room
from labsim.archive.whiteout import is_bookkeeping, is_opaque, whited_out

__all__ = ["Hidden", "Level", "Overlay", "Seen", "overlay"]

#: How many of the largest files are kept by name.
_LARGEST = 10
#: What a folder, and what a file takes in memory, roughly.
_FOLDER, _FILE = 250, 350


class Hidden(NamedTuple):
    """A regular file that is in layer number ``layer`` and seen no longer because of ``by``.

    ``how`` is one of these:

    ===============  =====================================================================
    ``overwritten``  the layer has something else of its name, or in the place of its folder
    ``deleted``      the layer has a whiteout for it, or for a folder it is in
    ``emptied``      the layer has an opaque marker in a folder it is in
    ``unnamed``      no name leads to it: a marker that has content, what AUFS kept for itself
    ===============  =====================================================================
    """

    path: str
    size: int
    layer: int
    by: int
    how: str


class Seen(NamedTuple):
    """A regular file that a container sees, and the number of the layer that has its bytes."""

    path: str
    size: int
    layer: int


class Level(NamedTuple):
    """What one layer holds, in counts; sizes are bytes of regular files.

    ``marks`` has a letter for each member, as in ``docker diff``: ``A`` added, ``C`` changed, ``D``
    deletes; a dot for a folder that was there before, and for what concerns no name.
    """

    files: int
    folders: int
    links: int
    deletions: int
    files_size: int
    hidden: int
    hidden_size: int
    marks: str


class Overlay(NamedTuple):
    """All layers of an image, the lowest first and numbered from one."""

    levels: tuple[Level, ...]
    hidden: tuple[Hidden, ...]  #: all of them, the largest first
    largest: tuple[Seen, ...]  #: the ten largest that are seen

    @property
    def files_size(self) -> int:
        """The files of all layers, hidden ones too: Docker's SIZE."""
        return sum(level.files_size for level in self.levels)

    @property
    def hidden_size(self) -> int:
        """The files that no container sees: what is wasted."""
        return sum(level.hidden_size for level in self.levels)

    @property
    def seen_size(self) -> int:
        """The files that a container sees."""
        return self.files_size - self.hidden_size

    @property
    def efficiency(self) -> float:
        """``seen_size`` by ``files_size``; 1 for an image without bytes."""
        return self.seen_size / self.files_size if self.files_size else 1.0


def overlay(layers: Iterable[Sequence[Entry]], room: Room | None = None) -> Overlay:
    """Lay the members of these layers over each other, the lowest first.

    ``room`` bounds what that takes in memory: a short name may stand for many folders.

    >>> from labsim.archive import file, tar, whiteout
    >>> lower, upper = tar([file("a", b"12345"), file("b", b"1")]), tar([whiteout("a")])
    >>> found = overlay([lower.entries, upper.entries])
    >>> found.hidden
    (Hidden(path='a', size=5, layer=1, by=2, how='deleted'),)
    >>> found.seen_size, found.files_size
    (1, 6)
    """
    pile = _Pile(room or Room())
    kept = list(layers)
    marks = [pile.add(entries) for entries in kept]
    hidden = sorted(pile.hidden(), key=_largest_first)
    sizes: list[list[int]] = [[] for _ in kept]
    for one in hidden:
        sizes[one.layer - 1].append(one.size)
    return Overlay(
        tuple(map(_level, kept, marks, sizes)),
        tuple(hidden),
        tuple(nsmallest(_LARGEST, pile.seen(), key=_largest_first)),
    )


def _largest_first(one: Hidden | Seen) -> tuple[int, str, int]:
    return -one.size, one.path, one.layer


def _level(entries: Sequence[Entry], marks: str, hidden: list[int]) -> Level:
    kinds = [entry.kind for entry in entries]
    deletions = marks.count("D")
    sizes = [entry.size for entry in entries if entry.kind == FILE]
    return Level(
        files=len(sizes) - deletions,
        folders=kinds.count(DIRECTORY),
        links=kinds.count(SYMLINK) + kinds.count(HARDLINK),
        deletions=deletions,
        files_size=sum(sizes),
        hidden=len(hidden),
        hidden_size=sum(hidden),
        marks=marks,
    )


class _Content:
    """The bytes of one regular file, and how many names lead to them."""

    __slots__ = ("gone", "layer", "names", "path", "size")

    def __init__(self, path: str, size: int, layer: int) -> None:
        self.path, self.size, self.layer = path, size, layer
        self.names = 0
        self.gone: tuple[int, str] | None = None


class _Folder(dict[str, "_Folder | _Content | None"]):
    """What stands in a folder; None for what has no bytes: a symbolic link, a device."""


_Node = _Folder | _Content | None


class _Pile:
    """The layers so far, as a container would see them."""

    def __init__(self, room: Room) -> None:
        self._root = _Folder()
        self._contents: list[_Content] = []
        self._room = room
        self._number = 0
        self._kept_aside: dict[str, _Content] = {}

    def hidden(self) -> Iterator[Hidden]:
        """Every file without a name that is left."""
        for one in self._contents:
            if not one.names:
                yield Hidden(one.path, one.size, one.layer, *one.gone or (one.layer, "unnamed"))

    def seen(self) -> Iterator[Seen]:
        """Every file that has one."""
        return (Seen(one.path, one.size, one.layer) for one in self._contents if one.names)

    def add(self, entries: Sequence[Entry]) -> str:
        """Lay one more layer on top; a letter for each member: see :class:`Level`."""
        self._number += 1
        self._kept_aside = {}
        marks = [self._marker(entry, _parts(entry.name)) for entry in entries]
        return "".join(
            mark or self._place(entry, _parts(entry.name))
            for mark, entry in zip(marks, entries, strict=True)
        )

    def _marker(self, entry: Entry, parts: list[str]) -> str:
        """Do what a marker asks for, to the layers below; nothing for what is no marker."""
        if entry.kind != FILE or not parts:
            return ""
        if is_opaque(parts[-1]):
            folder = self._folder(parts[:-1])
            if folder is not None:
                self._drop(folder, "emptied")
                folder.clear()
        elif (name := whited_out(parts[-1])) is not None:
            folder = self._folder(parts[:-1])
            if folder is not None:
                self._drop(folder.pop(name, None), "deleted")
        else:
            return ""
        self._content(entry, parts)
        return "D"

    def _place(self, entry: Entry, parts: list[str]) -> str:
        """Give a member its place; what was there before is hidden by it."""
        new = self._bytes(entry, parts)
        if not parts or is_bookkeeping(entry.name):
            return "."
        folder, name = self._made(parts[:-1]), parts[-1]
        there = name in folder
        if entry.kind == DIRECTORY:
            if isinstance(folder.get(name), _Folder):
                return "."
            self._made(parts)
            return "C" if there else "A"
        if new is not None:
            new.names += 1
        self._drop(folder.get(name), "overwritten")
        folder[name] = new
        return "C" if there else "A"

    def _bytes(self, entry: Entry, parts: list[str]) -> _Content | None:
        if entry.kind == FILE:
            return self._content(entry, parts)
        return self._linked(_parts(entry.link)) if entry.kind == HARDLINK else None

    def _content(self, entry: Entry, parts: list[str]) -> _Content:
        """The bytes of a regular file; a marker has none as a rule, and then does not count."""
        made = _Content("/".join(parts), entry.size, self._number)
        marker = _is_marker(made.path)
        if marker:
            self._kept_aside[made.path] = made
        if entry.size or not marker:
            self._room.take(_FILE)
            self._contents.append(made)
        return made

    def _linked(self, parts: list[str]) -> _Content | None:
        """The bytes that a hard link leads to, in its own layer or below; AUFS kept some aside."""
        folder = self._folder(parts[:-1])
        found = folder.get(parts[-1]) if folder is not None and parts else None
        if isinstance(found, _Content):
            return found
        return self._kept_aside.get("/".join(parts))

    def _folder(self, parts: Iterable[str]) -> _Folder | None:
        """The folder of that name, if there is one."""
        node: _Node = self._root
        for part in parts:
            node = node.get(part) if isinstance(node, _Folder) else None
        return node if isinstance(node, _Folder) else None

    def _made(self, parts: Iterable[str]) -> _Folder:
        """The folder of that name, made where it is not there; what is in its way is hidden."""
        folder = self._root
        for part in parts:
            node = folder.get(part)
            if not isinstance(node, _Folder):
                self._drop(node, "overwritten")
                self._room.take(_FOLDER)
                folder[part] = node = _Folder()
            folder = node
        return folder

    def _drop(self, node: _Node, how: str) -> None:
        """Everything at and below this place loses a name."""
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if isinstance(one, _Folder):
                waiting.extend(one.values())
            elif one is not None:
                one.names -= 1
                one.gone = (self._number, how)


def _is_marker(path: str) -> bool:
    return whited_out(path) is not None or is_bookkeeping(path)


def _parts(name: str) -> list[str]:
    """A name as the folders that lead to it, and its own last."""
    return [part for part in name.split("/") if part not in ("", ".")]
