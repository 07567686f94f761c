"""What a client remembers of a layer: where, and under which digest, a registry has had it.

The engine knows a layer by its DiffID; a registry knows it by the digest of packed bytes.  Each
success leaves a :class:`Known` that ties the two together, and a later push starts from there: it
asks for that digest, and offers that repository as a source to mount from.

Source: moby ``distribution/metadata/v2_metadata_service.go``.
"""

from __future__ import annotations

from typing import NamedTuple

from labsim.digest import DiffID, Digest

__all__ = ["MOST", "Known", "Memory"]

#: Entries kept per layer; the oldest is dropped.
MOST = 50


class Known(NamedTuple):
    """One repository that had a layer: under which digest, and learned with whose credentials.

    ``repository`` is canonical (``docker.io/library/golang``).  ``mark`` is a hash keyed by the
    credentials of the push, empty when a pull taught it: it tells whether the credentials are the
    same without giving them away.
    """

    digest: Digest
    repository: str
    mark: str = ""


class Memory:
    """Known repositories per DiffID, oldest first, and the DiffID of each known digest."""

    __slots__ = ("_by_diff_id", "_by_digest")

    def __init__(self) -> None:
        self._by_diff_id: dict[DiffID, tuple[Known, ...]] = {}
        self._by_digest: dict[Digest, DiffID] = {}

    def recall(self, diff_id: DiffID) -> tuple[Known, ...]:
        """What is known of a layer, oldest first."""
        return self._by_diff_id.get(diff_id, ())

    def learn(self, diff_id: DiffID, known: Known) -> None:
        """Remember, as the newest; what was the same before moves up."""
        before = self._by_diff_id.get(diff_id)
        if before is None:
            self._by_diff_id[diff_id] = (known,)
        else:
            kept = [one for one in before if one != known]
            self._by_diff_id[diff_id] = (*kept, known)[-MOST:]
        self._by_digest[known.digest] = diff_id

    def forget(self, diff_id: DiffID, known: Known) -> None:
        """Drop one entry; the digest's DiffID stays known."""
        kept = tuple(one for one in self.recall(diff_id) if one != known)
        if kept:
            self._by_diff_id[diff_id] = kept
        else:
            self._by_diff_id.pop(diff_id, None)

    def diff_id(self, digest: Digest) -> DiffID | None:
        """Which layer a blob unpacks to, if it was ever here."""
        return self._by_digest.get(digest)
