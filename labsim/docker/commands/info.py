"""``docker info``: the laptop's daemon, as Docker of this lab's engine tells of itself.

What a real one reads off its machine (name, id, memory, kernel) is a laptop's that every lab has.
"""

from __future__ import annotations

from typing import Any

from labsim.docker.grammar import Call, Command, Count
from labsim.docker.voices import voice_of
from labsim.errors import CommandError

__all__ = ["COMMAND"]


def info(call: Call) -> int:
    """Print it all, or a part through a template."""
    form, engine = call.value("format"), call.seat.engine
    voice = voice_of(engine)
    if not form:
        user = engine.credentials.get("docker.io")
        call.out(voice.info_text(engine, user.username if user else ""))
        return 0
    from labsim.docker.templates import Template, TemplateError

    try:
        template = Template("{{json .}}" if form == "json" else form, cli=voice.CLI)
    except TemplateError as error:
        raise CommandError(f"template parsing error: {error}\n", 64) from None
    try:
        call.out(
            template.render(_typed("system.dockerInfo", voice.info_document(engine, call.seat.now)))
            + "\n"
        )
    except TemplateError as error:
        call.out("\n")
        raise CommandError(f"{error}\n") from None
    return 0


def _typed(name: str, value: Any) -> Any:
    """Documents as Go structs; lists and maps of texts stay what they are."""
    from labsim.docker.templates import NilList, Struct

    if value is None:
        return NilList()
    if not isinstance(value, dict) or name in ("Runtimes", "IndexConfigs"):
        return value
    return Struct(name, {key: _typed(key, item) for key, item in value.items()})


COMMAND = Command("info", Count(0, 0), info, simulated=frozenset({"format"}), looks=True)
