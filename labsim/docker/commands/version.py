"""``docker version``: the pair whose words the lab speaks."""

from __future__ import annotations

from labsim.docker.grammar import Call, Command, Count
from labsim.docker.voices import voice_of
from labsim.errors import CommandError

__all__ = ["COMMAND"]


def version(call: Call) -> int:
    """Print the pair, as text or through a template."""
    form, found = call.value("format"), voice_of(call.seat.engine).versions()
    if not form:
        call.out(found.text)
        return 0
    from labsim.docker.templates import Template, TemplateError

    try:
        template = Template(
            "{{json .}}" if form == "json" else form, "version", cli=voice_of(call.seat.engine).CLI
        )
    except TemplateError as error:
        raise CommandError(f"template parsing error: {error}\n", 64) from None
    try:
        call.out(template.render(found.values()) + "\n")
    except TemplateError as error:
        call.out("\n")
        raise CommandError(f"{error}\n") from None
    return 0


COMMAND = Command("version", Count(0, 0), version, simulated=frozenset({"format"}), looks=True)
