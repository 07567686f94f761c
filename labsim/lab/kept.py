"""Files as bytes, of which some are made only when somebody reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.blob import Blob

__all__ = ["Kept"]


class Kept(Mapping[str, bytes]):
    """Small files that are held, and large ones that are not."""

    def __init__(self, held: Mapping[str, bytes], made: Mapping[str, Blob]) -> None:
        self._held = held
        self._made = made

    def __getitem__(self, name: str) -> bytes:
        return bytes(self._made[name]) if name in self._made else self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._held, **self._made})

    def __len__(self) -> int:
        return len(self._held.keys() | self._made.keys())
