"""``docker build``: an image of a Dockerfile and a folder, by BuildKit or the legacy builder.

BuildKit builds unless the line begins with ``DOCKER_BUILDKIT=0``.  The help is that of CLI 28.2.2
without its buildx plugin, which lists the legacy builder's flags; BuildKit's own are taken too.
"""

from __future__ import annotations

from collections.abc import Sequence

from labsim.docker import phrases
from labsim.docker.building import (
    Folder,
    Pulled,
    base_image,
    folder,
    order,
    platform_of,
    tags_of,
)
from labsim.docker.grammar import Call, Command, Count
from labsim.docker.help import Flag
from labsim.docker.phrases import build as words
from labsim.docker.result import written
from labsim.docker.units import human_size
from labsim.docker.voices import voice_of
from labsim.dockerfile import Instruction, read
from labsim.engine.builder import Built, Order, buildkit, legacy
from labsim.engine.builder.order import bases, needed, target_stage
from labsim.engine.builder.reasons import Reasons
from labsim.errors import CommandError, InvalidDockerfile, LabError, NotSimulated, RegistryError
from labsim.image import Image
from labsim.reference import Reference
from labsim.wire import Dialogue, Pause

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.trace import Trace

__all__ = ["COMMAND"]

_FLAGS = (
    "build-arg", "file", "label", "no-cache", "platform", "progress", "pull", "quiet", "rm",
    "force-rm", "tag", "target",
)  # fmt: skip
#: What BuildKit takes and the legacy builder's help does not list.
_BUILDKIT = (
    Flag("progress", kind="string"), Flag("output", "o", "string"), Flag("secret", kind="string"),
    Flag("ssh", kind="string"), Flag("load"), Flag("push"), Flag("builder", kind="string"),
    Flag("cache-to", kind="string"), Flag("no-cache-filter", kind="string"),
    Flag("provenance", kind="string"), Flag("sbom", kind="string"), Flag("attest", kind="string"),
    Flag("annotation", kind="string"), Flag("build-context", kind="string"),
    Flag("check"), Flag("metadata-file", kind="string"), Flag("call", kind="string"),
)  # fmt: skip


def build(call: Call) -> int:
    """Build with the one or the other."""
    tags = tags_of(call)
    if call.env.get("DOCKER_BUILDKIT") == "0" and "buildx" not in call.path:
        return _legacy(call, tags)
    _check_progress(call)
    return _buildkit(call, tags)


def _check_progress(call: Call) -> None:
    progress = call.value("progress") or "auto"
    if progress not in words.PROGRESS:
        known = ", ".join(words.PROGRESS)
        raise CommandError(
            f'invalid value "{progress}" passed to --progress, valid values are: {known}\n'
        )
    if progress == "tty":
        raise NotSimulated(f"{call.path} --progress tty")


# -- the legacy builder ----------------------------------------------------------------------------


def _legacy(call: Call, tags: list[Reference]) -> int:
    """Everything goes to standard output, step by step; a failure's sentence does not."""
    call.err(words.DEPRECATED)
    if "progress" in call.options:
        from labsim.docker.grammar import usage_error

        raise usage_error(CommandError("unknown flag: --progress", 125), "build", call.path)
    quiet = call.flag("quiet")
    given = folder(call)
    if given.text is None:
        raise CommandError(
            "unable to prepare context: unable to evaluate symlinks in Dockerfile path: "
            f"lstat {given.name}: no such file or directory\n"
        )
    say = call.err if quiet else call.out
    if not quiet or _unreadable(given):
        say(words.context_line(given.sent))
    try:
        wanted = order(call, read(given.text, buildkit=False), given.context)
        stages = legacy.stages_built(wanted)
    except InvalidDockerfile as fault:
        raise CommandError(words.legacy_fault(fault, given.name)) from None
    try:
        names = bases(wanted, stages)
    except InvalidDockerfile as fault:
        return _stopped(call, wanted, fault)
    pulled = {name: base_image(call, name, wanted.platform, keep=True) for name in names}
    return _legacy_built(call, wanted, pulled, tags)


def _unreadable(given: Folder) -> bool:
    """Whether the daemon will refuse the Dockerfile: a quiet client shows the context then."""
    try:
        read(given.text or "", buildkit=False)
    except InvalidDockerfile:
        return True
    return False


