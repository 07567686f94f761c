"""Whiteouts: how a layer says that a file of the layers below is gone.

A layer can only add.  To delete ``etc/motd`` it adds an empty file ``etc/.wh.motd``; to hide all
that lower layers have in ``etc`` it adds ``etc/.wh..wh..opq`` (OCI image-spec 1.1 ``layer.md``,
"Whiteouts").  The bytes of the deleted file stay where they are: below.
"""

from __future__ import annotations

from labsim.archive.ustar import Member, file

__all__ = ["is_bookkeeping", "is_opaque", "opaque", "whited_out", "whiteout"]

_PREFIX = ".wh."
_OPAQUE = ".wh..wh..opq"


def whiteout(path: str) -> Member:
    """The member that deletes ``path``.

    >>> whiteout("etc/motd").name
    'etc/.wh.motd'
    """
    parent, slash, name = path.rstrip("/").rpartition("/")
    return file(f"{parent}{slash}{_PREFIX}{name}")


def opaque(path: str) -> Member:
    """The member that hides everything that lower layers have in the directory ``path``."""
    return file(f"{path.rstrip('/')}/{_OPAQUE}")


def is_opaque(name: str) -> bool:
    """Whether a member of that name hides its directory's lower content."""
    return name.rpartition("/")[2] == _OPAQUE


def whited_out(name: str) -> str | None:
    """The path that a member of that name deletes, or None.

    >>> whited_out("etc/.wh.motd"), whited_out("etc/motd"), whited_out("etc/.wh..wh..opq")
    ('etc/motd', None, None)
    """
    parent, slash, base = name.rpartition("/")
    if not base.startswith(_PREFIX) or base.startswith(_PREFIX * 2):
        return None
    return f"{parent}{slash}{base[len(_PREFIX) :]}"


def is_bookkeeping(name: str) -> bool:
    """Whether AUFS kept this, or the folder it is in, for itself: Docker unpacks nothing of it."""
    return name.startswith(_PREFIX * 2) or f"/{_PREFIX * 2}" in name
