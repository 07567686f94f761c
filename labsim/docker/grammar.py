"""How a command line is read: cobra's and pflag's rules, and their sentences, as in CLI 28.2.2.

Flags come from the recorded help texts (:mod:`labsim.docker.help`); a command's module says which
of them the lab simulates.  A flag that is real but not simulated is refused by its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from labsim.docker import help as helps
from labsim.docker.help import Flag
from labsim.docker.help.spellings import GROUPS
from labsim.docker.result import Output
from labsim.errors import CommandError, NotSimulated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.seat import Seat
    from labsim.trace import Trace

__all__ = [
    "ANY",
    "Call",
    "Command",
    "Count",
    "Options",
    "check_count",
    "group_usage",
    "is_true",
    "parse",
    "refuse_unsimulated",
    "usage_error",
]

Options = dict[str, list[str]]
_TRUE = {"1", "t", "T", "TRUE", "true", "True"}
_FALSE = {"0", "f", "F", "FALSE", "false", "False"}
_HELP = Flag("help", "h")


class Count(NamedTuple):
    """How many arguments a command takes; ``most`` below 0 means any number."""

    least: int
    most: int


#: One or more.
ANY = Count(1, -1)


class Command(NamedTuple):
    """One command: how it is called, what of it is simulated, and what it does.

    ``topic`` is its name and the name of its help text.  ``simulated`` names flags of the help
    text, and hidden ones; ``hidden`` adds flags that the CLI knows and hides in front of a daemon
    that is too old for them (with the API version that they need), or that come with a plugin.
    ``interspersed`` is false where everything after the first argument belongs to a container.
    ``looks`` says that it changes nothing, neither on the laptop nor at a registry.
    ``engines`` are those whose words it speaks.
    """

    topic: str
    takes: Count
    run: Callable[[Call], int]
    simulated: frozenset[str] = frozenset()
    hidden: tuple[Flag, ...] = ()
    interspersed: bool = True
    looks: bool = False
    engines: tuple[str, ...] = ("classic",)


class Call(Output):
    """One command being run: its words, its options, the seat, and its two streams."""

    __slots__ = (
        "arguments",
        "env",
        "options",
        "path",
        "seat",
        "stdin",
        "stdin_file",
        "trace",
        "why",
    )

    def __init__(
        self, path: str, arguments: list[str], options: Options, seat: Seat, stdin: str | None
    ) -> None:
        super().__init__()
        self.path = path
        self.arguments = arguments
        self.options = options
        self.seat = seat
        self.stdin = stdin
        #: The file that standard input comes from, where the line says so.
        self.stdin_file = ""
        self.trace: Trace | None = None
        #: Variables that stood in front of the line.
        self.env: Mapping[str, str] = {}
        #: What ``lab.why`` tells of the result, where there is something to tell.
        self.why: object = None

    def flag(self, name: str) -> bool:
        """Whether a boolean flag is on."""
        return is_true(self.value(name))

    def value(self, name: str) -> str:
        """The last value given, or the empty string."""
        return self.options.get(name, [""])[-1]

    def values(self, name: str) -> list[str]:
        """Every value given, in order."""
        return self.options.get(name, [])


def is_true(text: str) -> bool:
    """Whether Go's ``strconv.ParseBool`` takes it for true."""
    return text in _TRUE


def parse(
    words: Sequence[str], flags: Mapping[str, Flag], *, interspersed: bool = True
) -> tuple[Options, list[str]]:
    """Options and arguments; :class:`CommandError` holds pflag's bare sentence."""
    reader = _Reader(words, flags)
    while reader.left:
        word = reader.left.pop(0)
        if word == "--":
            break
        if word.startswith("--"):
            reader.long(word)
        elif word.startswith("-") and word != "-":
            reader.short(word)
        else:
            reader.arguments.append(word)
            if not interspersed:
                break
    return reader.options, reader.arguments + reader.left


