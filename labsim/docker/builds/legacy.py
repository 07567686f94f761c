"""The legacy builder: everything goes to standard output, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from labsim.digest import ImageID
from labsim.docker import phrases
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
from labsim.docker.platforms import read as read_platform
from labsim.docker.result import written
from labsim.docker.voices import voice_of
from labsim.dockerfile import read
from labsim.engine.builder import Built, Order, legacy
from labsim.engine.builder.order import bases
from labsim.engine.dialect import CONTAINERD
from labsim.errors import CommandError, InvalidDockerfile
from labsim.reference import Reference

__all__ = ["build"]


def build(call: Call, tags: Sequence[Reference]) -> int:
    """Build, and take in the image of every step; a failure's sentence goes to standard error."""
    if "progress" in call.options:
        from labsim.docker.grammar import usage_error

        raise usage_error(CommandError("unknown flag: --progress", 125), "build", call.path)
    quiet = call.flag("quiet")
    if call.seat.engine.dialect == CONTAINERD and call.value("platform"):
        read_platform(call.value("platform"))  # by the CLI, before anything else, since CLI 29
    given = folder(call)
    if given.text is None:
        raise CommandError(
            "unable to prepare context: unable to evaluate symlinks in Dockerfile path: "
            f"lstat {given.place or given.name}: no such file or directory\n"
        )
    say = call.err if quiet else call.out
    if not quiet or _unreadable(given):
        say(words.context_line(given.sent))
    try:
        wanted = order(call, read(given.text, buildkit=False), given.context)
        wanted = wanted._replace(wording=voice_of(call.seat.engine).build_words().WORDING)
        stages = legacy.stages_built(wanted)
    except InvalidDockerfile as fault:
        raise CommandError(words.legacy_fault(fault, given.name)) from None
    try:
        check_platforms(wanted, stages)
        names = bases(wanted, stages)
    except InvalidDockerfile as fault:
        return _stopped(call, wanted, fault)
    pulled = {name: base_image(call, name, wanted.platform, keep=True) for name in names}
    return _built(call, wanted, pulled, tags)


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


def _built(call: Call, wanted: Order, pulled: dict[str, Pulled], tags: Sequence[Reference]) -> int:
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
    ids = _taken_in(call, built, pulled, tags)
    lasted(call, built, [one.run.trace for one in pulled.values() if one.run is not None])
    unused = [name for name in wanted.args if name not in _declared(wanted)]
    voice = voice_of(engine)
    texts = {
        name: written(voice.pulled(one.run, one.reference))
        for name, one in pulled.items()
        if one.run is not None
    }
    names, warned = [tag.with_default_tag().familiar for tag in tags], wanted.dockerfile.warnings
    shown = words.Shown([one.short if one else "" for one in ids], voice.build_words().REMOVED)
    if not call.flag("quiet"):
        call.out(lambda: words.legacy_text(built, shown, texts, warned, unused, names))
    elif built.image is not None:
        call.out(f"{ids[-1]}\n")
    if built.image is None:
        call.err(f"{built.fault}\n")
        return built.code
    return 0


def _taken_in(
    call: Call, built: Built, pulled: dict[str, Pulled], tags: Sequence[Reference]
) -> list[ImageID | None]:
    """Keep the image of every step, each with the one that it was made of; their ids by step.

    They stay even where the build failed.
    """
    engine, committed = call.seat.engine, voice_of(call.seat.engine).build_words().committed
    known: dict[ImageID, ImageID] = {}
    found: list[ImageID | None] = []
    parent: ImageID | None = None
    for step in built.steps:
        image_id = None
        if step.image is not None and step.instruction.name == "FROM":
            base = pulled.get(step.stage)
            here = ImageID(base.digest) if base is not None else step.image.id
            image_id = known.get(step.image.id, here)
        elif step.image is not None:
            image_id = committed(engine, step.image)
            if parent is not None:
                engine.parents.setdefault(image_id, parent)
        if step.image is not None and image_id is not None:
            known[step.image.id] = image_id
        parent = image_id
        found.append(image_id)
    if built.image is not None:
        for name in tags:
            engine.names.point(name.with_default_tag(), known[built.image.id])
    return found


def _declared(wanted: Order) -> set[str]:
    steps = [*wanted.dockerfile.args]
    steps += [step for stage in wanted.dockerfile.stages for step in stage.steps]
    return {pair.name for step in steps if step.name == "ARG" for pair in step.pairs}
