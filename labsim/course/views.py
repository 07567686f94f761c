"""What a lesson shows of a lab: one set of figures, for the notebook and for the terminal.

Both doors show the same thing, the terminal its text alone.  Layers carry the names that lessons
call them by ("os", "go", "src").
"""

from __future__ import annotations

from labsim import catalogue
from labsim.digest import DiffID
from labsim.errors import LabError
from labsim.figures import bricks
from labsim.figures.bricks import Brick
from labsim.figures.figure import Figure, Table
from labsim.figures.ledger import ledger_table
from labsim.figures.replay import Replay, replay
from labsim.figures.strata import strata
from labsim.image import Image
from labsim.lab import Lab
from labsim.story import ledger as settle
from labsim.trace import Trace

__all__ = ["images", "last_trace", "layers", "ledger", "replayed", "titles"]

#: The commands that move an image, or may have to.
_MOVING = ("push", "pull", "run", "create")


def layers(lab: Lab) -> Figure:
    """The layers on the current laptop, each drawn once."""
    return strata(images(lab), titles())


def replayed(lab: Lab) -> Replay:
    """The last push (or pull) on its clock."""
    return replay(last_trace(lab), _bricks(lab))


def ledger(lab: Lab) -> Table:
    """What the last push (or pull) did with each blob, and how many bytes that took."""
    layers = _bricks(lab)
    return ledger_table(settle(last_trace(lab), layers), layers)


def images(lab: Lab) -> dict[str, Image]:
    """The images of the current laptop, oldest first: what was there keeps its place and mark."""
    return dict(reversed(lab.images().items()))


def titles() -> dict[DiffID, str]:
    """What the lessons call the layers of the catalogue."""
    return {catalogue.layer(name).diff_id: name for name in catalogue.LAYERS}


def last_trace(lab: Lab) -> Trace:
    """The last push or pull, whatever was said since (a login is neither); LabError before one."""
    results = [result for command in _MOVING if (result := lab.last(command)) is not None]
    traces = [result.trace for result in results if result.trace is not None]
    if not traces:
        raise LabError("nothing has been pushed or pulled yet")
    return max(traces, key=lambda trace: trace.started_us)


def _bricks(lab: Lab) -> dict[str, Brick]:
    """The layers of the current laptop, by the names that a conversation has for them."""
    return bricks.known(bricks.store(images(lab), titles()))
