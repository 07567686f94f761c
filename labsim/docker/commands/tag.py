"""``docker tag``: one more name for an image; nothing is copied, nobody is asked."""

from __future__ import annotations

from collections.abc import Callable

from labsim.docker.grammar import Call, Command, Count
from labsim.docker.phrases import daemon_error
from labsim.docker.voices import voice_of
from labsim.errors import CommandError, InvalidReference
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.voices import Voice

__all__ = ["COMMAND"]


def tag(call: Call) -> int:
    """Name SOURCE_IMAGE also TARGET_IMAGE; silent when it works."""
    source, target = call.arguments
    voice = voice_of(call.seat.engine)
    _check(Reference.any, source, voice)
    named = _check(Reference, target, voice)
    assert isinstance(named, Reference)
    if named.digest is not None:
        raise CommandError("refusing to create a tag with a digest reference\n")
    if named.familiar_name == "sha256":
        raise daemon_error("refusing to create an ambiguous tag using digest algorithm as name")
    call.seat.engine.tag(source, named.with_default_tag(), at_us=call.seat.now)
    return 0


def _check(read: Callable[[str], object], text: str, voice: Voice) -> object:
    """The name, read; the CLI checks both arguments before it asks the daemon."""
    try:
        return read(text)
    except InvalidReference as error:
        raise voice.misspelt(text, error) from None


COMMAND = Command("tag", Count(2, 2), tag, interspersed=False)
