r"""Tar and gzip whose bytes are the same on every machine.

A layer is a tar, packed with gzip.  Its DiffID names the tar, its Digest the packed bytes, so both
must be reproducible for a lab to show honest digests.  Python's own writers are not: ``tarfile``
pads to 10 KiB and asks the clock, and what ``zlib`` makes of the same bytes depends on the zlib
that an interpreter was linked with.

=========================  ================================================================
:mod:`~.ustar`             members in, :class:`Tar` out; and a reader that believes nothing
:mod:`~.packing`           our gzip: stored blocks, long runs of zeros as a few bits
:mod:`~.unpacking`         anybody's gzip or zstd, read carefully
:mod:`~.measuring`         a layer read once: its names, its sizes, what is in it
:mod:`~.overlay`           layers laid over each other: which files are seen, which are not
:mod:`~.whiteout`          the names that say "this file is gone"
:mod:`~.madeup`            layers of exactly so many bytes that cost no memory
=========================  ================================================================

>>> layer = tar([directory("app"), file("app/hello.txt", b"hello\n")])
>>> [entry.name for entry in layer.entries], layer.files_size, layer.size
(['app/', 'app/hello.txt'], 6, 2560)
>>> unpack(pack(layer)) == layer
True
"""

from __future__ import annotations

from labsim.archive.packing import Packed, pack
from labsim.archive.unpacking import LIMIT, Zipped, checked, unpack
from labsim.archive.ustar import Entry, Member, Tar, directory, file, hardlink, symlink, tar
from labsim.archive.whiteout import is_opaque, opaque, whited_out, whiteout

__all__ = [
    "LIMIT",
    "Entry",
    "Member",
    "Packed",
    "Tar",
    "Zipped",
    "checked",
    "directory",
    "file",
    "hardlink",
    "is_opaque",
    "opaque",
    "pack",
    "symlink",
    "tar",
    "unpack",
    "whited_out",
    "whiteout",
]
