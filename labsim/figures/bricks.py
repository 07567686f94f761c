"""What a picture knows of a stored layer: its mark, its weight, what made it, who stands on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from labsim.digest import ChainID, DiffID, Digest
from labsim.figures import theme
from labsim.image import Image

__all__ = ["Brick", "known", "marked", "store"]

#: A step of a Dockerfile is worth showing, a shell line of 200 characters is not.
WORDS = 26


class Brick(NamedTuple):
    """One stored layer: what it is called, what it weighs, who stands on it."""

    chain_id: ChainID
    diff_id: DiffID
    digest: Digest
    mark: theme.Mark
    words: str
    files: int
    packed: int
    names: tuple[str, ...]


def store(
    images: Mapping[str, Image],
    titles: Mapping[DiffID, str] | None = None,
    marks: Mapping[str, theme.Mark] | None = None,
) -> tuple[Brick, ...]:
    """Every layer of these images once, the ones below before the ones above.

    A layer is stored once per ChainID: the same files upon another base are another layer.
    ``titles`` are names for layers, where they have better ones than the step that made them;
    ``marks`` are their looks, where another picture has given them.
    """
    titles = titles or {}
    owners: dict[ChainID, list[str]] = {}
    places: dict[ChainID, tuple[Image, int]] = {}
    for name, image in images.items():
        for at, chain_id in enumerate(image.chain_ids):
            owners.setdefault(chain_id, []).append(name)
            places.setdefault(chain_id, (image, at))
    looks = marks or theme.Marks(image.diff_ids[at] for image, at in places.values())
    return tuple(
        Brick(
            chain_id,
            layer.diff_id,
            layer.packed.digest,
            looks[layer.diff_id],
            titles.get(layer.diff_id) or _made_by(image, at),
            layer.files_size,
            layer.packed_size,
            tuple(owners[chain_id]),
        )
        for chain_id, (image, at) in places.items()
        for layer in (image.layers[at],)
    )


def _made_by(image: Image, at: int) -> str:
    """The step that made the layer, as far as the image's history says."""
    steps = [step.created_by for step in image.config.history if not step.empty_layer]
    step = steps[at] if at < len(steps) else ""
    step = step.removeprefix("/bin/sh -c ").removeprefix("#(nop) ").removesuffix("# buildkit")
    words = " ".join(step.split())
    if words.startswith("COPY ") and words.endswith(" ."):
        words = words[5:-2]
    return words if len(words) <= WORDS else words[: WORDS - 1] + "…"


def known(bricks: Iterable[Brick]) -> dict[str, Brick]:
    """The bricks under both names that a push or a pull calls them by: DiffID and blob digest."""
    return {str(name): one for one in bricks for name in (one.diff_id, one.digest)}


def marked(digests: Iterable[str], layers: Mapping[str, Brick]) -> dict[str, theme.Mark]:
    """A mark for each blob: a known layer keeps its own, and no other looks like it."""
    names = dict.fromkeys(map(str, digests))
    own = dict.fromkeys(brick.diff_id for brick in layers.values())
    others = theme.Marks((*own, *(name for name in names if name not in layers)))
    return {name: layers[name].mark if name in layers else others[name] for name in names}