def _stopped(call: Call, wanted: Order, fault: InvalidDockerfile) -> int:
    """A base without a name: the first step is begun, and no more."""
    start = wanted.dockerfile.stages[0].start
    call.out(f"Step 1/{wanted.dockerfile.length} : {start.text}\n")
    call.err(f"{fault.fault}\n")
    return 1


def _legacy_built(
    call: Call, wanted: Order, pulled: dict[str, Pulled], tags: list[Reference]
) -> int:
    engine = call.seat.engine
    missing = next((one for one in pulled.values() if one.image is None), None)
    if missing is not None and missing.run is not None and missing.run.error is not None:
        start = wanted.dockerfile.stages[0].start
        call.out(f"Step 1/{wanted.dockerfile.length} : {start.text}\n")
        call.trace = missing.run.trace
        call.err(f"{phrases.pull_failure(missing.run.error, missing.reference)}\n")
        return 1
    images = {name: one.image for name, one in pulled.items() if one.image is not None}
    cache, now = engine.builds, call.seat.now
    built = legacy.build(wanted, cache, images, now, engine.has_config)
    _kept(call, built, pulled, tags)
    unused = [name for name in wanted.args if name not in _declared(wanted)]
    voice = voice_of(engine)
    texts = {
        name: written(voice.pulled(one.run, one.reference))
        for name, one in pulled.items()
        if one.run is not None
    }
    shown = [tag.familiar for tag in tags]
    if not call.flag("quiet"):
        call.out(lambda: words.legacy_text(built, texts, wanted.dockerfile.warnings, unused, shown))
    elif built.image is not None:
        call.out(f"{built.image.id}\n")
    if built.image is None:
        call.err(f"{built.fault}\n")
        return 1
    return 0


def _declared(wanted: Order) -> set[str]:
    steps = [*wanted.dockerfile.args]
    steps += [step for stage in wanted.dockerfile.stages for step in stage.steps]
    return {pair.name for step in steps if step.name == "ARG" for pair in step.pairs}


def _kept(call: Call, built: Built, pulled: dict[str, Pulled], tags: list[Reference]) -> None:
    """Take the image in, let the time pass that it took, and keep the reasons."""
    traces = [one.run.trace for one in pulled.values() if one.run is not None]
    call.trace = traces[-1] if traces else None
    call.why = Reasons(built)
    call.seat.converse(_lasting(built.us))
    if built.image is not None:
        call.seat.engine.adopt(built.image, tags)


def _lasting(us: int) -> Dialogue:
    """A while in which nobody is spoken to."""
    yield Pause(us, "building")


# -- BuildKit --------------------------------------------------------------------------------------


def _buildkit(call: Call, tags: list[Reference]) -> int:
    """Everything goes to standard error; a quiet build prints the image's id on standard output."""
    given = folder(call)
    blocks = [_definition(call, given)]
    if given.text is None:
        _progress(call, blocks, None, tags)
        raise CommandError(
            "failed to solve with frontend dockerfile.v0: failed to read dockerfile: "
            f"open {given.name}: no such file or directory\n"
        )
    blocks.append(_ignore(call, given))
    platform_of(call.value("platform"))
    try:
        wanted = order(call, read(given.text), given.context)
        target = target_stage(wanted)
        if target is None:
            raise InvalidDockerfile(f"target stage {wanted.target} could not be found")
        names = bases(wanted, needed(wanted, target))
        images, pulled = _fetched(call, names, wanted, blocks)
        built = buildkit.build(wanted, call.seat.engine.builds, images, call.seat.now)
    except InvalidDockerfile as fault:
        _progress(call, blocks, None, tags)
        raise CommandError(words.buildkit_fault(fault)) from None
    blocks += _fresh(call, pulled)
    if any(step.name in ("COPY", "ADD") and not step.flag("from") for step in _steps(built)):
        blocks.append(_context(call, wanted, built))
    _kept(call, built, pulled, tags)
    _progress(call, blocks, built, tags)
    if built.image is None:
        raise CommandError(words.buildkit_fault(built.fault, reading=False))
    if call.flag("quiet"):
        call.out(f"{built.image.id}\n")
    return 0


def _steps(built: Built) -> list[Instruction]:
    return [step.instruction for step in built.steps]


def _progress(
    call: Call, blocks: Sequence[words.Block], built: Built | None, tags: Sequence[Reference]
) -> None:
    """Plain progress, unless it is to be quiet."""
    if not call.flag("quiet"):
        names = [str(tag) for tag in tags]
        shown = list(blocks)
        call.err(lambda: words.buildkit_text(shown, built, names))


