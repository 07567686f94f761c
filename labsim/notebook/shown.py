"""What a notebook types to see things: each name shows something of the lab last made current.

Each loads what draws it when it is called, so that the first thing is seen soon.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from labsim.lab import Lab

if TYPE_CHECKING:
    from labsim.course.exercise import Verdict
    from labsim.course.predict import Outcome, Prediction
    from labsim.figures.figure import Figure, Table

__all__ = [
    "be_the_registry",
    "build_steps",
    "check",
    "compare",
    "conversation",
    "digest_tree",
    "dockerfile_bench",
    "layer_graph",
    "filter_names",
    "image_shelf",
    "key_ring",
    "lab_bar",
    "lab_map",
    "layer_picture",
    "ledger",
    "name_splitter",
    "predict",
    "push_fork",
    "push_replay",
    "registry_browser",
    "registry_shelves",
    "reveal",
    "terminal",
]

#: What was predicted in which lab; a lab that nobody holds any more is forgotten with it.
_predictions: WeakKeyDictionary[Lab, dict[str, Prediction]] = WeakKeyDictionary()


def name_splitter(text: str = "golang") -> Any:
    """A field to type an image name in, and what each part of it means."""
    from labsim.notebook.widgets.splitter import NameSplitter

    return NameSplitter(text)


def layer_picture() -> Any:
    """The layers on your laptop: each drawn once, as wide as the images that share it."""
    from labsim.course import views
    from labsim.notebook.widgets.picture import layers

    return layers(views.layers(Lab.current()))


def image_shelf() -> Any:
    """Boxes to tick for your images: what the ticked ones list, share, need and would free."""
    from labsim.notebook.widgets.shelf import ImageShelf

    return ImageShelf(Lab.current())


def layer_graph() -> Any:
    """Which layer on your laptop stands on which, with the images that they make."""
    from labsim.course import views
    from labsim.notebook.widgets.picture import selectable

    hint = "Choose a layer to see what it stands on and which images have it."
    return selectable(views.layer_graph(Lab.current()), hint, "The layer graph")


def conversation() -> Any:
    """The last push (or pull): what was printed, what was decided, what was exchanged."""
    from labsim.course import views
    from labsim.notebook.widgets.picture import selectable

    hint = "Choose a line, a decision or an exchange to see what belongs to it."
    return selectable(views.told(Lab.current()), hint, "The conversation")


def registry_shelves(host: str = "docker.io", *repositories: str) -> Any:
    """What a registry holds, or some of its repositories: contents once, and who links to them."""
    from labsim.course import views
    from labsim.notebook.widgets.picture import selectable

    figure = views.shelved(Lab.current(), host, *repositories)
    return selectable(figure, "Choose a content to see who links to it.", f"Shelves of {host}")


def registry_browser(host: str = "docker.io", repository: str = "") -> Any:
    """A registry to walk through: repositories, tags, manifests and blobs, as you or as anyone."""
    from labsim.notebook.widgets.browser import RegistryBrowser

    return RegistryBrowser(Lab.current(), host, repository)


def digest_tree(name: str, flip: str = "") -> Any:
    """An image as a tree of digests; ``flip="layer 1"`` changes a byte there."""
    from labsim.course import views
    from labsim.notebook.widgets.picture import selectable

    figure = views.digests(Lab.current(), name, flip)
    return selectable(figure, "Choose a part to see what names it.", f"Digests of {name}")


def compare(before: Any, after: Any) -> Any:
    """What is different between two labs, registries, stores of images, traces or images."""
    from labsim.figures.compare import compare

    return compare(before, after)


def push_replay() -> Any:
    """The last push (or pull) on its clock, to play, step and stop."""
    from labsim.course import views
    from labsim.notebook.widgets.picture import replay

    return replay(views.replayed(Lab.current()))


def push_fork() -> Any:
    """The last push (or pull) on its clock: stop it, change something, see both futures."""
    from labsim.notebook.widgets.futures import Futures

    return Futures(Lab.current())


def dockerfile_bench() -> Any:
    """A Dockerfile to edit and to reorder, files to touch: the cut, and what a push then sends."""
    from labsim.notebook.widgets.bench import DockerfileBench

    return DockerfileBench(Lab.current())


def be_the_registry(name: str = "") -> Any:
    """A client pushes (golang, or the image of that name), and you answer what it asks."""
    from labsim.notebook.widgets.registrar import BeTheRegistry

    return BeTheRegistry(Lab.current(), name)


def lab_bar() -> Any:
    """Undo, redo, reset, share, and a walk through everything that was done."""
    from labsim.notebook.widgets.bar import LabBar

    return LabBar(Lab.current())


def terminal() -> Any:
    """A prompt for docker lines and the lab's own verbs, with a history and the Tab key."""
    from labsim.notebook.widgets.terminal import Terminal

    return Terminal()


def ledger() -> Table:
    """What the last push (or pull) did with each blob, and how many bytes that took."""
    from labsim.course import views

    return views.ledger(Lab.current())


def lab_map() -> Figure:
    """Your laptop, the network and the registries, as the last command left them."""
    from labsim.course import views

    return views.the_map(Lab.current())


def key_ring(*names: str) -> Figure:
    """Which login of ``config.json`` each name would use; of the local images without names."""
    from labsim.course import views

    return views.keys(Lab.current(), *names)


def filter_names(pattern: str, *names: str) -> Figure:
    """Which segment of a ``reference=`` pattern met which segment of each name."""
    from labsim.course import views

    return views.filtered(Lab.current(), pattern, *names)


def build_steps() -> Figure:
    """The last two builds: what was cached, where the cut is, what a push sends again."""
    from labsim.course import views

    return views.builds(Lab.current())


def predict(name: str = "") -> Any:
    """Ask a question of the lesson; the answer is committed before the run."""
    from labsim.notebook.widgets.prediction import PredictionWidget

    lab = Lab.current()
    return PredictionWidget(_prediction(lab, name), lab)


def reveal(name: str = "") -> Outcome:
    """Your prediction beside what happened."""
    lab = Lab.current()
    return _prediction(lab, name).outcome(lab)


def check(name: str = "") -> Verdict:
    """Whether a task of the lesson is done, and if not, what is missing."""
    from labsim.course.checks import check
    from labsim.course.lessons import exercise

    return check(exercise(name), Lab.current())


def _prediction(lab: Lab, name: str) -> Prediction:
    from labsim.course.lessons import question
    from labsim.course.predict import Prediction

    made = _predictions.setdefault(lab, {})
    return made.setdefault(name, Prediction(question(name)))
