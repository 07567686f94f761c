"""From a typed line to the command's module, and from whatever it raises to an exit code."""

from __future__ import annotations

import re
from collections.abc import Sequence

from labsim.docker import help as helps
from labsim.docker import phrases
from labsim.docker.commands import command, is_simulated
from labsim.docker.grammar import (
    Call,
    Options,
    check_count,
    group_usage,
    is_true,
    parse,
    refuse_unsimulated,
    usage_error,
)
from labsim.docker.help.spellings import GROUPS, TOPICS
from labsim.docker.result import Result
from labsim.docker.seat import Seat
from labsim.docker.shell import split
from labsim.docker.voices import voice_of
from labsim.errors import CommandError, LabError, NotSimulated

__all__ = ["run"]

#: A command that reads a text reads no more of a file than this; one that wants all of it asks.
_STDIN = 1 << 20
SHORTHAND = "Flag shorthand -h has been deprecated, use --help\n"
_ASSIGNED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
#: Real, but plugins or hidden in front of an old daemon, so not in the recorded list of commands.
_PLUGINS = (
    "ai", "checkpoint", "compose", "debug", "desktop", "extension", "init", "mcp",
    "model", "sbom", "scout",
)  # fmt: skip


def run(line: str | Sequence[str], seat: Seat, stdin: str | None = None) -> Result:
    """Do what a line says (with or without ``docker`` in front) and return what came of it.

    ``line`` may be a list of words, which no shell has touched.  ``stdin`` is what the command can
    read; ``< file`` in the line reads a file of the seat instead.
    """
    call = Call("docker", [], {}, seat, stdin)
    try:
        words = list(line)
        if isinstance(line, str):
            words, call.stdin, call.stdin_file = _typed(line, seat, stdin)
            call.env, words = _variables(words)
            if call.env.get("DOCKER_BUILDKIT") == "0":
                _deprecated(words, call)
        code = _root(words[1:] if words[:1] == ["docker"] else words, call)
    except LabError as error:
        failed = phrases.failure(error)
        call.err(failed.stderr)
        code = failed.exit_code
    return Result(call.parts, code, call.trace, call.why)


def _typed(line: str, seat: Seat, stdin: str | None) -> tuple[list[str], str | None, str]:
    words, name = split(line)
    if not name:
        return list(words), stdin, ""
    content = seat.content(name)
    if content is None:
        raise CommandError(f"labsim: there is no file {name} here\n")
    text = bytes(content.slice(0, _STDIN)).decode(errors="replace")
    return list(words), text, name


