"""The learner's image, made of a base and ready layers.

It is what ``docker build`` would make of a Dockerfile with one ``COPY`` for each layer.  Built
again with nothing edited, it is the same image, as from a build cache; an edited layer is a new
version, and stays so for the builds that follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from labsim.digest import DiffID
from labsim.engine.engine import Engine
from labsim.errors import LabError, UnknownImage
from labsim.image import Config, History, Image, Layer
from labsim.lab.laptop import Laptop
from labsim.lab.state import State
from labsim.reference import Reference
from labsim.timestamp import rfc3339

__all__ = ["build_image"]


def build_image(
    state: State, name: Reference, base: str, parts: Sequence[str], edited: str
) -> Image:
    """Make the image and name it; a base that is not here is pulled first."""
    if not base or not parts:
        raise LabError("a build needs a base and layers: base='golang', layers=['deps', 'src']")
    if name.digest is not None:
        raise LabError(f"{name.familiar} is no name for a new image: it has a digest")
    if twice := [part for part in parts if parts.count(part) > 1]:
        raise LabError(f"the layer {twice[0]} is there twice: a build takes each layer once")
    laptop = state.laptop
    editions = {part: laptop.editions.get(part, 1) + (part == edited) for part in parts}
    if edited and edited not in parts:
        raise LabError(f"{edited!r} is none of the layers built: {', '.join(parts)}")
    layers = [_part(state, part, edition) for part, edition in editions.items()]
    image = _on(_base(laptop, base), parts, layers, laptop)
    laptop.editions.update(editions)
    named = name.with_default_tag()
    made = laptop.engine.adopt(image, [named])
    if (image_id := laptop.engine.names.get(named)) is not None:
        laptop.engine.note(image_id, laptop.now)
    return made


def _part(state: State, part: str, edition: int) -> Layer:
    if part not in state.world.parts:
        known = ", ".join(state.world.parts)
        raise LabError(f"there is no layer {part!r} to build with; there is: {known}")
    return state.world.part(part, edition)


def _base(laptop: Laptop, base: str) -> Image:
    try:
        return laptop.engine.image(base)
    except UnknownImage:
        fetched = laptop.converse(laptop.engine.pull(Reference(base)))
        if fetched.error is not None:
            why = f"the base {base} cannot be pulled: {fetched.error}"
            raise LabError(why) from fetched.error
        return laptop.engine.image(base)


def _on(base: Image, parts: Sequence[str], layers: Sequence[Layer], laptop: Laptop) -> Image:
    stack = (*base.layers, *layers)
    diff_ids = tuple(layer.diff_id for layer in stack)
    made = [f"COPY {part} . # buildkit" for part in parts]
    cached = _cached(laptop.engine, diff_ids, made)
    if cached is not None:
        return cached
    return Image(_config(base.config, diff_ids, rfc3339(laptop.now), tuple(made)), stack)


@lru_cache(maxsize=512)
def _config(
    base: Config, diff_ids: tuple[DiffID, ...], created: str, made: tuple[str, ...]
) -> Config:
    """The base's config with these steps on top; a replay, which asks again, finds it here."""
    # A base that tells nothing of its layers must be counted all the same (OCI image-spec 1.1,
    # "history": one entry a layer).
    below = base.history or [History(base.created, "")] * len(base.diff_ids)
    return Config.make(
        diff_ids,
        created=created,
        history=[*below, *(History(created, line) for line in made)],
        env=base.env,
        cmd=base.cmd,
        entrypoint=base.entrypoint,
        platform=base.platform,
    )


def _cached(engine: Engine, diff_ids: Sequence[DiffID], made: list[str]) -> Image | None:
    """An image here with these layers whose last steps were these."""
    for image in engine.standing_on(diff_ids):
        if [step.created_by for step in image.config.history][-len(made) :] == made:
            return image
    return None
