"""The layers a laptop holds: each once, however many images stand on it.

A layer is kept by its ChainID, which names it *together with everything below it*: the same files
on another base are another layer here, although they have the same DiffID.

Source: moby ``layer/layer_store.go`` (reference counts, removal from the top down).
"""

from __future__ import annotations

from collections.abc import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import ChainID
    from labsim.image import Layer

__all__ = ["LayerStore"]


class _Held:
    """A layer, what it stands on, and how many stand on it (layers, or images it is the top of)."""

    __slots__ = ("layer", "parent", "users")

    def __init__(self, layer: Layer, parent: ChainID | None) -> None:
        self.layer = layer
        self.parent = parent
        self.users = 0


class LayerStore:
    """Layers by ChainID with reference counts."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[ChainID, _Held] = {}

    def __contains__(self, chain_id: object) -> bool:
        return chain_id in self._held

    def __len__(self) -> int:
        return len(self._held)

    def __repr__(self) -> str:
        return f"<LayerStore {len(self)} layers, {self.size} bytes of files>"

    def __getitem__(self, chain_id: ChainID) -> Layer:
        return self._held[chain_id].layer

    def get(self, chain_id: ChainID) -> Layer | None:
        """The layer on top of exactly these layers below, if it is here."""
        held = self._held.get(chain_id)
        return None if held is None else held.layer

    @property
    def size(self) -> int:
        """Bytes of files in all layers, each counted once."""
        return sum(held.layer.files_size for held in self._held.values())

    @property
    def packed_size(self) -> int:
        """Bytes of the layers as a registry would store them, each counted once."""
        return sum({h.layer.diff_id: h.layer.packed.size for h in self._held.values()}.values())

    def hold(self, chain_ids: Sequence[ChainID], layers: Sequence[Layer]) -> None:
        """Keep these layers, bottom first, for one more image."""
        parent: ChainID | None = None
        for chain_id, layer in zip(chain_ids, layers, strict=True):
            if chain_id not in self._held:
                self._held[chain_id] = _Held(layer, parent)
                self._use(parent)
            parent = chain_id
        self._use(parent)

    def release(self, top: ChainID | None) -> list[ChainID]:
        """Let one image go; the layers that nobody needs any more are removed, top first."""
        removed: list[ChainID] = []
        while top is not None:
            held = self._held[top]
            held.users -= 1
            if held.users:
                break
            del self._held[top]
            removed.append(top)
            top = held.parent
        return removed

    def _use(self, chain_id: ChainID | None) -> None:
        if chain_id is not None:
            self._held[chain_id].users += 1
