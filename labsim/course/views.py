"""What a lesson shows of a lab: one set of figures, for the notebook and for the terminal.

Both doors show the same thing, the terminal its text alone.  Layers carry the names that lessons
call them by ("os", "go", "src").
"""

from __future__ import annotations

from collections.abc import Iterable

from labsim import catalogue
from labsim.digest import DiffID
from labsim.engine.builder.reasons import Reasons
from labsim.engine.dialect import CONTAINERD
from labsim.errors import LabError
from labsim.figures import bricks
from labsim.figures.atlas import Atlas
from labsim.figures.bricks import Brick
from labsim.figures.build import build_figure
from labsim.figures.compare import compare
from labsim.figures.figure import Figure, Table
from labsim.figures.filter import filter_figure
from labsim.figures.graph import graph
from labsim.figures.keyring import key_ring
from labsim.figures.ladder import ladder
from labsim.figures.ledger import ledger_table
from labsim.figures.map import map_figure
from labsim.figures.merkle import merkle
from labsim.figures.replay import Replay, replay
from labsim.figures.shelves import shelves
from labsim.figures.strata import strata
from labsim.image import Image
from labsim.lab import Lab
from labsim.lab.laptop import CONFIG_JSON, command_of
from labsim.reference import Reference
from labsim.story import ledger as settle
from labsim.trace import Trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker import Result
    from labsim.registry import Registry

__all__ = [
    "MOVING", "both", "builds", "compared", "digests", "filtered", "images", "keys", "known",
    "last_trace", "layer_graph", "layers", "ledger", "moved", "replayed", "shelved", "the_map",
    "titles", "told",
]  # fmt: skip

#: The commands that move an image, or may have to.
MOVING = ("push", "pull", "run", "create")


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
    return ladder(last_trace(lab), result.merged, known(lab))


def shelved(lab: Lab, host: str = "docker.io", *repositories: str) -> Figure:
    """What a registry holds, or some repositories of it."""
    return shelves(lab.registry(host), only=repositories, layers=known(lab))


def digests(lab: Lab, name: str, flip: str = "") -> Figure:
    """An image as a tree of digests, and what a changed byte in one part does to them."""
    return merkle(lab.image(name), flip, layers=known(lab))


def compared(before: Lab, after: Lab) -> Figure:
    """What is different between two states of a lab."""
    return compare(before, after)


def replayed(lab: Lab) -> Replay:
    """The last push (or pull) on its clock."""
    return moved(lab, last_trace(lab))


def moved(lab: Lab, trace: Trace) -> Replay:
    """A conversation on its clock, with the layers called as on the current laptop."""
    return replay(trace, known(lab))


def ledger(lab: Lab) -> Table:
    """What the last push (or pull) did with each blob, and how many bytes that took."""
    layers = known(lab)
    return ledger_table(settle(last_trace(lab), layers), layers)


def the_map(lab: Lab) -> Figure:
    """Laptop, network and registries after the last command.

    Of the official images at the Hub those are shown that the laptop has a name of.
    """
    here = {one.name for row in lab.seat.engine.images() for one in row.tags}
    registries = [lab.registry(host) for host in lab.hosts]
    shown = {
        name
        for registry in registries
        for repository in registry.store.repositories
        for name in (f"{registry.host}/{repository}",)
        if name in here or not repository.startswith("library/")
    }
    command, trace = _latest(lab)
    atlas = Atlas.of(
        lab.images(), registries, command=command, trace=trace, shown=shown, layers=known(lab)
    )
    return map_figure(atlas)


def _latest(lab: Lab) -> tuple[str, Trace | None]:
    """The last docker command, as the journal has it, and what it said to registries."""
    lines = (action[1] for action in reversed(lab.journal) if action[0] == "docker")
    line = next(lines, "")
    result = lab.last(command_of(line)) if line else None
    return line, result.trace if result is not None else None


def keys(lab: Lab, *names: str) -> Figure:
    """Which login each name would use; without names, those of the local images."""
    own = (one for row in lab.seat.engine.images() for one in row.tags)
    file = lab.files.get(CONFIG_JSON, b"").decode()
    return key_ring(file, names or tuple(own))


def filtered(lab: Lab, pattern: str, *names: str) -> Figure:
    """What ``docker images --filter reference=PATTERN`` makes of the local names, or of these."""
    own = (one for row in lab.seat.engine.images() for one in row.tags)
    read = [Reference(name) for name in names] or list(own)
    return filter_figure(pattern, read, canonical=lab.engine == CONTAINERD)


def builds(lab: Lab) -> Figure:
    """The last build, step by step, below the one before it; LabError before any."""
    made = [
        result.why.built
        for _, result in lab.results
        if isinstance(result.why, Reasons) and result.why.steps
    ]
    if not made:
        raise LabError("nothing has been built yet")
    titles = ["the build before", "the last build"][-len(made) :]
    return build_figure(dict(zip(titles, made[-2:], strict=True)), known(lab))


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
    results = [result for command in MOVING if (result := lab.last(command)) is not None]
    moved = [(one.trace.started_us, at) for at, one in enumerate(results) if one.trace is not None]
    if not moved:
        raise LabError("nothing has been pushed or pulled yet")
    return results[max(moved)[1]]


def known(lab: Lab) -> dict[str, Brick]:
    """The laptop's layers by DiffID and by digest: so every picture of it marks them alike."""
    return bricks.known(bricks.store(images(lab), titles()))
