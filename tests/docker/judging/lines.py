"""Command lines for the real CLI and for the lab's voice, generated from the command table.

Every spelling of every simulated command, with each of its flags in each way of writing it, with
good and bad arguments; every name of the table of names; and the failures that registries cause.
Lines are typed one after another in sessions that begin with the same lab.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from labsim.docker.commands import command, simulated
from labsim.docker.grammar import Command
from labsim.docker.help import Flag, flags
from labsim.docker.help.spellings import TOPICS
from tests.docker.judging.slips import slips

__all__ = ["ARCHIVE", "BEGINNING", "CONTEXTS", "F64", "LEGACY", "SESSIONS", "Line", "Session"]

F64 = "f" * 64
#: A file with images, on the laptop and where the real CLI is typed.
ARCHIVE = "stack.tar"
#: What every lab begins with, so that there is something to list, to push and to remove.
BEGINNING = (
    ("docker", f"load -i {ARCHIVE}"),
    ("docker", "pull golang"),
    ("docker", "pull alpine:3"),
    ("docker", "tag golang cantdocpp/golang:v1"),
    ("docker", "tag golang localhost:5000/team/go:1"),
    ("docker", "tag alpine:3 localhost:5000/team/alpine:1"),
    ("docker", "push localhost:5000/team/alpine:1"),
)
#: Build contexts, on the laptop and where the real CLI is typed.
CONTEXTS = {
    "web/Dockerfile": 'FROM alpine:3\nCOPY index.html /srv/\nENV A=1\nCMD ["ls"]\n',
    "web/Other": "ARG V=1\nFROM alpine:3 AS one\nARG V\nLABEL v=$V\nFROM one\nWORKDIR /srv\n",
    "web/index.html": "<p>\n",
    "web/notes/a.md": "# a\n",
    "web/.dockerignore": "notes\n",
    "run/Dockerfile": "FROM alpine:3\nRUN echo hi && exit 3\n",
    "said/Dockerfile": "FROM alpine:3\nRUN echo one && echo two >&2\nRUN echo x > /x && cat /x\n",
    "bad/Dockerfile": "FROM alpine:3\nBOGUS\n",
    "empty/Dockerfile": "",
    "gone/Dockerfile": "FROM alpine:3\nCOPY nosuch /\n",
    "base/Dockerfile": "FROM nosuch/nosuch\n",
    "mount/Dockerfile": "FROM alpine:3\nRUN --mount=type=cache,target=/c ls\n",
}


class Line(NamedTuple):
    """What is typed; ``action`` is an action of the lab instead, on both sides."""

    words: tuple[str, ...]
    stdin: str = ""
    action: bool = False

    def __str__(self) -> str:
        return shlex.join(self.words) + (" <<< …" if self.stdin else "")


class Session(NamedTuple):
    """Lines after a beginning; in a fresh one, each line finds the lab as it was at first."""

    name: str
    lines: tuple[Line, ...]


#: Good arguments, then bad ones (how many there must be is added by itself).
_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "build": (
        "web",
        "-t team/web:1 -t web web",
        "-f web/Other web",
        "said",
        "run",
        "bad",
        "empty",
        "gone",
        "base",
        "mount",
        "nosuch",
        "web/index.html",
        "-f nosuch web",
        "-t App web",
    ),
    "history": ("golang", "shop/app:1", "nosuch", "App", "693602a9689c"),
    "image_inspect": ("golang", "shop/app:1 alone:1", "nosuch", "golang nosuch", "App"),
    "image_prune": ("",),
    "images": ("", "golang", "localhost:5000/*/*", "nosuch", "["),
    "info": ("",),
    "inspect": ("golang", "shop/app:1 nosuch", "nosuch", "App"),
    "load": (f"-i {ARCHIVE}", "-i nosuch.tar", ""),
    "login": ("-u cantdocpp -p lab", "-u cantdocpp -p wrong", "localhost:5000", ""),
    "logout": ("", "localhost:5000", "https://index.docker.io/v1/"),
    "pull": ("golang", "alpine:3", "nosuch", "App", "nosuch.example/a", "localhost:5000/no/no"),
    "push": ("localhost:5000/team/go:1", "nosuch", "localhost:5000/team/go:9", "App"),
    "rmi": ("golang", "shop/app:1 shop/app:latest", "nosuch", "App", "golang nosuch"),
    "save": ("-o saved.tar base:1", "-o saved.tar nosuch", "base:1", "-o no/saved.tar base:1"),
    "search": ("golang", "nosuch", "", "ghcr.io/x"),
    "system_df": ("",),
    "tag": ("golang a:1", "nosuch a:1", "golang A", "A a"),
    "version": ("",),
}
_TEMPLATES = ("json", "{{json .}}", "{{.ID}}", "table", "table {{.ID}}", "{{.Nope}}", "{{")
_VALUES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("build", "build-arg"): ("V=2", "W=1", "V"),
    ("build", "file"): ("web/Other", "web/nosuch"),
    ("build", "label"): ("a=1", "a"),
    ("build", "memory"): ("1g", "x"),
    ("build", "platform"): ("linux/amd64", "nonsense/x/y/z"),
    ("build", "tag"): ("a:1", "App", "a@sha256:1", ""),
    ("build", "target"): ("one", "nosuch"),
    ("image_prune", "filter"): ("dangling=false", "label=a=2", "until=24h", "bogus=1", "until=x"),
    ("images", "filter"): (
        "dangling=true", "dangling=maybe", "label=a=1", "label=nosuch", "reference=*/*",
        "reference=[", "before=golang", "since=alpine:3", "since=nosuch", "bogus=1", "until=24h",
        "nofilter", "",
    ),
    ("inspect", "type"): ("image", "container", "network", "volume", "nosuch", ""),
    ("search", "filter"): ("is-official=true", "stars=5", "stars=x", "is-official=x", "bogus=1"),
    ("search", "limit"): ("5", "200", "0", "x"),
    ("login", "username"): ("alice", ""),
    ("login", "password"): ("lab", "wrong", ""),
    ("pull", "platform"): ("linux/amd64", "nonsense/x/y/z"),
    ("load", "input"): (ARCHIVE, "nosuch.tar"),
    ("save", "output"): ("saved.tar", ".", "no/saved.tar"),
}  # fmt: skip
_INSPECT_TEMPLATES = (
    "json", "{{json .}}", "{{.Id}}", "{{.ID}}", "{{.RepoTags}}", "{{json .Config}}",
    "{{range .RootFS.Layers}}{{.}} {{end}}", "{{.Nope}}", "{{", "{{len .RootFS.Layers}}",
    "{{index .RepoTags 0}}", "{{.Config.Env}}", "{{.Size}} {{.Architecture}}/{{.Os}}",
)  # fmt: skip
_INFO_TEMPLATES = ("{{.Images}}", "{{.ServerVersion}} {{.Driver}}", "{{.Nope}}", "{{", "{{.Name}}")
_VERSION_TEMPLATES = (
    "{{.Server.Version}}", "{{.Client.Version}}", "{{.Client.APIVersion}}", "{{.Nope}}", "{{",
)  # fmt: skip
_FORMATS = {
    "image_inspect": _INSPECT_TEMPLATES,
    "info": _INFO_TEMPLATES,
    "inspect": _INSPECT_TEMPLATES,
    "version": _VERSION_TEMPLATES,
}
#: These are typed with a variable in front (below): the lab has BuildKit first, and its session is
#: judged in front of a real daemon, in tests/conformance/test_builds.
_BUILDS = ("build",)
#: What makes a line the legacy builder's.
LEGACY = ("DOCKER_BUILDKIT=0", "docker")
#: The CLI asks a registry for these by itself, past the daemon (tests/conformance/test_manifest).
_PAST_THE_DAEMON = ("buildx_imagetools_inspect", "manifest_inspect")
#: Their flags belong to containers; a few lines of their own are below.
_CONTAINERS = ("create", "run")


def _typed(*texts: str) -> tuple[Line, ...]:
    return tuple(Line(tuple(shlex.split(text))) for text in texts)


def _of(topic: str) -> Iterator[Line]:
    """Each spelling with each argument, each flag, and what no command has."""
    found = command(topic)
    arguments = [tuple(text.split()) for text in _ARGUMENTS.get(topic, ("x",))]
    known = {**flags(topic), **{flag.name: flag for flag in found.hidden}}
    for spelled, its in TOPICS.items():
        if its != topic:
            continue
        start = tuple(spelled.split())
        for words in [*arguments, *_wrong_counts(found)]:
            yield Line((*start, *words))
        for flag in known.values():
            for written in _ways(topic, flag):
                yield Line((*start, *written, *arguments[0]))
        yield from (Line((*start, *words)) for words in _nobodys(arguments[0]))
        yield from (Line((*start, *words, *arguments[0])) for words in _bundles(known.values()))


def _builds() -> Iterator[Line]:
    """The same of ``docker build`` by the legacy builder, whose flags are those of the help."""
    for line in _of("build"):
        known = not any(word.startswith(_BUILDKITS) for word in line.words)
        if line.words[0] in ("build", "image") and _ABROAD not in line.words and known:
            yield line._replace(words=(*LEGACY, *line.words))


def _wrong_counts(found: Command) -> Iterator[tuple[str, ...]]:
    least, most = found.takes
    if least:
        yield ("x",) * (least - 1)
    if most >= 0:
        yield ("x",) * (most + 1)


def _ways(topic: str, flag: Flag) -> Iterator[tuple[str, ...]]:
    """A flag as it can be written, well and badly."""
    long, short = f"--{flag.name}", f"-{flag.short}" if flag.short else ""
    if flag.kind == "bool":
        yield from ((long,), (f"{long}=false",), (f"{long}=maybe",))
        yield from ((short,), (f"{short}=true",)) if short else ()
        return
    for value in _values(topic, flag):
        yield (long, value)
    value = _values(topic, flag)[0]
    yield (f"{long}={value}",)
    yield from ((short, value), (f"{short}{value}",)) if short else ()


def _values(topic: str, flag: Flag) -> tuple[str, ...]:
    if flag.name == "format":
        return _FORMATS.get(topic, _TEMPLATES)
    return _VALUES.get((topic, flag.name), ("x",))


def _nobodys(arguments: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Flags that no command has, help, and the end of flags."""
    yield from ((word, *arguments) for word in ("--bogus", "-Z", "---", "--=x"))
    yield from (("--help",), ("-h",), ("--help=maybe",))
    if not any(word.startswith("-") for word in arguments):
        yield ("--", *arguments)