def _definition(call: Call, given: Folder) -> words.Block:
    size = _sent(call, f"dockerfile {given.name}", given.name, given.text)
    line = f"transferring dockerfile: {human_size(size, 4)} done"
    return words.Block(f"[internal] load build definition from {given.name}", (line,))


def _ignore(call: Call, given: Folder) -> words.Block:
    found = given.files.get(".dockerignore")
    text = bytes(found.content).decode(errors="replace") if found else None
    size = _sent(call, "dockerignore", ".dockerignore", text)
    line = f"transferring context: {human_size(size, 4)} done"
    return words.Block("[internal] load .dockerignore", (line,))


def _sent(call: Call, slot: str, name: str, text: str | None) -> int:
    """Bytes that travel for one file: its name, and its content unless the builder has it."""
    sent = call.seat.engine.builds.sent
    if text is None:
        return 2
    known, sent[slot] = sent.get(slot), text
    size = len(text.encode())
    lengths = (size > 127) + (size > 16_383)  # a length takes more bytes then, and is said twice
    return 21 + lengths + len(name) if known == text else size + 27 + 2 * lengths + len(name)


def _context(call: Call, wanted: Order, built: Built) -> words.Block:
    """The files that were sent: all their names, and the content of those that are new there."""
    sent, size = call.seat.engine.builds.sent, 2
    for path, node in wanted.context.tree.items():
        size += 19 + len(path)
        seen = f"{node.mode} {node.name_of_content}"
        if node.kind == "0" and sent.get(path) != seen:
            size += 8 + node.size
            sent[path] = seen
    line = f"transferring context: {human_size(size, 4)} done"
    return words.Block("[internal] load build context", (line,))


def _fetched(
    call: Call, names: Sequence[str], wanted: Order, blocks: list[words.Block]
) -> tuple[dict[str, Image], dict[str, Pulled]]:
    """The bases; each has its block, and the one that cannot be had stops the build."""
    pulled: dict[str, Pulled] = {}
    for name in names:
        found = pulled[name] = base_image(call, name, wanted.platform, keep=False)
        heading = f"[internal] load metadata for {found.reference}"
        if found.run is not None and found.run.error is not None:
            call.trace = found.run.trace
            fault = _base_fault(found.run.error, found.reference)
            blocks.append(words.Block(heading, fault=fault))
            raise InvalidDockerfile(fault)
        us = _asking_us(found)
        blocks.append(words.Block(heading, us=us))
    return {name: one.image for name, one in pulled.items() if one.image is not None}, pulled


def _base_fault(error: LabError, reference: Reference) -> str:
    """Why a base cannot be had, in containerd's words."""
    if isinstance(error, RegistryError) and error.code in ("DENIED", "UNAUTHORIZED"):
        return (
            "pull access denied, repository does not exist or may require authorization: "
            "server message: insufficient_scope: authorization failed"
        )
    if isinstance(error, RegistryError) and error.status == 404:
        return f"{reference}: not found"
    return phrases.pull_failure(error, reference)


def _asking_us(found: Pulled) -> int:
    """How long it took to learn what the name means: the exchanges before the first layer."""
    if found.run is None:
        return 0
    trace = found.run.trace
    begun = [lane.started_us for lane in trace.lanes if lane.index and lane.started_us is not None]
    return min(begun, default=found.run.ended_us) - _began(found.run.trace)


def _began(trace: Trace) -> int:
    return trace.lanes[0].started_us or 0


def _fresh(call: Call, pulled: dict[str, Pulled]) -> list[words.Block]:
    """A block for each base: fetched, seen for the first time, or there already."""
    cache = call.seat.engine.builds
    found = []
    for name, one in pulled.items():
        assert one.image is not None
        key = f"base {one.image.id}"
        known = key in cache.sent
        cache.sent[key] = name
        us = 0 if one.run is None else one.run.ended_us - _began(one.run.trace) - _asking_us(one)
        lines = () if one.run is None or known else (f"resolve {one.reference} done",)
        found.append(words.Block(f"FROM {one.reference}", lines, us, cached=known))
    return found


COMMAND = Command("build", Count(1, 1), build, frozenset(_FLAGS), hidden=_BUILDKIT)
