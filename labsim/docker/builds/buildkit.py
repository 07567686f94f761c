"""BuildKit: progress goes to standard error, and of a quiet build the id to standard output."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from labsim.docker.builds.blocks import Block, begun_at, of_step, plain
from labsim.docker.builds.reading import (
    Folder,
    Pulled,
    base_image,
    check_platforms,
    folder,
    lasted,
    order,
)
from labsim.docker.grammar import Call
from labsim.docker.phrases import build as words
from labsim.docker.result import Shown
from labsim.docker.units import human_size
from labsim.docker.voices import voice_of
from labsim.dockerfile import read
from labsim.dockerfile.mounts import mounts_of
from labsim.engine.builder import Built, Order, Step, buildkit
from labsim.engine.builder.order import bases, needed, target_stage
from labsim.errors import CommandError, InvalidDockerfile, NotSimulated
from labsim.image import Image
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.moving import Frame
    from labsim.docker.voices import BuildWords
    from labsim.engine.builder.attesting import Provenance
    from labsim.trace import Trace

__all__ = ["build"]

#: A terminal shows so many lines of a build at most.
_HEIGHT = 40


def build(call: Call, tags: Sequence[Reference]) -> int:
    """Build, and take the image in."""
    _check_progress(call)
    return _Building(call, tags).done()


def _check_progress(call: Call) -> None:
    progress = call.value("progress") or "auto"
    if progress not in words.PROGRESS:
        known = ", ".join(words.PROGRESS)
        raise CommandError(
            f'invalid value "{progress}" passed to --progress, valid values are: {known}\n'
        )


class _Base(NamedTuple):
    """A base, and whether a stage begins with it (or only something is copied from it)."""

    pulled: Pulled
    begins: bool


class _Building:
    """One build: what was typed, and the blocks so far."""

    def __init__(self, call: Call, tags: Sequence[Reference]) -> None:
        self.call, self.tags = call, tags
        self.say: BuildWords = voice_of(call.seat.engine).build_words()
        self.attested = self.say.attests(_provenance(call))
        self.started_us = call.seat.now
        self.given = folder(call)
        self.bases: dict[str, _Base] = {}
        self.metadata: list[Block] = []
        self.blocks: list[Block] = []

    def done(self) -> int:
        """The whole of it; what is wrong is raised once the progress is told."""
        definition, ignore = _definition(self.call, self.given), _ignore(self.call, self.given)
        if self.given.text is None:
            self.blocks = [definition]
            raise self.stopped(self.say.misread(InvalidDockerfile(""), self.given))
        try:
            wanted = order(self.call, read(self.given.text), self.given.context)
            wanted = buildkit.with_platforms(wanted)
            images = self.fetched(wanted)
            wanted = wanted._replace(wording=self.say.WORDING, origins=self.origins())
            self.blocks = begun_at(self.say.opening(definition, ignore, self.metadata), 0)
            engine, now = self.call.seat.engine, self.call.seat.now
            built = buildkit.build(wanted, engine.builds, images, now)
        except InvalidDockerfile as fault:
            self.blocks = self.say.opening(definition, ignore, self.metadata, misread=True)
            told = getattr(fault, "told", "") or self.say.misread(fault, self.given)
            raise self.stopped(told) from None
        return self.finished(wanted, built)

    def stopped(self, sentence: str) -> CommandError:
        """The progress as far as it went, and the last words."""
        self.progress()
        return CommandError(sentence)

    def finished(self, wanted: Order, built: Built) -> int:
        """Tell the steps; take in the image, or say which step failed."""
        start_us = self.blocks[-1].ends_us
        self.blocks += begun_at(self.brought(built), start_us)
        if any(_needs_context(step) for step in built.steps):
            self.blocks.append(_context(self.call, wanted, built)._replace(begins_us=start_us))
        start_us = self.blocks[-1].ends_us
        self.blocks += [
            of_step(step, self.say.step_fault(step) if step.fault else "", start_us)
            for step in sorted(built.steps, key=lambda step: step.begins_us)
        ]
        lasted(self.call, built, [one for one in map(_trace, self.bases.values()) if one])
        failed = next((step for step in built.steps if step.fault), None)
        if failed is not None:
            raise self.stopped(self.say.failure(failed, self.given))
        self.exported(built, start_us)
        return 0

    def exported(self, built: Built, start_us: int) -> None:
        """The image, its names, and the block that tells of them."""
        assert built.image is not None
        engine = self.call.seat.engine
        provenance = self.provenance() if self.attested else None
        image_id, lines = self.say.exported(engine, built.image, self.tags, provenance)
        at_us = start_us + built.us
        self.blocks.append(Block("exporting to image", lines, begins_us=at_us))
        self.progress()
        if self.call.flag("quiet"):
            self.call.out(f"{image_id}\n")

    def provenance(self) -> Provenance:
        """What the attestation says of this build."""
        from labsim.engine.builder.attesting import Provenance

        call, found = self.call, [base.pulled for base in self.bases.values()]
        return Provenance(
            tuple(self.tags),
            self.given.name,
            tuple((base.reference, base.digest) for base in found if base.digest),
            self.started_us,
            call.seat.now,
            call.value("target"),
            not call.values("build-arg") and not call.values("label"),
        )

    # -- bases -------------------------------------------------------------------------------------

    def fetched(self, wanted: Order) -> dict[str, Image]:
        """The bases; each has its block, and the one that cannot be had stops the build."""
        target = target_stage(wanted)
        if target is None:
            raise InvalidDockerfile(f"target stage {wanted.target} could not be found")
        stages = needed(wanted, target)
        check_platforms(wanted, stages, empty="empty platform value from expression {}")
        begun = buildkit.begun_with(wanted, stages)
        for name in bases(wanted, stages):
            found = base_image(self.call, name, wanted.platform, keep=False)
            heading = f"[internal] load metadata for {found.reference}"
            if found.run is not None and found.run.error is not None:
                self.call.trace = found.run.trace
                fault = self.say.base_fault(found.run.error, found.reference)
                self.metadata.append(Block(heading, fault=fault))
                raise _told(self.say.base_failure(fault, name, found.reference, self.given), fault)
            self.bases[name] = _Base(found, name in begun)
            if name in begun:
                self.metadata.append(Block(heading, us=_asking_us(found)))
        return {name: one.pulled.image for name, one in self.bases.items() if one.pulled.image}

    def origins(self) -> dict[str, str]:
        """Where the layers of each base are from."""
        return {name: self.say.origin(one.pulled) for name, one in self.bases.items()}

    def brought(self, built: Built) -> list[Block]:
        """A block for each base: fetched, seen for the first time, or there already."""
        sent = self.call.seat.engine.builds.sent
        found = []
        for name, (one, _) in self.bases.items():
            assert one.image is not None
            key = f"base {one.image.id}"
            known = key in sent
            sent[key] = name
            us = 0 if one.run is None else one.run.ended_us - _began(one.run.trace)
            called = self.say.called(one)
            lines = () if one.run is None or known else (f"resolve {called}",)
            heading = f"{built.headings.get(name, 'FROM')} {called}"
            found.append(Block(heading, lines, max(0, us - _asking_us(one)), cached=known))
        return found

    # -- telling -----------------------------------------------------------------------------------

    def progress(self) -> None:
        """The blocks, unless it is to be quiet; moving where there is a terminal for it."""
        if self.call.flag("quiet"):
            return
        blocks, say, started_us = tuple(self.blocks), self.say, self.started_us

        def text() -> str:
            return plain(blocks, say.FIRST, logged=say.LOGGED)

        def frames(width: int) -> Iterable[Frame]:
            from labsim.docker.builds.screen import drawn

            return drawn(blocks, started_us, width, _HEIGHT, say.RIGHT)

        moving = self.call.value("progress") != "plain"
        self.call.err(Shown(text, frames) if moving else text)


class _Told(InvalidDockerfile):
    """A base that cannot be had, with the last words of the build."""

    told = ""


def _told(sentence: str, fault: str) -> _Told:
    made = _Told(fault)
    made.told = sentence
    return made


def _provenance(call: Call) -> bool | None:
    """Whether ``--provenance`` wants an attestation; ``None``: it says nothing."""
    value = call.value("provenance")
    if not value:
        return None
    if value not in ("true", "false", "mode=min"):
        raise NotSimulated(f"{call.path} --provenance={value}")
    return value != "false"


def _trace(base: _Base) -> Trace | None:
    return None if base.pulled.run is None else base.pulled.run.trace


def _needs_context(step: Step) -> bool:
    """Whether a step takes files of the context."""
    instruction = step.instruction
    if instruction.name in ("COPY", "ADD"):
        return not instruction.flag("from")
    mounts = mounts_of(instruction)
    return any(mount.kind == "bind" and not mount.source_of for mount in mounts)


def _definition(call: Call, given: Folder) -> Block:
    size = _sent(call, f"dockerfile {given.name}", given.name, given.text)
    line = f"transferring dockerfile: {human_size(size, 4)}"
    return Block(f"[internal] load build definition from {given.name}", (line,))


def _ignore(call: Call, given: Folder) -> Block:
    found = given.files.get(".dockerignore")
    text = bytes(found.content).decode(errors="replace") if found else None
    size = _sent(call, "dockerignore", ".dockerignore", text)
    return Block("[internal] load .dockerignore", (f"transferring context: {human_size(size, 4)}",))


def _sent(call: Call, slot: str, name: str, text: str | None) -> int:
    """Bytes that travel for one file: its name, and its content unless the builder has it."""
    sent = call.seat.engine.builds.sent
    if text is None:
        return 2
    known, sent[slot] = sent.get(slot), text
    size = len(text.encode())
    lengths = (size > 127) + (size > 16_383)  # a length takes more bytes then, and is said twice
    return 21 + lengths + len(name) if known == text else size + 27 + 2 * lengths + len(name)


def _context(call: Call, wanted: Order, built: Built) -> Block:
    """The files that were sent: all their names, and the content of those that are new there."""
    sent, size = call.seat.engine.builds.sent, 2
    for path, node in wanted.context.tree.items():
        size += 19 + len(path)
        seen = f"{node.mode} {node.name_of_content}"
        if node.kind == "0" and sent.get(path) != seen:
            size += 8 + node.size
            sent[path] = seen
    line = f"transferring context: {human_size(size, 4)}"
    return Block("[internal] load build context", (line,))


def _asking_us(found: Pulled) -> int:
    """How long it took to learn what the name means: the exchanges before the first layer."""
    if found.run is None:
        return 0
    trace = found.run.trace
    begun = [lane.started_us for lane in trace.lanes if lane.index and lane.started_us is not None]
    return min(begun, default=found.run.ended_us) - _began(found.run.trace)


def _began(trace: Trace) -> int:
    return trace.lanes[0].started_us or 0
