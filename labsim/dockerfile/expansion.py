"""Variables in a word, filled in: ``$NAME``, ``${NAME}``, ``${NAME:-word}`` and their like.

Quotes and escapes go in the same pass, as in a shell.  Which forms there are depends on the
frontend: the legacy builder knows ``:-``, ``:+`` and ``:?`` only.

Source: moby/buildkit ``frontend/dockerfile/shell/lex.go``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from labsim.errors import InvalidDockerfile

__all__ = ["Expander", "expand"]

_NAME = re.compile(r"\d+|[@*#?$!0-]|\w+")


class _Wrong(Exception):
    """What is wrong with a word, in Docker's sentence."""


def expand(word: str, env: Mapping[str, str], *, escape: str = "\\", buildkit: bool = True) -> str:
    """The word with its variables filled in and its quotes gone.

    >>> expand("${V:-1}-'$V'", {"V": ""})
    '1-$V'
    """
    return Expander(env, escape=escape, buildkit=buildkit).word(word)


class Expander:
    """Fills in variables from an environment; an unset one is empty.

    ``quotes`` says what quotes are: ``taken`` away, ``kept`` though they quote, or ``letters``
    like others (in a here-document).  ``used`` are the names that were looked up.
    """

    __slots__ = ("_at", "_buildkit", "_escape", "_quotes", "_text", "env", "used")

    def __init__(
        self,
        env: Mapping[str, str],
        *,
        escape: str = "\\",
        buildkit: bool = True,
        quotes: str = "taken",
    ) -> None:
        self.env, self._escape, self._buildkit = env, escape, buildkit
        self._quotes = quotes
        self._text, self._at = "", 0
        self.used: dict[str, None] = {}

    def word(self, text: str) -> str:
        """One word; :class:`InvalidDockerfile` holds Docker's sentence."""
        if "$" not in text and "'" not in text and '"' not in text and self._escape not in text:
            return text
        self._text, self._at = text, 0
        try:
            return self._until("")
        except _Wrong as wrong:
            shown = text.replace("\\", "\\\\").replace('"', '\\"')
            raise InvalidDockerfile(f'failed to process "{shown}": {wrong}') from None

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        self._at += 1
        return self._text[self._at - 1 : self._at]

    def _until(self, stop: str, *, raw: bool = False) -> str:
        """Everything up to a character, which is eaten; or to the end."""
        parts: list[str] = []
        while character := self._peek():
            if character == stop:
                self._at += 1
                return "".join(parts)
            parts.append(self._piece(raw))
        if stop:
            raise _Wrong(f"unexpected end of statement while looking for matching {stop}")
        return "".join(parts)

    def _piece(self, raw: bool) -> str:
        character = self._peek()
        if character == "$":
            return self._dollar()
        mark = character if self._quotes == "kept" else ""
        if self._quotes != "letters" and character == "'":
            return f"{mark}{self._single()}{mark}"
        if self._quotes != "letters" and character == '"':
            return f"{mark}{self._double()}{mark}"
        self._at += 1
        if character == self._escape:
            return (character if raw or self._quotes != "taken" else "") + self._next()
        return character

    def _single(self) -> str:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise _Wrong("unexpected end of statement while looking for matching single-quote")
        inside, self._at = self._text[self._at + 1 : end], end + 1
        return inside

    def _double(self) -> str:
        self._at += 1
        parts: list[str] = []
        while (character := self._peek()) != '"':
            if not character:
                raise _Wrong("unexpected end of statement while looking for matching double-quote")
            if character == "$":
                parts.append(self._dollar())
                continue
            self._at += 1
            if character == self._escape and self._peek() in ('"', "$", self._escape):
                character = self._next()
            parts.append(character)
        self._at += 1
        return "".join(parts)

    def _name(self) -> str:
        found = _NAME.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return found[0] if found else ""

    def _value(self, name: str) -> str | None:
        self.used[name] = None
        return self.env.get(name)

    def _dollar(self) -> str:
        self._at += 1
        if self._peek() != "{":
            name = self._name()
            return (self._value(name) or "") if name else "$"
        self._at += 1
        if not self._peek():
            raise _Wrong("syntax error: missing '}'")
        if self._peek() in "{}:":
            raise _Wrong("syntax error: bad substitution")
        name, sign = self._name(), self._next()
        if sign == "}":
            return self._value(name) or ""
        if sign == ":":
            return self._chosen(name, self._next(), colon=True)
        if not self._buildkit:
            raise _Wrong("missing ':' in substitution")
        if not sign:
            raise _Wrong("syntax error: missing '}'")
        return self._modern(name, sign)

    def _modern(self, name: str, sign: str) -> str:
        if sign in "-+?":
            return self._chosen(name, sign, colon=False)
        if sign in "#%":
            return self._trimmed(name, sign)
        if sign == "/":
            return self._replaced(name)
        raise _Wrong(f"unsupported modifier ({sign}) in substitution")

    def _chosen(self, name: str, sign: str, *, colon: bool) -> str:
        """``-`` a default, ``+`` an alternative, ``?`` a demand."""
        if sign not in ("-", "+", "?"):
            shown = f":{sign}" if self._buildkit else sign
            raise _Wrong(f"unsupported modifier ({shown}) in substitution")
        word = self._braced()
        value = self._value(name)
        missing = value is None or (colon and not value)
        if sign == "-":
            return word if missing else value or ""
        if sign == "+":
            return "" if missing else word
        if missing:
            what = "unset" if value is None else "empty"
            raise _Wrong(f"{name}: {word or f'is not allowed to be {what}'}")
        return value or ""

    def _braced(self, *, raw: bool = False) -> str:
        try:
            return self._until("}", raw=raw)
        except _Wrong:
            if self._peek():
                raise
            raise _Wrong("syntax error: missing '}'") from None

    def _trimmed(self, name: str, sign: str) -> str:
        """``#`` takes away what fits at the front, ``%`` at the end; doubled, the longest."""
        pattern = self._braced(raw=True)
        greedy = pattern.startswith(sign)
        fits = _fitting(pattern[1:] if greedy else pattern)
        value = self._value(name) or ""
        cuts: list[int] = [*range(len(value) + 1)]
        if greedy == (sign == "#"):
            cuts.reverse()
        for cut in cuts:
            if fits.fullmatch(value[:cut] if sign == "#" else value[cut:]):
                return value[cut:] if sign == "#" else value[:cut]
        return value

    def _replaced(self, name: str) -> str:
        """``/pattern/text`` once, ``//pattern/text`` everywhere."""
        everywhere = self._peek() == "/"
        self._at += everywhere
        try:
            pattern = self._until("/", raw=True)
        except _Wrong:
            raise _Wrong("syntax error: missing '/' in ${}") from None
        text = self._braced(raw=True)
        fits = _fitting(pattern)
        return fits.sub(lambda _: text, self._value(name) or "", count=0 if everywhere else 1)


def _fitting(pattern: str) -> re.Pattern[str]:
    """A shell's pattern: ``?`` one character, ``*`` any, and escapes."""
    parts: list[str] = []
    for found in re.finditer(r"\\(.)|(\*)|(\?)|([^\\*?]+)|\\$", pattern):
        escaped, star, question, plain = found.groups()
        if escaped and escaped not in "*?\\}/":
            raise _Wrong(
                f"invalid pattern ({pattern}) in substitution: invalid escape '\\{escaped}'"
            )
        parts.append(".*" if star else "." if question else re.escape(escaped or plain or ""))
    return re.compile("".join(parts))
