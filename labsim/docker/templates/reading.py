"""A template text as a tree: lexer and parser, failing in Go's words.

Nodes keep the place they start at and the text Go would show for them (``at <.Tag>``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Container
from typing import NamedTuple

from labsim.errors import NotSimulated

__all__ = [
    "Assign",
    "Command",
    "Control",
    "Field",
    "Literal",
    "Node",
    "Pipe",
    "TemplateError",
    "Word",
    "parse",
]


class TemplateError(Exception):
    """What is wrong with a template; ``str()`` is Go's whole sentence."""


class Literal(NamedTuple):
    """A constant: string, number, boolean, or ``nil``."""

    at: int
    shown: str
    value: object


class Field(NamedTuple):
    """``.A.B``, or ``.`` alone (no names); ``variable`` is what it starts from, if not the dot."""

    at: int
    shown: str
    names: tuple[str, ...]
    variable: str = ""


class Word(NamedTuple):
    """The name of a function."""

    at: int
    shown: str


class Pipe(NamedTuple):
    """Commands joined by ``|``; in brackets it is an operand."""

    at: int
    shown: str
    commands: tuple[Command, ...]


Operand = Literal | Field | Word | Pipe


class Command(NamedTuple):
    """An operand with its arguments."""

    at: int
    shown: str
    operands: tuple[Operand, ...]


class Assign(NamedTuple):
    """``$x := …``, or ``$x = …`` for a variable that is there (``fresh`` is false)."""

    names: tuple[str, ...]
    fresh: bool
    pipe: Pipe


class Control(NamedTuple):
    """``if``, ``with`` or ``range``: a value, names for it, and the two branches."""

    kind: str
    value: Assign
    then: list[Node]
    otherwise: list[Node]


Node = str | Pipe | Assign | Control

