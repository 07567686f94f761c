"""Which names an image keeps on its way through the lab, which change, and why."""

from __future__ import annotations

from typing import Any, NamedTuple

from labsim.digest import DiffID, Digest
from labsim.engine.dialect import CLASSIC
from labsim.image import Image
from labsim.lab.given import kind_given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.lab.lab import Lab

__all__ = ["LayerOrigin", "Provenance", "why"]


class LayerOrigin(NamedTuple):
    """A layer: as what it came, and as what a push sends it."""

    diff_id: DiffID
    came_as: Digest
    sent_as: Digest

    @property
    def same(self) -> bool:
        """Whether its digest survives."""
        return self.came_as == self.sent_as


class Provenance:
    """Where the layers of an image come from; ``str()`` says what differs after a push, and why."""

    __slots__ = ("image", "layers", "name", "repacks")

    def __init__(self, name: str, image: Image, *, repacks: bool = True) -> None:
        """``repacks``: whether the engine packs layers again for a push."""
        self.name = name
        self.image = image
        self.repacks = repacks
        self.layers = tuple(
            LayerOrigin(layer.diff_id, came, layer.packed.digest if repacks else came)
            for layer in image.layers
            for came in (layer.source.digest if layer.source else layer.packed.digest,)
        )

    def __str__(self) -> str:
        rows = [
            f"  {row.diff_id.short}  {row.came_as.short}  {row.sent_as.short}  "
            + ("same" if row.same else "packed anew")
            for row in self.layers
        ]
        head = f"  {'DiffID':12}  {'came as':12}  {'is sent as':12}"
        return "\n".join((f"{self.name}: {self.image.id}", head, *rows, self._reason))

    __repr__ = __str__

    @property
    def _reason(self) -> str:
        if not self.repacks:
            return (
                "Every digest stays the same: the containerd engine keeps layers packed as they"
                " came, and sends them like that."
            )
        changed = sum(not row.same for row in self.layers)
        if not changed:
            return "Every digest stays the same: these layers were packed as this lab packs them."
        return (
            "The ImageID and the DiffIDs stay the same: they name the config and the unpacked"
            " files. "
            f"{changed} of {len(self.layers)} layer digests change, and with them the manifest's:"
            " the classic engine keeps only unpacked layers and packs them again for a push,"
            " and another gzip gives other bytes for the same files."
        )


def why(lab: Lab, thing: Any) -> Any:
    """Why a thing is as it is: an event of a story, a build's result, or the image of a name."""
    import labsim.story
    from labsim.docker import Result

    if isinstance(thing, str):
        return Provenance(thing, lab.image(thing), repacks=lab.engine == CLASSIC)
    if isinstance(thing, labsim.story.Event):
        return labsim.story.why(thing)
    if isinstance(thing, Result) and thing.why is not None:
        return thing.why
    what = kind_given(thing)
    raise TypeError(
        f"why is for an event of a story, a build's result or an image's name, not {what}"
    )
