"""What a layer takes on disk once it is unpacked: whole blocks, and its folders too.

>>> from labsim.archive import file, tar
>>> disk_size(tar([file("a/small", b"nine bytes")]).entries)
12288

The file above takes a block, so does its folder, and so does the folder that every layer is.  A
folder of very many files takes more blocks on a real disk than the one that is counted here.

Source: containerd 2.3 ``plugins/snapshots/overlay`` (``Usage``) and ``continuity/fs`` (``du``), on
ext4, where a file without bytes and a short link take no block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from labsim.archive.reading import DIRECTORY, FILE, SYMLINK, Entry

__all__ = ["disk_size"]

_BLOCK = 4096
#: A link's target that is shorter stands beside its name.
_SHORT_LINK = 60


def disk_size(entries: Iterable[Entry]) -> int:
    """Bytes of disk of a layer with these members."""
    folders = {""}
    blocks: dict[str, int] = {}
    for entry in entries:
        name = entry.name.removeprefix("./").strip("/")
        folders.update(_above(name))
        if entry.kind == DIRECTORY:
            folders.add(name)
        else:
            blocks[name] = _blocks(entry)
    return _BLOCK * (len(folders) + sum(blocks.values()))


def _above(name: str) -> Iterator[str]:
    """The folders that a member lies in; they are made even where the archive has none."""
    while (cut := name.rfind("/")) > 0:
        name = name[:cut]
        yield name


def _blocks(entry: Entry) -> int:
    if entry.kind == FILE:
        return -(-entry.size // _BLOCK)
    return int(entry.kind == SYMLINK and len(entry.link) >= _SHORT_LINK)
