"""One hash under four names.

A digest is ``sha256:`` and 64 hexadecimal characters.  What differs is *what was hashed*:

=========  ===============================================  ==============================
name       hash of                                          where it is seen
=========  ===============================================  ==============================
Digest     the bytes a registry stores: a packed layer,     manifests, ``@sha256:…``,
           a config, a manifest, an index                   pull progress
DiffID     a layer's *unpacked* tar                         the config, push progress
ChainID    a layer with everything below it                 ``Deleted:`` lines of a removal
ImageID    the config JSON                                  ``docker images``
=========  ===============================================  ==============================

The four are sibling types that never compare equal, whatever their text: mixing them up is the
classic mistake, so it is a mistake here too.  Each compares with a plain ``str`` as text, because
a learner who recomputes one with :mod:`hashlib` should be told that they got it right.

>>> from hashlib import sha256
>>> Digest.of(b"hi") == "sha256:" + sha256(b"hi").hexdigest()
True
>>> Digest.of(b"hi") == DiffID.of(b"hi")
False

Source: OCI image-spec 1.1 ``config.md`` (DiffID, ChainID, ImageID), ``descriptor.md`` (digest).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from labsim.errors import Mismatch

# A checker sees typing.Self; an interpreter need not import typing for it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

__all__ = ["HEX_LENGTHS", "ChainID", "DiffID", "Digest", "ImageID"]

#: Hexadecimal characters per registered algorithm (the three the docker CLI registers).
HEX_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_same_text = str.__eq__  # found anew at each comparison, it would cost more than comparing


def _is_hex(digits: str) -> bool:
    """Whether these are lower-case digits: those that their bytes would be written in."""
    try:
        return bytes.fromhex(digits).hex() == digits
    except ValueError:
        return False


class _Hash(str):
    """A checked ``algorithm:hex`` text with a kind."""

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check and adopt a text; :class:`~labsim.errors.Mismatch` says what is wrong with it."""
        algorithm, colon, digits = text.partition(":")
        length = HEX_LENGTHS.get(algorithm)
        if length is None or not colon:
            raise Mismatch(f"{text!r} is no digest: write it as sha256: and 64 hex digits")
        if len(digits) != length or not _is_hex(digits):
            raise Mismatch(
                f"{text!r} is no digest: {algorithm} takes {length} lower-case hex digits"
            )
        return str.__new__(cls, text)

    @classmethod
    def of(cls, data: bytes | Iterable[bytes], algorithm: str = "sha256") -> Self:
        """The name of these bytes (or of these chunks, in order)."""
        make = getattr(hashlib, algorithm)  # a direct constructor; hashlib.new looks it up slowly
        if isinstance(data, (bytes, bytearray, memoryview)):
            return str.__new__(cls, f"{algorithm}:{make(data).hexdigest()}")
        running = make()
        for chunk in data:
            running.update(chunk)
        return str.__new__(cls, f"{algorithm}:{running.hexdigest()}")

    @classmethod
    def from_hex(cls, digits: str, algorithm: str = "sha256") -> Self:
        """Adopt hexadecimal digits that a hash has just produced, unchecked."""
        return str.__new__(cls, f"{algorithm}:{digits}")

    @property
    def algorithm(self) -> str:
        """``sha256``, ``sha384`` or ``sha512``."""
        return self.partition(":")[0]

    @property
    def hex(self) -> str:
        """The digits after the colon."""
        return self.partition(":")[2]

    @property
    def short(self) -> str:
        """The first twelve digits, as Docker prints them."""
        return self.partition(":")[2][:12]

    def __eq__(self, other: object) -> bool:
        kind = type(other)
        return (kind is str or kind is type(self)) and _same_text(self, other)

    def __ne__(self, other: object) -> bool:
        kind = type(other)
        return not ((kind is str or kind is type(self)) and _same_text(self, other))

    __hash__ = str.__hash__

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str.__str__(self)!r})"


class Digest(_Hash):
    """The name of stored bytes: a packed layer, a config, a manifest, an index."""

    __slots__ = ()


class DiffID(_Hash):
    """The name of a layer's unpacked tar."""

    __slots__ = ()


class ImageID(_Hash):
    """The name of an image's config JSON (the id that a classic engine shows)."""

    __slots__ = ()


class ChainID(_Hash):
    """The name of a layer together with all layers below it."""

    __slots__ = ()

    @classmethod
    def chain(cls, diff_ids: Iterable[DiffID]) -> tuple[ChainID, ...]:
        """One ChainID per layer, bottom first.

        The first is its DiffID; each next is the hash of ``"<previous ChainID> <DiffID>"``
        (one blank, no newline): OCI image-spec 1.1 ``config.md``, "Layer ChainID".
        """
        chain: list[ChainID] = []
        for diff_id in diff_ids:
            if chain:
                chain.append(cls.of(f"{chain[-1]} {diff_id}".encode()))
            else:
                chain.append(str.__new__(cls, diff_id))
        return tuple(chain)
