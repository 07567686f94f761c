"""A template tree evaluated on a value, failing in Go's words."""

from __future__ import annotations

from collections.abc import Mapping

from labsim.docker.templates.functions import (
    FUNCTIONS,
    FUNCTIONS_29,
    HEADER_FUNCTIONS,
    CallError,
    Function,
    truth,
)
from labsim.docker.templates.reading import (
    Assign,
    Command,
    Control,
    Field,
    Literal,
    Node,
    Operand,
    Pipe,
    TemplateError,
    Word,
    parse,
)
from labsim.docker.templates.values import Struct, go_type, kind_of, to_text

__all__ = ["Template"]

_NOTHING = object()


class Template:
    """A parsed template; :class:`TemplateError` at once when it cannot be read.

    ``strict`` makes a key that a map has not got an error (``Option("missingkey=error")``);
    ``own`` are functions of whoever prints, in place of those of the CLI of major version ``cli``.
    """

    def __init__(
        self,
        text: str,
        name: str = "",
        *,
        strict: bool = False,
        own: Mapping[str, Function] | None = None,
        cli: int = 28,
    ) -> None:
        self.text = text
        docker = FUNCTIONS if cli < 29 else {**FUNCTIONS, **FUNCTIONS_29}
        self.functions = {**docker, **own} if own else docker
        self.strict = strict
        self.name = name
        self.nodes = parse(text, name, self.functions)

    def render(self, dot: object) -> str:
        """The text for one value."""
        return _Run(self, self.functions, dot).nodes(self.nodes, dot)

    def header(self, titles: Mapping[str, str]) -> str:
        """The title line of a table: functions leave a column's title as it is."""
        functions = {**self.functions, **HEADER_FUNCTIONS}
        return _Run(self, functions, titles).nodes(self.nodes, titles)


class _Run:
    def __init__(self, template: Template, functions: Mapping[str, Function], root: object) -> None:
        self.template = template
        self.functions = functions
        self.variables: list[tuple[str, object]] = [("$", root)]

    def fail(self, node: Operand | Command, sentence: str) -> TemplateError:
        text, name = self.template.text, self.template.name
        line = text.count("\n", 0, node.at) + 1
        column = node.at - text.rfind("\n", 0, node.at) - 1
        return TemplateError(
            f'template: {name}:{line}:{column}: executing "{name}" at <{node.shown}>: {sentence}'
        )

    def nodes(self, nodes: list[Node], dot: object) -> str:
        return "".join(self.node(node, dot) for node in nodes)

    def node(self, node: Node, dot: object) -> str:
        if isinstance(node, str):
            return node
        if isinstance(node, Control):
            known = len(self.variables)
            text = self.control(node, dot)
            del self.variables[known:]
            return text
        if isinstance(node, Assign):
            self.keep(node, self.pipe(node.pipe, dot))
            return ""
        return to_text(self.pipe(node, dot))

    def control(self, node: Control, dot: object) -> str:
        """``if`` keeps the dot, ``with`` moves it to the value, ``range`` to each item of it."""
        value = self.pipe(node.value.pipe, dot)
        if node.kind == "range":
            items = self.items(node.value.pipe, value)
            each = [self.round(node, key, item) for key, item in items]
            return "".join(each) if items else self.nodes(node.otherwise, dot)
        self.keep(node.value, value)
        if not truth(value):
            return self.nodes(node.otherwise, dot)
        return self.nodes(node.then, value if node.kind == "with" else dot)

    def round(self, node: Control, key: object, item: object) -> str:
        names, known = node.value.names, len(self.variables)
        values = (item,) if len(names) == 1 else (key, item)
        for name, value in zip(names, values, strict=False):
            self.set(node.value, name, value)
        text = self.nodes(node.then, item)
        del self.variables[known:]
        return text

    def items(self, pipe: Pipe, value: object) -> list[tuple[object, object]]:
        """What is gone through: a list by position, a map by key, a number up to itself."""
        if isinstance(value, Mapping):
            return [(key, value[key]) for key in sorted(value)]
        if isinstance(value, (list, tuple)):
            return list(enumerate(value))
        if kind_of(value) == "int":
            return [(at, at) for at in range(int(str(value)))]
        if value is None:
            return []
        raise self.fail(pipe, f"range can't iterate over {to_text(value)}")

    def keep(self, node: Assign, value: object) -> None:
        for name in node.names:
            self.set(node, name, value)

    def set(self, node: Assign, name: str, value: object) -> None:
        """Declare a variable, or change the nearest one of that name."""
        if node.fresh:
            self.variables.append((name, value))
            return
        found = [at for at, (known, _) in enumerate(self.variables) if known == name]
        if not found:
            at = node.pipe.commands[-1].operands[-1]
            raise self.fail(at, f"undefined variable: {name}")
        self.variables[found[-1]] = (name, value)

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
        value = dict(self.variables)[node.variable] if node.variable else dot
        for position, name in enumerate(node.names, 1):
            arguments = given if position == len(node.names) else 0
            value = self.one_field(node, value, name, arguments)
        if given and not node.names:
            raise self.fail(node, f"can't give argument to non-function {node.shown}")
        return value

    def one_field(self, node: Field, value: object, name: str, given: int) -> object:
        if isinstance(value, Mapping):
            if self.template.strict and name not in value:
                raise self.fail(node, f'map has no entry for key "{name}"')
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
