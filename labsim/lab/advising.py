"""What to move in a Dockerfile, asked of a lab and answered in a fork of it."""

from __future__ import annotations

from labsim.blob import Blob
from labsim.dockerfile import read
from labsim.engine.builder import Context, ContextFile, Order
from labsim.engine.builder.advice import Advice, advise
from labsim.engine.builder.order import bases, needed
from labsim.errors import LabError
from labsim.lab.laptop import Laptop
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.image import Image
    from labsim.lab.lab import Lab

__all__ = ["advice"]


def advice(lab: Lab, dockerfile: str, edited: str) -> Advice:
    """The advice for a file of the laptop, or for the text of a Dockerfile."""
    seat = lab.seat
    text = dockerfile
    if "\n" not in dockerfile:
        text = seat.read(dockerfile).decode(errors="replace")
    files = {
        name: ContextFile(Blob(content), *seat.stat(name))
        for name, content in seat.files.items()
        if not name.startswith("~")
    }
    read_text = read(text)
    wanted = Order(read_text, Context.of(files))
    names = bases(wanted, needed(wanted, read_text.stages[-1]))
    return advise(text, files, _images(lab, names), edited)


def _images(lab: Lab, names: list[str]) -> dict[str, Image]:
    """The bases; what is not here is fetched in a fork, so that this lab stays as it is."""
    aside: Laptop | None = None
    found: dict[str, Image] = {}
    for name in names:
        try:
            found[name] = lab.image(name)
        except LabError:
            aside = aside or lab.fork().seat
            run = aside.converse(aside.engine.pull(Reference(name)))
            if run.error is not None:
                why = f"the base {name} cannot be pulled: {run.error}"
                raise LabError(why) from run.error
            found[name] = aside.engine.image(name)
    return found
