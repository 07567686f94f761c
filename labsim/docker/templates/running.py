"""A template tree evaluated on a value, failing in Go's words."""

from __future__ import annotations

from collections.abc import Mapping

from labsim.docker.templates.functions import (
    FUNCTIONS,
    HEADER_FUNCTIONS,
    CallError,
    Function,
    truth,
)
from labsim.docker.templates.reading import (
    Command,
    Field,
    If,
    Literal,
    Node,
    Operand,
    Pipe,
    TemplateError,
    Word,
    parse,
)
from labsim.docker.templates.values import Struct, go_type, kind_of, to_text
from labsim.errors import NotSimulated

__all__ = ["Template"]

_NOTHING = object()


class Template:
    """A parsed template; :class:`TemplateError` at once when it cannot be read."""

    def __init__(self, text: str, name: str = "") -> None:
        self.text = text
        self.name = name
        self.nodes = parse(text, name, FUNCTIONS)

    def render(self, dot: object) -> str:
        """The text for one value."""
        return _Run(self, FUNCTIONS).nodes(self.nodes, dot)

    def header(self, titles: Mapping[str, str]) -> str:
        """The title line of a table: functions leave a column's title as it is."""
        return _Run(self, {**FUNCTIONS, **HEADER_FUNCTIONS}).nodes(self.nodes, titles)


class _Run:
    def __init__(self, template: Template, functions: Mapping[str, Function]) -> None:
        self.template = template
        self.functions = functions

    def fail(self, node: Operand | Command, sentence: str) -> TemplateError:
        text, name = self.template.text, self.template.name
        line = text.count("\n", 0, node.at) + 1
        column = node.at - text.rfind("\n", 0, node.at) - 1
        shown = node.shown if len(node.shown) <= 20 else node.shown[:20] + "..."
        return TemplateError(
            f'template: {name}:{line}:{column}: executing "{name}" at <{shown}>: {sentence}'
        )

    def nodes(self, nodes: list[Node], dot: object) -> str:
        return "".join(self.node(node, dot) for node in nodes)

    def node(self, node: Node, dot: object) -> str:
        if isinstance(node, str):
            return node
        if isinstance(node, If):
            branch = node.then if truth(self.pipe(node.condition, dot)) else node.otherwise
            return self.nodes(branch, dot)
        value = self.pipe(node, dot)
        if isinstance(value, Struct):
            raise NotSimulated("printing a whole Go value (unlike {{json .}})")
        return to_text(value)

    def pipe(self, pipe: Pipe, dot: object) -> object:
        value: object = _NOTHING
        for command in pipe.commands:
            value = self.command(command, dot, value)
        return value

    def command(self, command: Command, dot: object, last: object) -> object:
        first, *rest = command.operands
        if isinstance(first, Word):
            return self.call(command, first, rest, dot, last)
        if isinstance(first, Field):
            return self.field(first, dot, len(rest) + (last is not _NOTHING))
        if rest:
            raise self.fail(first, f"can't give argument to non-function {first.shown}")
        if isinstance(first, Literal) and first.value is None:
            raise self.fail(first, "nil is not a command")
        return self.operand(first, dot)

    def operand(self, node: Operand, dot: object) -> object:
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Field):
            return self.field(node, dot, 0)
        if isinstance(node, Pipe):
            return self.pipe(node, dot)
        return self.call(Command(node.at, node.shown, (node,)), node, [], dot, _NOTHING)

    def field(self, node: Field, dot: object, given: int) -> object:
        value = dot
        for position, name in enumerate(node.names, 1):
            arguments = given if position == len(node.names) else 0
            value = self.one_field(node, value, name, arguments)
        if given and not node.names:
            raise self.fail(node, f"can't give argument to non-function {node.shown}")
        return value

    def one_field(self, node: Field, value: object, name: str, given: int) -> object:
        if isinstance(value, Mapping):
            return value.get(name)
        if not isinstance(value, Struct):
            raise self.fail(node, f"can't evaluate field {name} in type {go_type(value)}")
        if name in value.private:
            kind = value.type_name
            raise self.fail(node, f"{name} is an unexported field of struct type {kind}")
        if name not in value.fields:
            raise self.fail(node, f"can't evaluate field {name} in type {value.type_name}")
        if given and value.methods:
            raise self.fail(node, f"wrong number of args for {name}: want 0 got {given}")
        if given:
            raise self.fail(node, f"{name} is not a method but has arguments")
        return value.fields[name]

    def call(
        self, command: Command, word: Word, rest: list[Operand], dot: object, last: object
    ) -> object:
        function = self.functions[word.shown]
        given, least = len(rest) + (last is not _NOTHING), len(function.params)
        if given < least or (given > least and not function.rest):
            want = f"at least {least}" if function.rest else f"{least}"
            raise self.fail(word, f"wrong number of args for {word.shown}: want {want} got {given}")
        types = function.params + (function.rest,) * (given - least)
        values = [self.argument(n, dot, t) for n, t in zip(rest, types, strict=False)]
        if last is not _NOTHING:
            values.append(self.checked(command, last, types[-1]))
        try:
            return function.call(*values)
        except CallError as error:
            raise self.fail(command, f"error calling {word.shown}: {error}") from None

    def argument(self, node: Operand, dot: object, wanted: str) -> object:
        if isinstance(node, Literal) and wanted in ("string", "int"):
            if kind_of(node.value) != wanted:
                words = {"int": "integer"}.get(wanted, wanted)
                raise self.fail(node, f"expected {words}; found {node.shown}")
            return node.value
        return self.checked(node, self.operand(node, dot), wanted)

    def checked(self, node: Operand | Command, value: object, wanted: str) -> object:
        """The value, if its type is the wanted one."""
        if value is None and wanted != "any":
            return {"string": "", "int": 0}.get(wanted, [])
        if wanted not in ("any", go_type(value)):
            found = go_type(value)
            raise self.fail(node, f"wrong type for value; expected {wanted}; got {found}")
        return value
