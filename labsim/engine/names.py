"""Which name stands for which image: tags and digest references.

A name is a pointer and nothing else: tagging copies no data, and a tag that moves says nothing.
A digest reference (``golang@sha256:…``) is a second kind of name, learned from a pull or a push.

Source: moby ``daemon/internal/refstore/store.go``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import Digest, ImageID
    from labsim.reference import Reference

__all__ = ["Known", "Names"]


class Known(NamedTuple):
    """The names of an image: with a tag, and with a digest; both in order of canonical texts."""

    tags: tuple[Reference, ...] = ()
    digests: tuple[Reference, ...] = ()

    def plus(self, name: Reference) -> Known:
        """The same and one that is not among them."""
        if name.digest is None:
            return Known(_put(self.tags, name), self.digests)
        return Known(self.tags, _put(self.digests, name))

    def without(self, name: Reference) -> Known:
        """The same without one that is among them."""
        if name.digest is None:
            return Known(_taken(self.tags, name), self.digests)
        return Known(self.tags, _taken(self.digests, name))


class Names:
    """A table from references (with a tag or a digest) to ImageIDs, and back."""

    __slots__ = ("_ids", "_known", "_renamed")

    def __init__(self, renamed: Callable[[ImageID], object] | None = None) -> None:
        """No names; ``renamed`` is called with an image of which a name has come or gone."""
        self._ids: dict[Reference, ImageID] = {}
        self._known: dict[ImageID, Known] = {}
        self._renamed = renamed

    def __repr__(self) -> str:
        return f"<Names {', '.join(name.familiar for name in self) or 'none'}>"

    def get(self, reference: Reference) -> ImageID | None:
        """The image it names; of a name with tag *and* digest only the digest counts."""
        return self._ids.get(_key(reference))

    def point(self, reference: Reference, image_id: ImageID) -> None:
        """Let this name stand for that image, whatever it stood for before."""
        key = _key(reference)
        self.drop(key)
        self._ids[key] = image_id
        self._know(image_id, self.known(image_id).plus(key))

    def drop(self, reference: Reference) -> None:
        """Forget this name; nothing happens when it is not known."""
        key = _key(reference)
        image_id = self._ids.pop(key, None)
        if image_id is not None:
            self._know(image_id, self.known(image_id).without(key))

    def _know(self, image_id: ImageID, known: Known) -> None:
        self._known[image_id] = known
        if not (known.tags or known.digests):
            del self._known[image_id]
        if self._renamed is not None:
            self._renamed(image_id)

    def of(self, image_id: ImageID) -> list[Reference]:
        """Every name of this image, in the order of their canonical texts."""
        known = self.known(image_id)
        return sorted((*known.tags, *known.digests), key=str) if known.digests else [*known.tags]

    def known(self, image_id: ImageID) -> Known:
        """The same, those with a digest apart."""
        return self._known.get(image_id, _NONE)

    def tags(self, repository: str) -> list[tuple[Reference, ImageID]]:
        """The tagged names of a repository (canonical name), in order of their tags."""
        found = [
            (reference, image_id)
            for reference, image_id in self._ids.items()
            if reference.digest is None and reference.name == repository
        ]
        return sorted(found, key=lambda pair: pair[0].tag or "")

    def knows(self, repository: str) -> bool:
        """Whether any name here belongs to this repository (canonical name)."""
        return any(reference.name == repository for reference in self._ids)

    def __iter__(self) -> Iterator[Reference]:
        return iter(self._ids)


_NONE = Known()


def _put(names: tuple[Reference, ...], name: Reference) -> tuple[Reference, ...]:
    at = bisect_left(names, str(name), key=str)
    return (*names[:at], name, *names[at:])


def _taken(names: tuple[Reference, ...], name: Reference) -> tuple[Reference, ...]:
    at = bisect_left(names, str(name), key=str)
    return (*names[:at], *names[at + 1 :])


def _key(reference: Reference) -> Reference:
    if reference.digest is None:
        return reference.with_default_tag()
    return digest_reference(reference, reference.digest) if reference.tag else reference


def digest_reference(reference: Reference, digest: Digest) -> Reference:
    """The name ``repository@digest`` in the same repository, without a tag."""
    return reference.without_tag().with_digest(digest)
