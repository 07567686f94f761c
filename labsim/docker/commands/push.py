"""``docker push``: send an image to the registry that its name leads to."""

from __future__ import annotations

from labsim.docker.grammar import Call, Command, Count
from labsim.docker.help import Flag
from labsim.docker.voices import voice_of
from labsim.errors import CommandError
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.image import Platform

__all__ = ["COMMAND", "platform_of"]


def push(call: Call) -> int:
    """Push one tag, or with ``--all-tags`` every tag of the repository."""
    engine, quiet, everything = call.seat.engine, call.flag("quiet"), call.flag("all-tags")
    voice = voice_of(engine)
    platform = platform_of(call, f"Invalid platform {call.value('platform')}")
    if platform is not None:
        call.out(voice.platform_note())
    reference = _named(call, everything=everything)
    plan = voice.plan(engine, reference, everything=everything, platform=platform)
    run = call.seat.converse(engine.push(reference, all_tags=everything, platform=platform))
    call.trace = run.trace
    if not quiet:
        call.out(f"The push refers to repository [{reference.name}]\n")
        call.out(voice.pushed(run, plan))
    if run.error is not None:
        raise CommandError(f"{voice.push_failure(run.error, reference)}\n")
    if quiet:
        call.out(f"{reference}\n")
    call.out(voice.notes(run))
    return 0


def _named(call: Call, *, everything: bool) -> Reference:
    """What to push: with a tag, or without one where every tag is meant."""
    reference = Reference(call.arguments[0])
    if everything and (reference.tag or reference.digest):
        raise CommandError("tag can't be used with --all-tags/-a\n")
    if reference.digest:
        raise CommandError("cannot push a digest reference\n")
    if everything:
        return reference
    if not reference.tag and not call.flag("quiet"):
        call.out("Using default tag: latest\n")
    return reference.with_default_tag()


def platform_of(call: Call, before: str = "") -> Platform | None:
    """The platform of ``--platform``; none where the flag is not there, or empty.

    Some commands of the CLI put words before what is wrong with one.
    """
    text = call.value("platform")
    if not text:
        return None
    from labsim.docker.platforms import read

    return read(text, before)


COMMAND = Command(
    "push",
    Count(1, 1),
    push,
    simulated=frozenset({"all-tags", "platform", "quiet"}),
    hidden=(Flag("platform", kind="string", api="1.46"),),
)