def _bundles(known: Iterable[Flag]) -> Iterator[tuple[str, ...]]:
    """All short switches in one word, and one that takes a value and gets none."""
    switches = "".join(flag.short for flag in known if flag.kind == "bool" and flag.short)
    if len(switches) > 1:
        yield (f"-{switches}",)


def _needy() -> Iterator[Line]:
    """A flag that takes a value, at the end of a line."""
    for topic in _topics():
        for flag in flags(topic).values():
            if flag.kind != "bool":
                spelled = next(name for name, its in TOPICS.items() if its == topic)
                yield Line((*spelled.split(), f"--{flag.name}"))


def _topics() -> list[str]:
    left_out = (*_PAST_THE_DAEMON, *_BUILDS, *_CONTAINERS, "help")
    return [topic for topic in simulated() if topic not in left_out]


#: This one asks a notary on the internet.
_ABROAD = "--disable-content-trust=false"
#: Flags that are BuildKit's alone.
_BUILDKITS = tuple(f"--{flag.name}" for flag in command("build").hidden)
#: What goes on until somebody ends it.
_ENDLESS = ("container stats", "events", "stats", "system events")


def _unknown() -> Iterator[Line]:
    """What the real CLI has and the lab does not: refused by name, and a row of the coverage."""
    known = simulated()
    for spelled, topic in TOPICS.items():
        if topic not in known and spelled not in _ENDLESS:
            yield Line(tuple(spelled.split()))


