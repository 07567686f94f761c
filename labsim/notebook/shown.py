"""What a notebook types to see things: each name shows something of the lab last made current."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from labsim import catalogue
from labsim.course.checks import check as checked
from labsim.course.exercise import Verdict
from labsim.course.lessons import exercise, question
from labsim.course.predict import Outcome, Prediction
from labsim.digest import DiffID
from labsim.errors import LabError
from labsim.figures import bricks
from labsim.figures.bricks import Brick
from labsim.figures.figure import Table
from labsim.figures.ledger import ledger_table
from labsim.image import Image
from labsim.lab import Lab
from labsim.trace import Trace

__all__ = [
    "check",
    "layer_picture",
    "ledger",
    "name_splitter",
    "predict",
    "push_replay",
    "reveal",
]

#: What was predicted in which lab; a lab that nobody holds any more is forgotten with it.
_predictions: WeakKeyDictionary[Lab, dict[str, Prediction]] = WeakKeyDictionary()


def name_splitter(text: str = "golang") -> Any:
    """A field to type an image name in, and what each part of it means."""
    from labsim.notebook.widgets.splitter import NameSplitter

    return NameSplitter(text)


def layer_picture() -> Any:
    """The layers on your laptop: each drawn once, as wide as the images that share it."""
    from labsim.notebook.widgets.picture import layers

    return layers(_images(Lab.current()), _titles())


def push_replay() -> Any:
    """The last push (or pull) on its clock, to play, step and stop."""
    from labsim.figures.replay import replay
    from labsim.notebook.widgets import picture

    lab = Lab.current()
    return picture.replay(replay(_trace(lab), _layers(lab)))


def ledger() -> Table:
    """What the last push (or pull) did with each blob, and how many bytes that took."""
    lab = Lab.current()
    return ledger_table(_trace(lab), _layers(lab))


def predict(name: str) -> Any:
    """Ask a question of the lesson; the answer is committed before the run."""
    from labsim.notebook.widgets.prediction import PredictionWidget

    lab = Lab.current()
    return PredictionWidget(_prediction(lab, name), lab)


def reveal(name: str) -> Outcome:
    """Your prediction beside what happened."""
    lab = Lab.current()
    return _prediction(lab, name).outcome(lab)


def check(name: str) -> Verdict:
    """Whether a task of the lesson is done, and if not, what is missing."""
    return checked(exercise(name), Lab.current())


def _prediction(lab: Lab, name: str) -> Prediction:
    made = _predictions.setdefault(lab, {})
    return made.setdefault(name, Prediction(question(name)))


def _images(lab: Lab) -> dict[str, Image]:
    """The images of the current laptop, oldest first: what was there keeps its place and mark."""
    return dict(reversed(lab.images().items()))


def _layers(lab: Lab) -> dict[str, Brick]:
    """The layers of the current laptop, by the names that a conversation has for them."""
    return bricks.known(bricks.store(_images(lab), _titles()))


def _titles() -> dict[DiffID, str]:
    """What the lessons call the layers of the catalogue."""
    return {catalogue.layer(name).diff_id: name for name in catalogue.LAYERS}


def _trace(lab: Lab) -> Trace:
    if lab.trace is None:
        raise LabError("nothing has been pushed or pulled yet")
    return lab.trace
