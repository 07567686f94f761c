"""What a lab has to plot: its pushes, how a registry grew, pulls, and a push over many links.

Each is a plain value for :mod:`labsim.plots`, read from what the lab has recorded; nothing here
changes the lab that it is asked of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

from labsim.docker import Result
from labsim.engine.builder import Built
from labsim.engine.builder.reasons import Reasons
from labsim.errors import LabError
from labsim.image import INDEX_TYPES, Config, Image
from labsim.lab import Lab
from labsim.plots import Growth, Pull
from labsim.reference import Reference
from labsim.registry import Registry
from labsim.story import Ledger, ledger
from labsim.story.shapes import shape
from labsim.trace import Exchange

__all__ = ["growth", "link_seconds", "pulls", "pushes"]

#: Bytes a second of one Mbit/s.
_MBIT = 125_000


def pushes(lab: Lab) -> dict[str, Ledger]:
    """The ledger of every push so far, by its number and what was pushed."""
    found: dict[str, Ledger] = {}
    for name, result in lab.results:
        if name == "push" and result.trace is not None:
            tagged = [shape(one) for one in result.trace.exchanges if shape(one).act == "tag"]
            to = f"{tagged[-1].repository}:{tagged[-1].name}" if tagged else "nothing published"
            found[f"{len(found) + 1}. {to}"] = ledger(result.trace)
    return found


def growth(lab: Lab, host: str) -> list[Growth]:
    """A registry after each push to it, counted from what it held before the first."""
    before = lab.at(0).registry(host)
    held, stock = before.store.size, _listed(before)
    points: list[Growth] = []
    for at, action in enumerate(lab.journal, 1):
        target = _pushed(action)
        if target is not None and target.registry == host:
            registry = lab.at(at).registry(host)
            size, listed = registry.store.size - held, _listed(registry) - stock
            points.append(Growth(target.with_default_tag().familiar, size, listed))
    return points


def _pushed(action: Sequence[str]) -> Reference | None:
    """What an action pushes: ``docker push NAME``, also ``docker image push``."""
    words = action[1].split() if action[0] == "docker" and len(action) > 1 else []
    if "push" not in words[:3]:
        return None
    names = [word for word in words[words.index("push") + 1 :] if not word.startswith("-")]
    return Reference(names[-1]) if names else None


def _listed(registry: Registry) -> int:
    """Bytes of every tagged manifest with all that it needs, shared or not."""
    total = 0
    for repository in registry.store.repositories.values():
        for digest in repository.tags.values():
            found = repository.manifest(digest)
            if found is not None:
                needs = (repository.blob(name) for name in found.needs)
                total += found.blob.size + sum(blob.size for blob in needs if blob is not None)
    return total


def pulls(lab: Lab, host: str) -> list[Pull]:
    """Every answer of a registry to a GET of an image's manifest: served, or refused with 429.

    An index costs nothing while it is served (:mod:`labsim.registry.limits`).
    """
    names = lab.registry(host).hosts
    return [
        Pull(one.done_us, one.status == 200)
        for _, result in lab.results
        if result.trace is not None
        for one in result.trace.exchanges
        if one.host in names and shape(one).act == "read" and _counts(one)
    ]


def _counts(one: Exchange) -> bool:
    if one.response is None or one.status != 200:
        return one.status == 429
    return one.response.headers.get("Content-Type") not in INDEX_TYPES


def link_seconds(
    lab: Lab,
    orders: Mapping[str, str],
    speeds: Sequence[float],
    *,
    name: str,
    edited: str,
) -> dict[str, list[tuple[float, float]]]:
    """Seconds that a push of ``name`` takes after an edit, for each Dockerfile and each Mbit/s.

    ``orders`` are texts of Dockerfiles by their titles, built on the files of the laptop.  Each is
    built, ``edited`` gets one more line, and it is built again.  The registry has what was still
    cached then, and the push sends what was built anew: a ``RUN`` that is done again makes other
    bytes at work, and here it is timed as if it did.
    """
    return {
        title: [(speed, _timed(lab.fork(), text, name, edited, speed)) for speed in speeds]
        for title, text in orders.items()
    }


def _timed(lab: Lab, dockerfile: str, name: str, edited: str, speed: float) -> float:
    """One push, in a fork of its own that is thrown away."""
    lab.write("Dockerfile", dockerfile)
    _must(lab, f"build -q -t {name} .")
    lab.write(edited, lab.read(edited) + "# edited\n")
    built = _must(lab, f"build -q -t {name} .").why
    if not isinstance(built, Reasons):
        raise LabError("a build that says why is needed")
    before = Reference(name).with_tag("before")
    lab.seat.engine.adopt(_cached(built.built), [before])
    _must(lab, f"push -q {before}")
    lab.link(up=f"{int(speed * _MBIT)}B/s")
    trace = _must(lab, f"push -q {name}").trace
    assert trace is not None, "a push is a conversation"
    return (trace.ended_us - trace.started_us) / 1_000_000


def _cached(built: Built) -> Image:
    """The image up to the first layer that was built anew."""
    assert built.image is not None, "the build worked"
    anew = {step.layer.diff_id for step in built.steps if step.layer and not step.cached}
    layers = [*takewhile(lambda layer: layer.diff_id not in anew, built.image.layers)]
    config = Config.make([layer.diff_id for layer in layers], created=built.image.created)
    return Image(config, layers)


def _must(lab: Lab, line: str) -> Result:
    result = lab.docker(line)
    if not result.ok:
        raise LabError(f"docker {line} failed: {result.stderr.strip()}")
    return result