def _names() -> Iterator[Line]:
    """Every name of the table of names, in four places."""
    table = Path(__file__).parents[2] / "data" / "references.tsv"
    for row in table.read_text(encoding="utf-8").splitlines()[1:]:
        name = row.split("\t")[1]
        yield Line(("tag", "--", "base:1", name))
        yield Line(("image", "inspect", "--", name))
        yield Line(("push", "--", name))
        yield Line(("rmi", "--", name))
        yield Line(("pull", "--", name))


_GROUPS = _typed(
    "image", "image nosuch", "container nosuch", "nosuch", "--version", "image --bogus"
)

#: Docker's own flows, one line after another.
_FLOW = (
    *_typed("images", "image ls -a", "tag golang a", "tag golang a:2", "images a", "rmi a:2"),
    *_typed("rmi 2fcf3743295b", "rmi -f nosuch", "rmi -f nosuch golang a", "image rm alone:1"),
    *_typed("tag base:1 b:1", "tag shop/app:1 b:1", "images", "image prune -f", "system df -v"),
    *_typed("tag base:1 scratch:1", "pull scratch", "pull scratch:1", "rmi scratch:1"),
    *_typed("tag base:1 sha256:1", f"tag base:1 b@sha256:{F64}", f"tag base:1 {F64}"),
    *_typed("push b:1", "push nosuch/app", "push -a localhost:5000/team/alpine", "push -a b:1"),
    *_typed("tag alpine:3 localhost:5000/team/alpine:2", "push -a localhost:5000/team/alpine"),
    *_typed("push -q localhost:5000/team/alpine:2", "rmi localhost:5000/team/alpine:1"),
    *_typed("rmi localhost:5000/team/alpine:2", "rmi alpine:3"),
    *_typed("pull -a localhost:5000/team/alpine", "pull -q localhost:5000/team/alpine:1"),
    *_typed("pull localhost:5000/team/alpine:1", "pull -a localhost:5000/team/alpine:1"),
    *_typed(f"pull golang@sha256:{F64}", "pull golang:nosuch", "pull -a nosuch/nosuch"),
    *_typed("image ls --digests", "rmi -f a b:1", "images -q", "image prune -a -f", "images"),
    *_typed("system df", f"load -i {ARCHIVE}", f"load -q -i {ARCHIVE}", "save -o s.tar base:1"),
    *_typed("load -i s.tar", "rmi ''", "pull ''", "push ''", "tag '' a", "tag base:1 ''"),
    *_typed("image inspect ''", "history ''", "image prune", "images ''"),
    *_typed("rmi -f ../app", "rmi -f ''", "rmi ../app", "history a//b", "history ..", "inspect ."),
    *_typed("inspect ../base:1", "inspect a//b", "inspect ./base:1", "rmi ./base:1", "history ."),
)
_RUNNING = _typed(
    "run nosuch", "run App", "run --pull never nosuch", "run --pull=maybe golang", "run --bogus x",
    "run", "create nosuch", "create", "create --pull always nosuch", "run -d nosuch:1 ls",
    "run --rm alpine:3 ls", "create alpine:3",
)  # fmt: skip

