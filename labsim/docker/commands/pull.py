"""``docker pull``: fetch an image by name, as much of it as is not here."""

from __future__ import annotations

from collections.abc import Callable

from labsim.docker.commands.push import platform_of
from labsim.docker.grammar import Call, Command, Count
from labsim.docker.phrases import daemon_error
from labsim.docker.result import Text
from labsim.docker.voices import voice_of
from labsim.errors import CommandError
from labsim.reference import Reference

__all__ = ["COMMAND", "fetch"]


def pull(call: Call) -> int:
    """Pull one name, or with ``--all-tags`` every tag of a repository."""
    reference, everything = Reference(call.arguments[0]), call.flag("all-tags")
    if everything and (reference.tag or reference.digest):
        raise CommandError("tag can't be used with --all-tags/-a\n")
    if not everything and not (reference.tag or reference.digest):
        reference = reference.with_default_tag()
        if not call.flag("quiet"):
            call.out("Using default tag: latest\n")
    fetch(call, reference, None if call.flag("quiet") else call.out, everything=everything)
    call.out(f"{reference}\n")
    return 0


def fetch(
    call: Call,
    reference: Reference,
    write: Callable[[Text], None] | None,
    *,
    everything: bool = False,
) -> None:
    """Have the daemon pull a name, and ``write`` how it goes (``None``: quietly)."""
    meant = reference if everything else reference.with_default_tag()
    if reference.digest:  # the daemon is told the digest alone: a tag beside it counts for nothing
        meant = reference.without_tag().with_digest(reference.digest)
    if meant.name == "docker.io/library/scratch":
        raise daemon_error("'scratch' is a reserved name")
    engine, platform = call.seat.engine, platform_of(call)
    voice = voice_of(engine)
    run = call.seat.converse(engine.pull(meant, all_tags=everything, platform=platform))
    call.trace = run.trace
    outcomes = run.outcome if isinstance(run.outcome, list) else [run.outcome]
    for outcome in outcomes if run.error is None else ():
        if (image_id := engine.names.get(outcome.reference)) is not None:
            engine.note(image_id, call.seat.now)
    if write is not None:
        write(voice.pulled(run, meant))
    if (failure := voice.pull_failure(run, meant, platform)) is not None:
        raise failure
    if write is not None and platform is not None:
        from labsim.docker.mismatch import warning

        write(warning(engine, meant, platform))


COMMAND = Command("pull", Count(1, 1), pull, simulated=frozenset({"all-tags", "platform", "quiet"}))
