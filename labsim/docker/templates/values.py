"""Go values as a template meets them: structs, and how ``%v`` and JSON print values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from labsim.errors import NotSimulated

__all__ = [
    "NIL",
    "NilList",
    "NilMap",
    "Opaque",
    "Struct",
    "go_type",
    "kind_of",
    "quoted",
    "to_json",
    "to_text",
]


class Struct:
    """A Go struct: its type's name, exported fields in JSON order, and the names it keeps private.

    ``methods`` says that fields are methods without arguments (Docker's formatter contexts are).
    ``json_names`` gives the JSON key of a field where it differs; ``None`` leaves it out.
    ``plain`` says that ``{{.}}`` can print it.  ``pointer``: it stands in another struct as a
    pointer, so printing that one whole would print an address.
    """

    __slots__ = ("fields", "json_names", "methods", "plain", "pointer", "private", "type_name")

    def __init__(
        self,
        type_name: str,
        fields: Mapping[str, object],
        *,
        private: frozenset[str] = frozenset(),
        methods: bool = False,
        json_names: Mapping[str, str | None] | None = None,
        plain: bool = False,
        pointer: bool = False,
    ) -> None:
        self.type_name = type_name
        self.fields = fields
        self.private = private
        self.methods = methods
        self.plain = plain
        self.pointer = pointer
        self.json_names = json_names or {}

    def printed(self) -> list[object]:
        """What stands between the braces when it is printed whole."""
        return list(self.fields.values())

    def json_items(self) -> dict[str, object]:
        """What the JSON shows; a field whose JSON name is ``None`` is left out."""
        named = ((self.json_names.get(name, name), value) for name, value in self.fields.items())
        return {name: value for name, value in named if name is not None}


class Opaque:
    """A Go value that is printed as ``text``, and is ``json`` in JSON: a time, a duration, nil."""

    __slots__ = ("json", "text", "zero")

    def __init__(self, text: str, json: object, *, zero: bool = False) -> None:
        self.text = text
        self.json = json
        self.zero = zero

    def __bool__(self) -> bool:
        return not self.zero


#: A pointer to nothing.
NIL = Opaque("<nil>", None, zero=True)


class NilList(list[object]):
    """A slice that was never made: printed as an empty one, and ``null`` in JSON."""


class NilMap(dict[str, object]):
    """A map that was never made: printed as an empty one, and ``null`` in JSON."""


_KINDS = {bool: "bool", int: "int", float: "float", str: "string"}
_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def kind_of(value: object) -> str:
    """Go's basic kind, as ``eq`` compares it."""
    return _KINDS.get(type(value), "other")


def go_type(value: object) -> str:
    """The type as Go's messages write it."""
    if isinstance(value, Struct):
        return value.type_name
    if isinstance(value, Mapping):
        return "map[string]string"
    if isinstance(value, (list, tuple)):
        return "[]string"
    return {"float": "float64", "other": "interface {}"}.get(kind_of(value), kind_of(value))


def to_text(value: object) -> str:
    """How an action prints a value (``%v``)."""
    if value is None:
        return "<no value>"
    if isinstance(value, Opaque):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}" if value != int(value) or abs(value) >= 1e21 else str(int(value))
    if isinstance(value, (list, tuple)):
        return "[" + " ".join(map(to_text, value)) + "]"
    if isinstance(value, Mapping):
        return "map[" + " ".join(f"{k}:{to_text(value[k])}" for k in sorted(value)) + "]"
    if isinstance(value, Struct):
        if not value.plain:
            raise NotSimulated("printing a whole Go value (unlike {{json .}})")
        return "{" + " ".join(map(_inside, value.printed())) + "}"
    return str(value)


def _inside(value: object) -> str:
    """A field of a struct that is printed whole; a pointer would be shown as its address."""
    if isinstance(value, Struct) and value.pointer:
        raise NotSimulated("printing a whole Go value (unlike {{json .}})")
    return to_text(value)


def quoted(text: str) -> str:
    """Go's ``%q`` for the text an option can hold."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")


def to_json(value: object, *, escape_html: bool = True) -> str:
    """Compact JSON; ``encoding/json`` escapes ``< > &`` unless told otherwise."""
    text = json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
    return re.sub("[<>&\u2028\u2029]", lambda m: _HTML[m[0]], text) if escape_html else text


def _plain(value: object) -> object:
    if isinstance(value, (Opaque, NilList, NilMap)):
        return value.json if isinstance(value, Opaque) else None
    if isinstance(value, Struct):
        return {name: _plain(item) for name, item in value.json_items().items()}
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in sorted(value)}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