_WRONG, _RIGHT = "wrong", "lab"
_LOGIN = "login -u cantdocpp --password-stdin"


def _login(*server: str, secret: str = _RIGHT, user: str = "cantdocpp") -> Line:
    return Line(("login", "-u", user, "--password-stdin", *server), f"{secret}\n")


def _acted(*words: str) -> Line:
    return Line(words, action=True)


#: The failures of facts about accounts and registries.
_REGISTRIES = (
    *_typed("push cantdocpp/golang:v1", "push golang", "pull alice/private"),
    _login(secret=_WRONG),
    *_typed("push cantdocpp/golang:v1"),
    _login(),
    _login(),
    *_typed("login", "push cantdocpp/golang:v1", "push golang", "tag golang alice/go:1"),
    *_typed("push alice/go:1", "pull alice/private"),
    _login("ghcr.io"),
    _login("https://ghcr.io/v2/"),
    _login("ghcr.io", user="nobody"),
    _login("nosuch.example"),
    _login("localhost:1"),
    _login(""),
    Line(("login", "-u", "a", "--password-stdin"), "\n"),
    Line(("login", "--password-stdin"), "lab\n"),
    Line(("login", "-u", "a", "-p", "b", "--password-stdin"), "lab\n"),
    *_typed("tag golang ghcr.io/cantdocpp/go:1", "push ghcr.io/cantdocpp/go:1"),
    *_typed("tag golang ghcr.io/alice/go:1", "push ghcr.io/alice/go:1"),
    *_typed("logout ghcr.io", "logout ghcr.io", "push ghcr.io/cantdocpp/go:2", "logout"),
    *_typed("push cantdocpp/golang:v1", "login"),
    _acted("visibility", "cantdocpp/golang", "private"),
    *_typed("pull cantdocpp/golang:v1"),
    _login(),
    *_typed("pull cantdocpp/golang:v1"),
    _acted("policy", "docker.io", "requests_a_minute=1"),
    *_typed("pull alpine:latest", "push cantdocpp/golang:v1"),
    _acted("policy", "docker.io", "requests_a_minute=0"),
    _acted("policy", "docker.io", "pulls_account=1"),
    *_typed("pull debian", "pull python", "pull node"),
    _acted("stop", "localhost:5000"),
    *_typed("push localhost:5000/team/go:1", "pull localhost:5000/team/go:1"),
    _login("localhost:5000"),
    _acted("start", "localhost:5000"),
    _acted("policy", "localhost:5000", "create_on_push=off"),
    *_typed("tag base:1 localhost:5000/new/base:1", "push localhost:5000/new/base:1"),
    *_typed("pull localhost:5000/new/base:1"),
    _acted("policy", "localhost:5000", "create_on_push=on"),
    _acted("cut", "1kB"),
    *_typed("push localhost:5000/new/base:1", "push localhost:5000/new/base:1"),
    _acted("policy", "localhost:5000", "tags_move=off"),
    *_typed("tag alpine:3 localhost:5000/new/base:1", "push localhost:5000/new/base:1"),
    *_typed("tag golang registry.example.com:5000/go:1", "push registry.example.com:5000/go:1"),
    *_typed("pull registry.example.com:5000/go:1", "login registry.example.com:5000"),
    _login("registry.example.com:5000", secret=_WRONG),
    _login("registry.example.com:5000"),
    *_typed("push registry.example.com:5000/go:1", "logout registry.example.com:5000"),
    *_typed("pull registry.example.com:5000/go:1"),
)

SESSIONS: tuple[Session, ...] = (
    *(Session(topic, tuple(_of(topic))) for topic in _topics()),
    Session("build", tuple(_builds())),
    Session("values", tuple(_needy())),
    Session("groups", _GROUPS),
    Session("names", tuple(_names())),
    Session("flow", _FLOW),
    Session("running", _RUNNING),
    Session("registries", _REGISTRIES),
    Session("not simulated", tuple(_unknown())),
    Session("slips", tuple(Line(*one) for one in slips())),
)
