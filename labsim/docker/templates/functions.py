"""What a template may call: Go's own functions and Docker's (``templates/templates.go``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from labsim.docker.templates.values import Struct, go_type, kind_of, quoted, to_json, to_text

__all__ = ["FUNCTIONS", "FUNCTIONS_29", "HEADER_FUNCTIONS", "CallError", "Function", "truth"]


class CallError(Exception):
    """A function that was called rightly and still failed (``error calling …``)."""


class Function(NamedTuple):
    """A Python function with Go's parameter types; ``rest`` is the type of any further ones."""

    call: Callable[..., object]
    params: tuple[str, ...]
    rest: str = ""


def truth(value: object) -> bool:
    """Go's truth: anything but the zero value."""
    return True if isinstance(value, Struct) else bool(value)


def _and(*values: object) -> object:
    return next((value for value in values if not truth(value)), values[-1])


def _or(*values: object) -> object:
    return next((value for value in values if truth(value)), values[-1])


def _len(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, (list, tuple, Mapping)):
        return len(value)
    raise CallError(f"len of type {go_type(value)}")


def _index(value: Any, *keys: Any) -> object:
    for key in keys:
        if isinstance(value, Mapping):
            value = value.get(key, "")
            continue
        items: Any = value.encode() if isinstance(value, str) else value
        if not isinstance(items, (bytes, list, tuple)):
            raise CallError(f"can't index item of type {go_type(value)}")
        if not 0 <= key < len(items):
            raise CallError(f"index out of range: {key}")
        value = items[key]
    return value


def _slice(value: Any, *bounds: int) -> object:
    for bound in bounds:
        if not 0 <= bound <= len(value):
            raise CallError(f"index out of range: {bound}")
    start, stop = (*bounds, *(0, len(value))[len(bounds) :])[:2]
    if start > stop:
        raise CallError(f"invalid slice index: {start} > {stop}")
    return value[start:stop]


def _compare(sign: str) -> Callable[..., bool]:
    def compared(first: Any, second: Any) -> bool:
        if kind_of(first) != kind_of(second):
            raise CallError("incompatible types for comparison")
        return bool({"lt": first < second, "le": first <= second}[sign])

    return compared


def _eq(first: object, *others: object) -> bool:
    if not others:
        raise CallError("missing argument for comparison")
    if any(kind_of(other) != kind_of(first) for other in others):
        raise CallError("incompatible types for comparison")
    return any(first == other for other in others)


def _print(*values: object) -> str:
    """Blanks between two neighbours of which neither is a string (``fmt.Sprint``)."""
    parts = [to_text(value) for value in values[:1]]
    for before, value in pairwise(values):
        blank = "" if isinstance(before, str) or isinstance(value, str) else " "
        parts.append(blank + to_text(value))
    return "".join(parts)


_VERB = re.compile(r"%([-+# 0]*)(\d*)(?:\.(\d+))?(.)", re.DOTALL)


def _printf(form: str, *values: object) -> str:
    """``fmt.Sprintf`` for ``%s %v %q %d %x %f %g %t``."""
    left = list(values)

    def filled(match: re.Match[str]) -> str:
        flags, width, precision, verb = match.groups()
        if verb == "%":
            return "%"
        if not left:
            return f"%!{verb}(MISSING)"
        text = _verb(verb, left.pop(0), precision)
        fill = "0" if "0" in flags and "-" not in flags else " "
        size = int(width or 0)
        return text.ljust(size) if "-" in flags else text.rjust(size, fill)

    text = _VERB.sub(filled, form)
    extra = ", ".join(f"{go_type(value)}={to_text(value)}" for value in left)
    return f"{text}%!(EXTRA {extra})" if extra else text


