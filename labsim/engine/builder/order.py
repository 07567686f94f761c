"""What is to be built, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from labsim.dockerfile import Dockerfile, Expander, Instruction, Stage
from labsim.dockerfile.mounts import mounts_of
from labsim.engine.builder.tree import Context
from labsim.errors import InvalidDockerfile, NotSimulated
from labsim.image import HERE, Image, Layer, Platform

__all__ = [
    "Built",
    "Order",
    "Step",
    "Trouble",
    "Wording",
    "bases",
    "is_number",
    "meta_args",
    "needed",
    "taken_from",
    "target_stage",
]

_NOT = "failed: unable to start container process: "


class Wording(NamedTuple):
    """What the parts below a builder say, by the version of the engine.

    ``fileop`` is what BuildKit's cache says that a copied layer is of; nothing: the step that made
    it.  The others stand before runc's words where a container cannot be started.
    """

    fileop: str = "fileop target"
    legacy_start: str = f"failed to create shim task: OCI runtime create failed: runc create {_NOT}"
    buildkit_start: str = f"runc run {_NOT}"


class Order(NamedTuple):
    """A Dockerfile with its context and the options of the command."""

    dockerfile: Dockerfile
    context: Context
    args: Mapping[str, str] = {}  #: --build-arg
    target: str = ""
    no_cache: bool = False
    platform: Platform = HERE
    labels: tuple[tuple[str, str], ...] = ()
    #: The secrets that are there, by id.  What they say is nobody's business here.
    secrets: tuple[str, ...] = ()
    wording: Wording = Wording()
    #: The same of a base's layers, by the name that the Dockerfile uses.
    origins: Mapping[str, str] = {}
    #: Variables that are there before any ``ARG``.
    predefined: Mapping[str, str] = {}


class Trouble(NamedTuple):
    """What stopped a step: a file that is ``missing``, a ``secret`` that is, or a command's end.

    ``subject`` is the file, the secret or the command; ``code`` what the command ended with.
    """

    kind: str
    subject: str
    code: int = 0


class Step(NamedTuple):
    """One step of a build as it went.

    ``name`` is the line as the builder prints it; ``why`` says in words why it was found in the
    cache or not.  ``fault`` is what stopped the build here, in the words of daemon 20.10, and
    ``trouble`` the same in parts.  ``image`` is what the legacy builder
    made of it; times are µs from the beginning of the build.  ``stage`` is BuildKit's name of the
    stage, or what the legacy builder's stage begins with.  ``layer`` is what the step added; none
    where it changed the config only, or failed.
    """

    name: str
    instruction: Instruction
    cached: bool
    why: str
    begins_us: int = 0
    us: int = 0
    output: tuple[str, ...] = ()
    fault: str = ""
    image: Image | None = None
    container: str = ""
    stage: str = ""
    trouble: Trouble | None = None
    layer: Layer | None = None

    @property
    def ends_us(self) -> int:
        """When it was done."""
        return self.begins_us + self.us


class Built(NamedTuple):
    """What came of it: the image (none where a step failed), and every step.

    ``headings`` are BuildKit's names for the steps that fetch a base, by the base as it is written,
    before the reference.  ``code`` is what the command exits with when it failed.
    """

    image: Image | None
    steps: tuple[Step, ...]
    us: int
    fault: str = ""
    line: int = 0
    headings: Mapping[str, str] = {}
    code: int = 1


def meta_args(order: Order) -> dict[str, str]:
    """The variables that ``FROM`` sees: the ``ARG`` lines above the first one."""
    found: dict[str, str] = {**order.predefined}
    for step in order.dockerfile.args:
        for pair in step.pairs:
            value = order.args.get(pair.name, pair.value)
            if value is not None:
                found[pair.name] = Expander(found, escape=order.dockerfile.escape).word(value)
    return found


def base_of(order: Order, stage: Stage, meta: Mapping[str, str]) -> str:
    """What a stage begins with: ``scratch``, a stage before it, or an image's name."""
    base = Expander(meta, escape=order.dockerfile.escape).word(stage.base)
    if not base:
        raise InvalidDockerfile(f"base name ({stage.base}) should not be blank", stage.start.line)
    return base


def earlier(order: Order, name: str, stage: Stage) -> Stage | None:
    """The stage of that name (or, for ``COPY --from``, number) before this one."""
    found = order.dockerfile.stage(name)
    return found if found is not None and found.number < stage.number else None


def is_number(name: str) -> bool:
    """Whether ``--from`` gives a stage's number, and so means no image."""
    return re.fullmatch(r"[+-]?\d+", name) is not None


def _check_numbers(order: Order, stage: Stage) -> None:
    """What BuildKit says of a number of no stage that can be copied from."""
    for step in stage.steps:
        for number in map(int, filter(is_number, taken_from(step))):
            if not 0 <= number < len(order.dockerfile.stages):
                raise InvalidDockerfile(f"invalid stage index {number}")
            if number == stage.number:
                name = stage.name or f"stage-{number}"
                raise InvalidDockerfile(f"circular dependency detected on stage: {name}", step.line)
            if number > stage.number:
                raise NotSimulated(f"{step.name} --from={number}, a stage below (line {step.line})")


def target_stage(order: Order) -> Stage | None:
    """The stage that is built: the last one, or what ``--target`` names; ``None``: not there."""
    if not order.target:
        return order.dockerfile.stages[-1]
    return order.dockerfile.stage(order.target)


def _leads_to(order: Order, stage: Stage, meta: Mapping[str, str]) -> list[Stage]:
    """The stages that a stage is made of: its base, and those it copies from."""
    named = [base_of(order, stage, meta)]
    named += [name for step in stage.steps for name in taken_from(step)]
    found = (earlier(order, name, stage) for name in named)
    return [one for one in found if one is not None]


def needed(order: Order, target: Stage) -> list[Stage]:
    """The stages without which the target cannot be built, in the order of the Dockerfile."""
    for stage in order.dockerfile.stages:
        _check_numbers(order, stage)
    meta, wanted, waiting = meta_args(order), {target.number}, [target]
    while waiting:
        for stage in _leads_to(order, waiting.pop(), meta):
            if stage.number not in wanted:
                wanted.add(stage.number)
                waiting.append(stage)
    return [stage for stage in order.dockerfile.stages if stage.number in wanted]


def bases(order: Order, stages: list[Stage]) -> list[str]:
    """The names of the images that these stages begin with or copy from, each once."""
    meta, found = meta_args(order), {}
    for stage in stages:
        base = base_of(order, stage, meta)
        names = [base] if base != "scratch" and earlier(order, base, stage) is None else []
        names += [
            name
            for step in stage.steps
            for name in taken_from(step)
            if earlier(order, name, stage) is None and name != "scratch" and not is_number(name)
        ]
        found.update(dict.fromkeys(name for name in names if name.lower() != stage.name))
    return list(found)


def taken_from(step: Instruction) -> list[str]:
    """The stages and images that an instruction names: ``--from``, or mounts with one."""
    named = [step.flag("from")] if step.name in ("COPY", "ADD") else []
    named += [mount.source_of for mount in mounts_of(step)]
    return [name for name in named if name]
