"""Where the lab's voice and a real CLI may differ, and why: a table, each row of which is needed.

A row forgives a difference only if it explains all of it.  ``cli`` is the CLI's major version that
it is about; 0: any.  The lab speaks as CLI 28.2.2 does, and with the containerd store as 29.7.2, so
all that the table says of them is about what the lab is (and how that 29 was had), and all that it
says of 20 about what that CLI says by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from labsim.docker.api.absent import NO_CONTAINERS
from labsim.docker.commands import topic_of
from labsim.docker.commands.load import NO_STDIN
from labsim.docker.commands.run import NO_CONTAINERS as NOT_RUN
from labsim.docker.commands.save import NO_TERMINAL
from labsim.docker.coverage import rows
from tests.docker.judging.lines import LEGACY, Line
from tests.docker.judging.scene import AN_ARCHIVE, Said

__all__ = ["EXCUSES", "Excuse", "asks_the_daemon", "excuse_for"]


class Excuse(NamedTuple):
    """One row: a name, the reason, and whether a difference is of this kind and of no other."""

    cli: int
    name: str
    reason: str
    explains: Callable[[Line, Said, Said], bool]


def _topic(line: Line) -> str:
    words = line.words[len(LEGACY) :] if line.words[: len(LEGACY)] == LEGACY else line.words
    return topic_of(list(words))


# --- what the lab is ------------------------------------------------------------------------------


def _same_lines(line: Line, ours: Said, theirs: Said) -> bool:
    def settled(said: Said) -> Said:
        return said._replace(stdout="\n".join(sorted(said.stdout.splitlines())))

    return _topic(line) == "images" and settled(ours) == settled(theirs)


def _same_runtimes(line: Line, ours: Said, theirs: Said) -> bool:
    same = _any_order(ours.stdout) == _any_order(theirs.stdout) and ours[1:] == theirs[1:]
    return _topic(line) == "info" and same


def _any_order(text: str) -> str:
    """What ``docker info`` tells, the runtimes sorted."""
    return re.sub(r"(?<= Runtimes: ).*", lambda match: str(sorted(match[0].split())), text)


#: How the lab's CLI 29 was built, and how the judge was.
_OWN = re.compile(
    r"(?<=^Client:)(?: Docker Engine - Community)?$|(?:Go version|Git commit|Built): +.*"
    r"|(?<=, build ).*",
    re.MULTILINE,
)


def _own_build(line: Line, ours: Said, theirs: Said) -> bool:
    def settled(said: Said) -> Said:
        client, mark, server = _any_order(said.stdout).partition("\nServer:")
        return said._replace(stdout=_OWN.sub("…", client) + mark + server)

    about = {"info", "version"} & {_topic(line)} or line.words == ("--version",)
    return bool(about) and settled(ours) == settled(theirs)


#: What CLI 28 says first wherever the legacy builder is asked for.
_OLD = r"^DEPRECATED: .*\n +BuildKit .*\n +environment.*\n\n"
_REFUSED = re.compile(
    r"(?:Error response from daemon: )?labsim: docker (\S.*?)(?: (--\S+))? is real Docker, but not"
)
_UNSIMULATED = {(row.command, row.flag) for row in rows() if not row.simulated}


def _covered(line: Line, ours: Said, theirs: Said) -> bool:
    """Refused by name, and the coverage table says so."""
    match = _REFUSED.match(re.sub(_OLD, "", ours.stderr))
    return match is not None and ours.exit_code == 1 and _listed(match[1], match[2] or "")


def _listed(command: str, flag: str) -> bool:
    short = command.rpartition(" ")[2]
    return bool({(command, flag), (short, flag)} & _UNSIMULATED) or (
        not flag and not any(row.command == command and row.simulated for row in rows())
    )


def _piped(line: Line, ours: Said, theirs: Said) -> bool:
    written = theirs == Said(AN_ARCHIVE, "", 0)
    return _topic(line) == "save" and ours == Said("", NO_TERMINAL, 1) and written


def _empty_stdin(line: Line, ours: Said, theirs: Said) -> bool:
    return (
        _topic(line) == "load"
        and ours == Said("", NO_STDIN, 1)
        and (theirs.stdout, theirs.exit_code) == ("", 1)
        and theirs.stderr.endswith(
            ("/repositories: no such file or directory\n", "unrecognized image format\n")
        )
    )


def _not_run(line: Line, ours: Said, theirs: Said) -> bool:
    said = NO_CONTAINERS in theirs.stderr and ours.stderr.endswith(NOT_RUN)
    return _topic(line) in ("create", "run") and said and ours.stdout == theirs.stdout


# --- what CLI 20.10 says by itself ----------------------------------------------------------------


def _after(*changes: tuple[str, str]) -> Callable[[Line, Said, Said], bool]:
    """Equal when both have gone through these substitutions."""

    def settled(text: str) -> str:
        for pattern, instead in changes:
            text = re.sub(pattern, instead, text, flags=re.MULTILINE)
        return text

    def explains(line: Line, ours: Said, theirs: Said) -> bool:
        return all(
            settled(str(one)) == settled(str(other))
            for one, other in zip(ours, theirs, strict=True)
        )

    return explains


def _of(*topics: str) -> Callable[[Line, Said, Said], bool]:
    """Anything, of these commands."""
    return lambda line, ours, theirs: _topic(line) in topics and ours.exit_code == theirs.exit_code


def _literal_json(line: Line, ours: Said, theirs: Said) -> bool:
    return set(theirs.stdout.split()) <= {"json"} and any("json" in word for word in line.words)


_GONE = (
    r"^Error(?: response from daemon)?: "
    r"(?:page not found|network \S+ not found|get \S+: no such volume"
    r"|(?:no such image: \S+: )?No such \w+: .*)$"
)


def _typed(line: Line, ours: Said, theirs: Said) -> bool:
    formatted = any(word.startswith(("-f", "--format")) for word in line.words)
    codes = ours.exit_code == theirs.exit_code
    return codes and formatted and _topic(line) in ("image_inspect", "inspect")


#: Files come to the lab's daemon when they are built, to its voice when they were written.
_IDS = ((r"sha256:[0-9a-f]{64}", "sha256:#"), (r"\b[0-9a-f]{12}\b", "#"))


def _built(*more: tuple[str, str]) -> Callable[[Line, Said, Said], bool]:
    """The same of a build, but for the ids of what it made."""
    equal = _after(*_IDS, *more)
    return lambda line, ours, theirs: _topic(line) == "build" and equal(line, ours, theirs)


EXCUSES: tuple[Excuse, ...] = (
    Excuse(
        0,
        "order of a map",
        "the CLI walks a Go map, so an image's repositories and the runtimes come in any order",
        lambda line, ours, theirs: (
            _same_lines(line, ours, theirs) or _same_runtimes(line, ours, theirs)
        ),
    ),
    Excuse(
        0,
        "not simulated",
        "the lab refuses by name what it does not simulate, and docs/coverage.md lists it",
        _covered,
    ),
    Excuse(
        0,
        "a pipe",
        "the lab has no pipes, so its standard output is the terminal; here it is the test's",
        _piped,
    ),
    Excuse(
        0,
        "an empty file",
        "nobody feeds the lab's commands unless a file is named; here they are fed /dev/null",
        _empty_stdin,
    ),
    Excuse(
        0,
        "containers",
        "there are none: our run ends with the lab's sentence, the CLI's with the daemon's refusal",
        _not_run,
    ),
    *(
        Excuse(
            number,
            f"ids of what CLI {number} builds",
            "a layer keeps its files' times, and over the API they come at the time of the build",
            _built(),
        )
        for number in (29, 28)
    ),
    Excuse(
        29,
        "its own build",
        "Docker's packages name their maker, commit, Go and day; the judge was built from source",
        _own_build,
    ),
    Excuse(
        20,
        "the legacy builder",
        "until CLI 23 nothing said that it is deprecated; ids are as for CLI 28",
        _built((_OLD, "")),
    ),
    Excuse(
        20,
        "an image that is not here",
        "until CLI 23 the client put words of its own in the place of the daemon's",
        _after((_GONE, "Error: No such image")),
    ),
    Excuse(
        20,
        "the older parser of names",
        "it does not quote the name that is wrong",
        _after((r"name \(.*?\) must", "name must")),
    ),
    Excuse(
        20,
        "the question before a prune",
        "CLI 20.10 tells the sum although nobody said yes",
        _after((r"\[y/N\] (?:Total reclaimed space: 0B\n)?", "[y/N] ")),
    ),
    Excuse(20, "json is no format", "the word json came with CLI 22.06", _literal_json),
    Excuse(
        20,
        "names of types",
        "its Go types have other names",
        _after((r"(Go value of type|in type) \S+", r"\1 …")),
    ),
    Excuse(
        20,
        "automated",
        "it has a column for repositories that are built automatically, which went with CLI 25",
        _after((r" +AUTOMATED$", ""), (r" +$", ""), (r'"IsAutomated":"false",', "")),
    ),
    Excuse(20, "login", "its sentences were rewritten in CLI 28", _of("login")),
    Excuse(
        20,
        "search",
        "it has a column more, which CLI 25 dropped, and sends --limit 0 as it stands",
        lambda line, ours, theirs: _topic(line) == "search",
    ),
    Excuse(20, "version", "it tells its own version", _of("version")),
    Excuse(20, "info", "it tells its own version, and two lines more", _of("info")),
    Excuse(
        20,
        "undated",
        "what says no date is 292 years old to it, and N/A to later ones",
        _after((r"292 years ago", "N/A"), (r" {2,}", " ")),
    ),
    Excuse(
        20,
        "typed inspection",
        "a template sees its own Go types, which have fields that later ones do not",
        _typed,
    ),
)


def excuse_for(cli: int, line: Line, ours: Said, theirs: Said) -> Excuse | None:
    """The first row that explains the whole difference."""
    known = (row for row in EXCUSES if row.cli in (0, cli))
    return next((row for row in known if row.explains(line, ours, theirs)), None)


#: Words with which a CLI refuses a line by itself: usages, flags, values, places for files.
_BY_ITSELF = re.compile(
    r"^(?:SRun|Run|See) '.*' for more information|^Usage:  docker|requires API version"
    r"|^unknown type: |^type is empty: |^conflicting options: |^failed to save image: ",
    re.MULTILINE,
)


def asks_the_daemon(ours: Said) -> bool:
    """Whether a line comes as far as the daemon: no CLI refuses it by itself, and it is no help."""
    return not _BY_ITSELF.search(ours.stdout + ours.stderr)