def _verb(verb: str, value: Any, precision: str | None) -> str:
    kind = kind_of(value)
    cut = None if precision is None else int(precision)
    if verb == "v":
        return to_text(value)
    if kind == "string" and verb in "sqx":
        text = str(value)[:cut]
        return {"s": text, "q": quoted(text), "x": text.encode().hex()}[verb]
    if kind == "int" and verb in "dx":
        return f"{value:{verb}}"
    if kind == "float" and verb in "fg":
        return f"{value:.{6 if cut is None else cut}{verb}}"
    if kind == "bool" and verb == "t":
        return to_text(value)
    return f"%!{verb}({go_type(value)}={to_text(value)})"


def _html(*values: object) -> str:
    text = _print(*values)
    for sign, escaped in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ('"', "&#34;"),
        ("'", "&#39;"),
    ):
        text = text.replace(sign, escaped)
    return text


def _writes_itself(value: object) -> bool:
    """Whether Docker gives it a ``MarshalJSON``, which escapes what the rest of it does not."""
    if isinstance(value, (list, tuple)):
        return any(map(_writes_itself, value))
    if not isinstance(value, Struct):
        return False
    return value.methods or any(map(_writes_itself, value.fields.values()))


def _title(text: str) -> str:
    """Go's ``strings.Title``: the first letter of each word, the rest as it is."""
    return re.sub(r"(?<![\w'])[^\W\d_]", lambda match: match[0].upper(), text)


def _pad(text: str, before: int, after: int) -> str:
    return " " * before + text + " " * after if text else text


_ANY = ("any",)
FUNCTIONS: dict[str, Function] = {
    "and": Function(_and, _ANY, "any"),
    "or": Function(_or, _ANY, "any"),
    "not": Function(lambda value: not truth(value), _ANY),
    "len": Function(_len, _ANY),
    "index": Function(_index, _ANY, "any"),
    "slice": Function(_slice, _ANY, "int"),
    "eq": Function(_eq, _ANY, "any"),
    "ne": Function(lambda first, second: not _eq(first, second), ("any", "any")),
    "lt": Function(_compare("lt"), ("any", "any")),
    "le": Function(_compare("le"), ("any", "any")),
    "gt": Function(lambda first, second: _compare("lt")(second, first), ("any", "any")),
    "ge": Function(lambda first, second: _compare("le")(second, first), ("any", "any")),
    "print": Function(_print, (), "any"),
    "printf": Function(_printf, ("string",), "any"),
    "println": Function(lambda *values: " ".join(map(to_text, values)) + "\n", (), "any"),
    "html": Function(_html, (), "any"),
    "json": Function(lambda value: to_json(value, escape_html=_writes_itself(value)), _ANY),
    "split": Function(
        lambda text, sep: text.split(sep) if sep else list(text), ("string", "string")
    ),
    "join": Function(lambda parts, sep: sep.join(parts), ("[]string", "string")),
    "title": Function(_title, ("string",)),
    "lower": Function(str.lower, ("string",)),
    "upper": Function(str.upper, ("string",)),
    "pad": Function(_pad, ("string", "int", "int")),
    "truncate": Function(lambda text, length: text[:length], ("string", "int")),
}


def _join_any(parts: Any, sep: str) -> str:
    """CLI 29's ``joinElements``: lists of anything, maps by the text of their values."""
    if parts is None:
        return ""
    if isinstance(parts, Mapping):
        return sep.join(sorted(map(to_text, parts.values())))
    if not isinstance(parts, list | tuple):
        raise CallError(f"expected slice, got {go_type(parts)}")
    return sep.join(map(to_text, parts))


#: What CLI 29 has in place of these (its ``templates/templates.go``).
FUNCTIONS_29: dict[str, Function] = {"join": Function(_join_any, ("any", "string"))}

#: In the header of a table a column's title passes through unchanged (``HeaderFunctions``).
HEADER_FUNCTIONS: dict[str, Function] = {
    name: Function(lambda title, *_: title, params)
    for name, params in {
        "json": ("string",),
        "split": ("string", "string"),
        "join": ("string", "string"),
        "title": ("string",),
        "lower": ("string",),
        "upper": ("string",),
        "truncate": ("string", "int"),
    }.items()
}