def _variables(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """The assignments in front of ``docker``, of which the lab knows one."""
    env: dict[str, str] = {}
    while len(words) > 1 and (found := _ASSIGNED.fullmatch(words[0])) is not None:
        if found[1] != "DOCKER_BUILDKIT":
            raise CommandError(
                f"labsim: the lab knows no variable {found[1]}; in front of docker build it knows"
                " DOCKER_BUILDKIT=0\n"
            )
        env[found[1]], words = found[2], words[1:]
    return env, words


def _deprecated(words: list[str], call: Call) -> None:
    """What stands first where the legacy builder is asked for, whatever else is wrong."""
    plain = [word for word in words[words[:1] == ["docker"] :] if not word.startswith("-")]
    if plain[:1] == ["build"] or plain[:2] in (["image", "build"], ["builder", "build"]):
        from labsim.docker.phrases.build import DEPRECATED

        call.err(DEPRECATED)


def _root(words: list[str], call: Call) -> int:
    """The flags before the command, then the command."""
    options, rest = _global_options(words)
    for name in options:
        if name not in ("help", "h", "version"):
            raise NotSimulated(f"docker --{name}")
    if rest and is_command(rest[0]):
        return _named(rest, options, call)
    if "h" in options and not rest:
        call.err(SHORTHAND)
        del options["h"]
    if "help" in options or not words:
        return _print_help(call, "docker", "docker", options, asked=bool(words))
    if "version" in options or not rest:
        speaks = call.seat.engine.dialect
        call.out(f"Docker version {speaks.cli}, build {speaks.build}\n")
        return 0
    tail = "Run 'docker --help' for more information"
    raise CommandError(f"docker: unknown command: docker {rest[0]}\n\n{tail}\n")


def _global_options(words: list[str]) -> tuple[Options, list[str]]:
    """Flags in front of the command; around a word that is no command, flags anywhere."""
    if not words or words[0] in TOPICS:
        return {}, words
    flags = helps.flags("docker")
    try:
        options, rest = parse(words, flags, interspersed=False)
        if rest and not is_command(rest[0]):
            options, rest = parse(words, flags)
    except CommandError as error:
        raise usage_error(error, "docker", "docker") from None
    return options, rest


def is_command(name: str) -> bool:
    """Whether real Docker has a command of that name, simulated or not."""
    return name in TOPICS or name in GROUPS or name in _PLUGINS


def _named(words: list[str], options: Options, call: Call) -> int:
    """A command by its first word; a group hands on to its second."""
    name, rest = words[0], words[1:]
    if name in GROUPS:
        return _group(name, rest, call)
    topic = TOPICS.get(name, "")
    if not topic or not is_simulated(topic):
        raise NotSimulated(f"docker {name}")
    return _execute(topic, f"docker {name}", rest, options, call)


def _group(group: str, words: list[str], call: Call) -> int:
    """``docker image …``: help, a command of the group, or a complaint."""
    path = f"docker {group}"
    try:
        options, rest = parse(words, {}, interspersed=False)
    except CommandError as error:
        raise usage_error(error, group, path) from None
    spelled = f"{group} {rest[0]}" if rest else ""
    if spelled in GROUPS:
        return _group(spelled, rest[1:], call)
    if topic := TOPICS.get(spelled):
        if is_simulated(topic):
            return _execute(topic, _path(group, spelled, topic), rest[1:], {}, call)
        raise NotSimulated(f"docker {spelled}")
    if group == "manifest" and not words:
        call.err("\n")  # as it does, unlike the others
    if not rest or "help" in options or "--help" in rest:
        return _print_help(call, group, path, options, asked=bool(words))
    usage, tail = group_usage(group), f"Run '{path} --help' for more information"
    raise CommandError(f"docker: unknown command: {path} {rest[0]}\n\n{usage}\n\n{tail}\n")


def _path(group: str, spelled: str, topic: str) -> str:
    """What usage errors and help call a command: by the name under which its group lists it."""
    listed = [f"{group} {name}" for name in helps.commands(group)]
    if spelled not in listed:
        spelled = next((name for name in listed if TOPICS.get(name) == topic), spelled)
    return f"docker {spelled}"


def _execute(topic: str, path: str, words: list[str], before: Options, call: Call) -> int:
    """Read a command's own words, then run it."""
    found = command(topic)
    cli = call.seat.engine.dialect.cli
    flags = helps.flags(topic, cli) | {flag.name: flag for flag in found.hidden}
    try:
        options, arguments = parse(words, flags, interspersed=found.interspersed)
    except CommandError as error:
        raise usage_error(error, topic, path) from None
    if _asked_for_help(options) or _asked_for_help(before):
        return _print_help(call, topic, path, options)
    check_count(found, path, arguments, voice_of(call.seat.engine).SURPLUS)
    refuse_unsimulated(found, path, options, call.seat.engine.dialect)
    call.path, call.arguments, call.options = path, arguments, options
    return found.run(call)


def _asked_for_help(options: Options) -> bool:
    return is_true(options.get("help", ["false"])[-1])


def _print_help(call: Call, topic: str, path: str, options: Options, *, asked: bool = True) -> int:
    """Help on standard output; unasked (a bare ``docker``), on standard error."""
    if "h" in options:
        call.out(SHORTHAND)
    cli = call.seat.engine.dialect.cli
    (call.out if asked else call.err)(lambda: helps.text(topic, path, cli))
    return 0
