"""What ``docker inspect`` and ``docker image inspect`` share: many names, one list or one template.

CLI 28.2.2 and 29.7 ``cli/command/inspect``: what was found is shown first, then what was not, and a
template that fails on the typed value is tried again on the JSON as the daemon sent it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from labsim.docker.grammar import Call
from labsim.docker.voices import voice_of
from labsim.errors import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.voices import Voice

__all__ = ["Document", "inspected"]

Document = dict[str, Any]


def inspected(call: Call, find: Callable[[str], Document]) -> int:
    """Show each argument that ``find`` finds; the sentences of the others follow, on stderr."""
    show = _shower(call.value("format"), voice_of(call.seat.engine))
    shown: list[str] = []
    found: list[Document] = []
    failures: list[str] = []
    for name in call.arguments:
        try:
            found.append(find(name))
            shown.append(show(found[-1]))
        except CommandError as error:
            failures.append(error.stderr)
    form = call.value("format")
    if form == "":
        call.out(_listed(found, indent=4))
    elif form == "json":
        call.out(_listed(found))
    else:
        call.out("".join(shown) or "\n")
    call.err("".join(failures))
    return 1 if failures else 0


def _listed(found: list[Document], indent: int | None = None) -> str:
    if not found:
        return "[]\n"
    separators = (",", ": ") if indent else (",", ":")
    return json.dumps(found, ensure_ascii=False, indent=indent, separators=separators) + "\n"


def _shower(form: str, voice: Voice) -> Callable[[Document], str]:
    """How one document is shown; without a template there is nothing to show of each alone."""
    if form in ("", "json"):
        return lambda _: ""
    from labsim.docker.templates import Template, TemplateError

    try:
        template = Template(form, strict=True, cli=voice.CLI)
    except TemplateError as error:
        raise CommandError(f"template parsing error: {error}\n", 64) from None
    return lambda document: _rendered(template, document, voice) + "\n"


def _rendered(template: Any, document: Document, voice: Voice) -> str:
    from labsim.docker.templates import TemplateError

    try:
        return str(template.render(voice.typed(document)))
    except TemplateError:
        pass
    try:
        return str(template.render(document))
    except TemplateError as error:
        raise CommandError(f"template parsing error: {error}\n") from None