class _Reader:
    """pflag's ``parseLongArg`` and ``parseShortArg``."""

    def __init__(self, words: Sequence[str], flags: Mapping[str, Flag]) -> None:
        self.left = list(words)
        self.flags = {"help": _HELP, **flags}
        self.shorts = {"h": _HELP} | {flag.short: flag for flag in flags.values() if flag.short}
        self.options: Options = {}
        self.arguments: list[str] = []

    def long(self, word: str) -> None:
        name, equals, value = word[2:].partition("=")
        if not name or name.startswith("-"):
            raise _bad(f"bad flag syntax: {word}")
        if name not in self.flags:
            raise _bad(f"unknown flag: --{name}")
        flag = self.flags[name]
        if equals or flag.kind == "bool":
            self.set(flag, value if equals else "true")
        else:
            self.set(flag, self.following(f"--{name}"))

    def short(self, word: str) -> None:
        letters = word[1:]
        while letters:
            letter, rest = letters[0], letters[1:]
            if letter not in self.shorts:
                raise _bad(f"unknown shorthand flag: '{letter}' in -{letters}")
            flag = self.shorts[letter]
            if rest.startswith("="):
                value, letters = rest[1:], ""
            elif flag.kind == "bool":
                value, letters = "true", rest
            else:
                value, letters = rest or self.following(f"'{letter}' in -{letters}"), ""
            if flag is _HELP:
                self.options["h"] = ["true"]
            self.set(flag, value)

    def following(self, name: str) -> str:
        """The next word, as the value of a flag."""
        if not self.left:
            raise _bad(f"flag needs an argument: {name}")
        return self.left.pop(0)

    def set(self, flag: Flag, value: str) -> None:
        fault = ""
        if flag.kind == "bool" and value not in _TRUE | _FALSE:
            fault = f'strconv.ParseBool: parsing "{_quoted(value)}": invalid syntax'
        elif flag.kind == "int" and not re.fullmatch(r"[+-]?\d+|0[xX][0-9a-fA-F]+", value):
            fault = f'strconv.ParseInt: parsing "{_quoted(value)}": invalid syntax'
        elif flag.kind == "filter" and value and "=" not in value:
            fault = "bad format of filter (expected name=value)"
        if fault:
            shown = "--help" if flag is _HELP else flag.shown
            raise _bad(f'invalid argument "{_quoted(value)}" for "{shown}" flag: {fault}')
        self.options.setdefault(flag.name, []).append(value)


def _quoted(text: str) -> str:
    """The inside of Go's ``%q``."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _bad(sentence: str) -> CommandError:
    return CommandError(sentence, 125)


def usage_error(error: CommandError, topic: str, path: str) -> CommandError:
    """A flag error with the usage that the CLI prints below it."""
    usage = helps.usage(topic, path)
    if topic in GROUPS:
        usage = group_usage(topic)
    elif topic == "docker":
        usage = "Usage:  docker [OPTIONS] COMMAND [ARG...]"
    tail = f"Run '{path} --help' for more information"
    return CommandError(f"{error.stderr}\n\n{usage}\n\n{tail}\n", error.exit_code)


#: Most groups do not say what follows them.
_FOLLOWS = {"manifest": " COMMAND", "volume": " COMMAND", "stack": " [OPTIONS]"}


def group_usage(group: str) -> str:
    """The usage line of a group as errors show it."""
    return f"Usage:  docker {group}{_FOLLOWS.get(group, '')}"


def check_count(command: Command, path: str, arguments: list[str]) -> None:
    """Refuse a wrong number of arguments (``cli/required.go``, with the typing slip of 28.2)."""
    least, most = command.takes
    given = len(arguments)
    if given >= least and (most < 0 or given <= most):
        return
    run = "Run"
    if most == 0:
        wants = "accepts no arguments"
    elif 0 < least < most:
        wants = f"requires at least {least} and at most {_arguments(most)}"
    elif most < 0:
        wants, run = f"requires at least {_arguments(least)}", "See"
    elif least == most:
        wants = f"requires {_arguments(least)}"
    else:
        wants, run = f"requires at most {_arguments(most)}", "SRun"
    usage = helps.usage(command.topic, path)
    raise CommandError(
        f"docker: '{path}' {wants}\n\n{usage}\n\n{run} '{path} --help' for more information\n"
    )


def _arguments(number: int) -> str:
    return f"{number} argument" if number == 1 else f"{number} arguments"


def refuse_unsimulated(command: Command, path: str, options: Options, api: str) -> None:
    """Refuse what the daemon (which speaks ``api``) or the lab cannot do, by name; as given."""
    hidden = {flag.name: flag.api for flag in command.hidden if flag.api}
    for name in (name for name in options if name not in ("help", "h")):
        if name in hidden and _number(hidden[name]) > _number(api):
            raise CommandError(
                f'"--{name}" requires API version {hidden[name]}, '
                f"but the Docker daemon API version is {api}\n"
            )
        if name not in command.simulated:
            raise NotSimulated(f"{path} --{name}")


def _number(api: str) -> tuple[int, ...]:
    """An API version, to be compared: 1.9 is older than 1.41."""
    return tuple(map(int, api.split(".")))
