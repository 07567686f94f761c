"""What may stand at the end of a line at the lab's prompt: docker lines, the verbs, their words.

A verb's usage is a grammar, so what its next word may be is read from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from labsim.docker.completion import complete as complete_docker
from labsim.lab import Lab
from labsim.terminal.verbs import VERBS

__all__ = ["complete"]


def _names(lab: Lab) -> Iterable[str]:
    return lab.images()


def _hosts(lab: Lab) -> Iterable[str]:
    return lab.hosts


def _files(lab: Lab) -> Iterable[str]:
    return lab.files


#: By how a usage calls a word.
_SOURCES: Mapping[str, Callable[[Lab], Iterable[str]]] = {
    "NAME": _names,
    "IMAGE": _names,
    "HOST": _hosts,
    "FILE": _files,
}


def complete(line: str, lab: Lab, others: Iterable[str] = ()) -> list[str]:
    """The words that could finish the line, sorted; ``others`` are first words beside the verbs."""
    first, blank, rest = line.lstrip().partition(" ")
    if first == "docker" and blank:
        return complete_docker(rest, lab.seat)
    words, last = rest.split(), ""
    if rest and not rest[-1].isspace():
        last = words.pop()
    found = _next(first, words, lab) if blank else (*others, *VERBS)
    return sorted({word for word in found if word.startswith(last if blank else first)})


def _next(verb: str, words: list[str], lab: Lab) -> Iterable[str]:
    """What a verb may be told after these words: the next one in its place, or one with a name."""
    slots = VERBS[verb].usage.split() if verb in VERBS else []
    named = [slot.strip("[]").partition("=") for slot in slots if "=" in slot]
    places = [slot.strip("[].") for slot in slots if "=" not in slot]
    at = sum("=" not in word for word in words)
    if at < len(places):
        yield from _known(places[at], lab)
    for key, _, value in named:
        if not any(word.startswith(f"{key}=") for word in words):
            yield from (f"{key}={one}" for one in _known(value, lab) or ("",))


def _known(slot: str, lab: Lab) -> list[str]:
    """What may stand in a slot: ``HOST`` is one of something, ``public|private`` is itself."""
    if slot in _SOURCES:
        return list(_SOURCES[slot](lab))
    return slot.split("|") if slot.replace("|", "").isalpha() and slot.islower() else []
