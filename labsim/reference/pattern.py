r"""The patterns of ``--filter reference=``: Go's ``path.Match``, as one regular expression.

``*`` is any run without ``/`` (``**`` is no more than that), ``?`` is one character but ``/``,
``[a-z]`` and ``[^a-z]`` are classes, ``\`` takes the next character as it is.

Each stretch between two stars is taken where it first fits and never reconsidered (an atomic
group), as Go does: however many stars a pattern has, it takes no longer than pattern × text.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["compiled"]

_CHAR = r"(?:\\.|[^\]\\-])"
_RANGE = re.compile(rf"({_CHAR})(?:-({_CHAR}))?", re.DOTALL)
_TOKEN = re.compile(
    rf"(?P<stars>\*+)|(?P<one>\?)|\[(?P<no>\^?+)(?P<ranges>(?:{_CHAR}(?:-{_CHAR})?)+)\]"
    r"|(?P<char>\\.|[^\[\\])",
    re.DOTALL,
)


@lru_cache(maxsize=64)
def compiled(pattern: str) -> re.Pattern[str]:
    """The regular expression of a pattern, for ``fullmatch``; ValueError where it is malformed."""
    first, *rest = _stretches(pattern)
    if not rest:
        return re.compile(first)
    *middle, last = rest
    atoms = "".join(f"(?>[^/]*?{stretch})" for stretch in middle)
    return re.compile(f"{first}{atoms}[^/]*{last}")


def _stretches(pattern: str) -> list[str]:
    """What stands between the stars, each as a regular expression of fixed length."""
    stretches = [""]
    at = 0
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            raise ValueError(f"{pattern!r} is no pattern: see what follows {pattern[:at]!r}")
        at = token.end()
        if token["stars"]:
            stretches.append("")
        else:
            stretches[-1] += _one(token)
    return stretches


def _one(token: re.Match[str]) -> str:
    """The expression of one character: any, one of a class, or just this one."""
    if token["one"]:
        return "[^/]"
    if token["char"]:
        return re.escape(token["char"][-1])
    ranges = "".join(
        f"{re.escape(low[-1])}-{re.escape((high or low)[-1])}"
        for low, high in _RANGE.findall(token["ranges"])
        if low[-1] <= (high or low)[-1]
    )
    if not ranges:  # every range runs backwards: Go finds nothing in it
        return "(?s:.)" if token["no"] else "(?!)"
    return f"[{token['no']}{ranges}]"