_ACTION = re.compile(r"\{\{(?:- |-(?=\s))?(?:/\*.*?\*/( -|-)?\}\})?", re.DOTALL)
_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<close>(?:(?<=\s)-)?\}\})|(?P<string>\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`)"
    r"|(?P<char>'(?:[^'\\\n]|\\.)+')|(?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?))"
    r"|(?P<field>\.[A-Za-z_]\w*)|(?P<variable>\$\w*)|(?P<assign>:=|=)|(?P<dot>\.)|(?P<word>[A-Za-z_]\w*)|(?P<sign>[|()])|(?P<other>.)",
    re.DOTALL,
)
_UNSIMULATED = {"define", "template", "block", "break", "continue"}
_CONTROLS = {"if", "with", "range"}
_UNSIMULATED_FUNCTIONS = {"call", "js", "urlquery"}


class Token(NamedTuple):
    """One piece inside an action."""

    kind: str
    text: str
    at: int


def parse(text: str, name: str, functions: Container[str]) -> list[Node]:
    """The tree of a template called ``name``; a word outside ``functions`` is refused."""
    return _Parser(text, name, functions).template()


class _Parser:
    """A recursive descent over one text; ``at`` is the only moving part."""

    def __init__(self, text: str, name: str, functions: Container[str]) -> None:
        self.text = text
        self.name = name
        self.functions = functions
        self.at = 0
        self.trim_next = False
        self.variables = ["$"]

    def fail(self, sentence: str) -> TemplateError:
        line = self.text.count("\n", 0, self.at) + 1
        return TemplateError(f"template: {self.name}:{line}: {sentence}")

    def template(self) -> list[Node]:
        nodes, stop = self.nodes()
        if stop != "EOF":
            raise self.fail(f"unexpected {{{{{stop}}}}}")
        return nodes

    def nodes(self) -> tuple[list[Node], str]:
        """Nodes up to ``{{end}}``, ``{{else}}`` or the end; and which of them it was."""
        nodes: list[Node] = []
        while True:
            start = self.text.find("{{", self.at)
            plain = self.text[self.at : start if start >= 0 else len(self.text)]
            plain = plain.lstrip() if self.trim_next else plain
            self.trim_next = False
            if start < 0:
                self.at = len(self.text)
                return [*nodes, *([plain] if plain else [])], "EOF"
            opening = _ACTION.match(self.text, start)
            assert opening is not None
            if self.text.startswith("-", start + 2) and len(opening[0]) > 2:
                plain = plain.rstrip()
            nodes += [plain] if plain else []
            self.at = opening.end()
            if opening[0].endswith("}}"):
                self.trim_next = bool(opening[1])
                continue
            token = self.peek()
            if token.kind == "word" and token.text in ("end", "else"):
                self.next()
                return nodes, token.text
            nodes.append(self.action(token))

    def action(self, token: Token) -> Node:
        if token.text in _UNSIMULATED:
            raise NotSimulated(f"{{{{{token.text} …}}}} in a template")
        if token.text in _CONTROLS and token.kind == "word":
            self.next()
            return self.control(token.text)
        found = self.assigned("command")
        self.close()
        return found if found.names else found.pipe

    def control(self, kind: str) -> Control:
        """From the value to ``{{end}}``; what is declared in it is known no further."""
        known = len(self.variables)
        value = self.assigned(kind)
        self.close()
        then, stop = self.nodes()
        otherwise: list[Node] = []
        if stop == "else" and self.peek().text == kind != "range":
            self.next()
            otherwise = [self.control(kind)]
            del self.variables[known:]
            return Control(kind, value, then, otherwise)
        if stop == "else":
            self.close()
            otherwise, stop = self.nodes()
            if stop == "else":
                raise self.fail("expected end; found {{else}}")
        if stop == "EOF":
            raise self.fail("unexpected EOF")
        self.close()
        del self.variables[known:]
        return Control(kind, value, then, otherwise)

    def assigned(self, purpose: str) -> Assign:
        """A pipe, and the variables it is for; ``range`` may have two."""
        start = self.at
        names: list[str] = []
        while self.peek().kind == "variable":
            names.append(self.next().text)
            sign = self.peek()
            if sign.kind == "assign":
                self.next()
                pipe = self.pipe(purpose)
                self.variables += names if sign.text == ":=" else []
                return Assign(tuple(names), sign.text == ":=", pipe)
            if sign.text != ",":
                break
            if purpose != "range" or len(names) > 1:
                raise self.fail(f"too many declarations in {purpose}")
            self.next()
        self.at = start
        return Assign((), False, self.pipe(purpose))

    def pipe(self, purpose: str) -> Pipe:
        """Commands up to the closing sign, which stays unread."""
        start = self.peek().at
        commands = [self.command(1)] if self.peek().text not in ("|", ")") else []
        while self.peek().kind == "sign" and self.peek().text == "|":
            self.next()
            commands.append(self.command(len(commands) + 1))
        if not commands or not commands[0].operands:
            raise self.fail(f"missing value for {purpose}")
        shown = " | ".join(command.shown for command in commands)
        return Pipe(start, shown, tuple(commands))

    def command(self, stage: int) -> Command:
        start = self.peek().at
        operands: list[Operand] = []
        while self.peek().kind not in ("close", "sign") or self.peek().text == "(":
            operands.append(self.operand())
        if not operands and stage > 1:
            raise self.fail("missing value for command")
        if stage > 1 and isinstance(operands[0], (Literal, Pipe)):
            raise self.fail(f"non executable command in pipeline stage {stage}")
        return Command(start, " ".join(operand.shown for operand in operands), tuple(operands))

    def operand(self) -> Operand:
        token = self.next()
        if token.kind == "field":
            return self.field(token)
        if token.kind == "variable":
            return self.variable(token)
        if token.kind == "dot":
            if self.text[self.at : self.at + 1] == ".":
                raise self.fail("unexpected <.> in operand")
            return Field(token.at, ".", ())
        if token.kind == "word":
            return self.word(token)
        if token.text == "(":
            return self.bracket(token)
        if token.kind in ("string", "char", "number"):
            return Literal(token.at, token.text, _constant(token))
        if token.text in "\"`'":
            kind = "character constant" if token.text == "'" else "quoted string"
            raise self.fail(f"unterminated {'raw ' if token.text == '`' else ''}{kind}")
        raise self.fail(f'unexpected "{token.text}" in command')

    def variable(self, token: Token) -> Field:
        if token.text not in self.variables:
            raise self.fail(f'undefined variable "{token.text}"')
        following = _TOKEN.match(self.text, self.at)
        if following is None or following.lastgroup != "field":
            return Field(token.at, token.text, (), token.text)
        self.at = following.end()
        field = self.field(Token("field", following[0], following.start()))
        return Field(field.at, token.text + field.shown, field.names, token.text)

    def field(self, first: Token) -> Field:
        names, at = [first.text[1:]], first.at
        while (token := _TOKEN.match(self.text, self.at)) and token.lastgroup == "field":
            self.at, at = token.end(), token.start() if len(names) == 1 else at
            names.append(token[0][1:])
        after = self.text[self.at : self.at + 1]
        if after == ".":
            raise self.fail("unexpected <.> in operand")
        if after and not re.match(r"[\s|():,]|\}\}", self.text[self.at : self.at + 2]):
            raise self.fail(f"bad character U+{ord(after):04X} '{after}'")
        return Field(at, "".join(f".{name}" for name in names), tuple(names))

    def word(self, token: Token) -> Operand:
        if token.text in ("true", "false"):
            return Literal(token.at, token.text, token.text == "true")
        if token.text == "nil":
            return Literal(token.at, "nil", None)
        if token.text in _UNSIMULATED_FUNCTIONS:
            raise NotSimulated(f"{token.text} in a template")
        if token.text not in self.functions:
            raise self.fail(f'function "{token.text}" not defined')
        return Word(token.at, token.text)

    def bracket(self, token: Token) -> Pipe:
        pipe = self.pipe("parenthesized pipeline")
        if self.peek().text != ")":
            raise self.fail("unclosed left paren")
        self.next()
        return Pipe(token.at, f"({pipe.shown})", pipe.commands)

    def close(self) -> None:
        token = self.next()
        if token.kind != "close":
            raise self.fail("unexpected right paren")
        self.trim_next = token.text.startswith("-")

    def peek(self) -> Token:
        at = self.at
        token = self.next()
        self.at = at
        return token

    def next(self) -> Token:
        """The next token that is no blank; an action that never ends is an error at once."""
        found = _TOKEN.match(self.text, self.at)
        if found is not None and found.lastgroup == "space":
            self.at = found.end()
            found = _TOKEN.match(self.text, self.at)
        if found is None:
            raise self.fail("unclosed action")
        self.at = found.end()
        return Token(found.lastgroup or "", found[0], found.start())


def _constant(token: Token) -> object:
    """The value of a literal token, with Go's escapes (close enough to JSON's for options)."""
    if token.kind == "char":
        return ord(token.text[1:-1].encode().decode("unicode_escape"))
    if token.kind == "string":
        if token.text[0] == "`":
            return token.text[1:-1]
        return json.loads(token.text.replace("\t", "\\t"))
    if re.fullmatch(r"[+-]?\d+", token.text):
        return int(token.text)
    if "x" in token.text.lower():
        return int(token.text, 16)
    value = float(token.text)
    return int(value) if value == int(value) and "." not in token.text else value
