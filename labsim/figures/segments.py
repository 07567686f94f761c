"""A ``reference=`` pattern held against a name, segment by segment.

``*`` and ``?`` stop at ``/`` (Go's ``path.Match``), so the parts of a pattern between slashes meet
the parts of a name between slashes, one to one, and one too many or too few is no match.  Docker
tries a name with its tag and without it; a daemon from 29.5 on tries the whole name too.

>>> meet("*/golang", "golang").why
'the name has nothing for golang'
>>> meet("*golang*", "cantdocpp/golang").why
'*golang* does not fit cantdocpp'
"""

from __future__ import annotations

from typing import NamedTuple

from labsim.errors import LabError
from labsim.reference import Reference
from labsim.reference.pattern import compiled

__all__ = ["Meeting", "Pair", "meet", "pattern_segments", "shown_text"]

FITS, MISSES, UNMET, UNREACHED = "fits", "does not fit", "meets nothing", "not reached"


class Pair(NamedTuple):
    """A segment of the pattern and the segment of the name that it met; empty: there is none."""

    pattern: str
    name: str
    verdict: str


class Meeting(NamedTuple):
    """One text against the pattern: its pairs, up to the first that failed and beyond it."""

    text: str
    pairs: tuple[Pair, ...]
    matches: bool

    @property
    def reached(self) -> int:
        """How many segments fitted before one did not."""
        verdicts = [pair.verdict for pair in self.pairs]
        return next((at for at, one in enumerate(verdicts) if one != FITS), len(verdicts))

    @property
    def why(self) -> str:
        """Why it matches, or the first segment that does not."""
        if self.matches:
            return "every segment fits"
        pattern, name, _ = self.pairs[self.reached]
        if not pattern:
            return f"the pattern has nothing for {name}"
        return f"{pattern} does not fit {name}" if name else f"the name has nothing for {pattern}"


def pattern_segments(pattern: str) -> list[str]:
    r"""The pattern cut at its slashes, but not at one inside a class; LabError where it is none.

    >>> pattern_segments("*/gol[a-z]ng:v?"), pattern_segments("a[/b]c")
    (['*', 'gol[a-z]ng:v?'], ['a[/b]c'])
    """
    try:
        compiled(pattern)
    except ValueError as fault:
        raise LabError(str(fault)) from None
    segments, inside, at = [""], False, 0
    while at < len(pattern):
        step = 2 if pattern[at] == "\\" else 1
        token = pattern[at : at + step]
        if token == "/" and not inside:
            segments.append("")
        else:
            inside = token == "[" or (inside and token != "]")
            segments[-1] += token
        at += step
    return segments


def meet(pattern: str, text: str) -> Meeting:
    """The pattern against one text; a pattern that can match ``/`` by a class is one segment."""
    segments = pattern_segments(pattern)
    matches = compiled(pattern).fullmatch(text) is not None
    parts = text.split("/")
    if _crosses(segments, parts, matches=matches):
        return Meeting(text, (Pair(pattern, text, FITS if matches else MISSES),), matches)
    pairs: list[Pair] = []
    for at in range(max(len(segments), len(parts))):
        one = segments[at] if at < len(segments) else ""
        other = parts[at] if at < len(parts) else ""
        here, there = at < len(segments), at < len(parts)
        fits = here and there and compiled(one).fullmatch(other) is not None
        verdict = FITS if fits else MISSES if here and there else UNMET
        if pairs and pairs[-1].verdict != FITS:
            verdict = UNREACHED
        pairs.append(Pair(one, other, verdict))
    return Meeting(text, tuple(pairs), matches)


def _crosses(segments: list[str], parts: list[str], *, matches: bool) -> bool:
    """Whether a class of the pattern met a slash, so that segments are no pairs."""
    alone = len(segments) == len(parts) and all(
        compiled(one).fullmatch(other) for one, other in zip(segments, parts, strict=True)
    )
    return matches != alone or ("[" in "".join(segments) and len(segments) != len(parts))


def shown_text(pattern: str, name: Reference, *, canonical: bool = False) -> Meeting:
    """Of the texts that Docker tries: the one that matches, else the one that came furthest."""
    texts = [name.familiar, name.familiar_name, *([str(name), name.name] * canonical)]
    meetings = [meet(pattern, text) for text in dict.fromkeys(texts)]
    return max(meetings, key=lambda one: (one.matches, one.reached))
