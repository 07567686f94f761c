"""What a lesson shows of a lab: one set of figures, for the notebook and for the terminal.

Both doors show the same thing, the terminal its text alone.  Layers carry the names that lessons
call them by ("os", "go", "src").
"""

from __future__ import annotations

from collections.abc import Iterable

from labsim import catalogue
from labsim.digest import DiffID
from labsim.errors import LabError
from labsim.figures import bricks
from labsim.figures.bricks import Brick
from labsim.figures.compare import compare
from labsim.figures.figure import Figure, Table
from labsim.figures.graph import graph
from labsim.figures.ladder import ladder
from labsim.figures.ledger import ledger_table
from labsim.figures.merkle import merkle
from labsim.figures.replay import Replay, replay
from labsim.figures.shelves import shelves
from labsim.figures.strata import strata
from labsim.image import Image
from labsim.lab import Lab
from labsim.reference import Reference
from labsim.story import ledger as settle
from labsim.trace import Trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker import Result
    from labsim.registry import Registry

__all__ = [
    "both", "compared", "digests", "images", "last_trace", "layer_graph", "layers", "ledger",
    "replayed", "shelved", "titles", "told",
]  # fmt: skip

#: The commands that move an image, or may have to.
_MOVING = ("push", "pull", "run", "create")


def layers(lab: Lab) -> Figure:
    """The layers on the current laptop, each drawn once."""
    return strata(images(lab), titles())


def both(lab: Lab, host: str = "docker.io") -> Figure:
    """The laptop's layers, and beside them what its repositories at a registry have."""
    here = images(lab)
    mine = [name for name in map(Reference.any, here) if isinstance(name, Reference)]
    names = dict.fromkeys(name.repository for name in mine if name.registry == host)
    return strata(here, titles(), registry=_stored(lab.registry(host), names), host=host)


def _stored(registry: Registry, names: Iterable[str]) -> dict[str, Image]:
    """The images behind the tags of these repositories."""
    found = {}
    for repository in filter(None, map(registry.store.find, names)):
        for tag, digest in repository.tags.items():
            stored = repository.manifests[digest]
            blobs = [repository.blobs[part] for part in stored.needs if part in repository.blobs]
            if blobs and len(blobs) == len(stored.needs):
                found[f"{repository.name}:{tag}"] = Image.read(blobs[0], blobs[1:])
    return found


def layer_graph(lab: Lab) -> Figure:
    """The layers on the current laptop, and which stands on which."""
    return graph(images(lab), titles())


def told(lab: Lab) -> Figure:
    """The last push (or pull): what was printed, what was decided, what was exchanged."""
    result = _last(lab)
    return ladder(last_trace(lab), result.merged, _bricks(lab))


def shelved(lab: Lab, host: str = "docker.io", *repositories: str) -> Figure:
    """What a registry holds, or some repositories of it."""
    return shelves(lab.registry(host), only=repositories, layers=_bricks(lab))


def digests(lab: Lab, name: str, flip: str = "") -> Figure:
    """An image as a tree of digests, and what a changed byte in one part does to them."""
    return merkle(lab.image(name), flip, titles=titles())


def compared(before: Lab, after: Lab) -> Figure:
    """What is different between two states of a lab."""
    return compare(before, after)


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
    trace = _last(lab).trace
    assert trace is not None  # _last found it by its trace
    return trace


def _last(lab: Lab) -> Result:
    """The last command that moved an image."""
    results = [result for command in _MOVING if (result := lab.last(command)) is not None]
    moved = [(one.trace.started_us, at) for at, one in enumerate(results) if one.trace is not None]
    if not moved:
        raise LabError("nothing has been pushed or pulled yet")
    return results[max(moved)[1]]


def _bricks(lab: Lab) -> dict[str, Brick]:
    """The layers of the current laptop, by the names that a conversation has for them."""
    return bricks.known(bricks.store(images(lab), titles()))
