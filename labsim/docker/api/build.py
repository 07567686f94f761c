"""``POST /build``: the classic builder over the API.

The context comes as a tar.  Its files become files of the laptop, in a folder that is named after
what is in it, and what is typed is ``DOCKER_BUILDKIT=0 docker build`` on that folder; so a replay
builds the same.  What a folder of the lab cannot hold (links, empty folders, folders with a mode of
their own) stays in its tar, which is kept and built from.  Parameters: moby 20.10
``api/server/router/build/build_routes.go``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname
from shlex import quote
from typing import Any

from labsim.archive.reading import DIRECTORY, FILE, SYMLINK
from labsim.blob import Blob
from labsim.docker.api.absent import no_builder
from labsim.docker.api.acting import Told, told
from labsim.docker.api.answers import Fault, fault_line, lines, stream
from labsim.docker.api.call import Call
from labsim.docker.api.statuses import NOT_SIMULATED, status_for
from labsim.docker.builds.archives import context_files
from labsim.docker.phrases import daemon_error
from labsim.docker.phrases.build import DEPRECATED
from labsim.engine.builder import ContextFile
from labsim.errors import Mismatch
from labsim.image.layouts.source import inside
from labsim.wire import Response

__all__ = ["build"]

#: The parameter that says which builder is wanted: 1 is the classic one, 2 is BuildKit.
_BUILDKIT = "2"
_NO_URL = "labsim: docker build of a URL is real Docker, but not simulated here"
#: What a command's own exit code is told with.
_ENDED = re.compile(r"returned a non-zero code: \d+$")
#: The mode of a folder that nobody gave another.
_FOLDER = 0o755
_DAEMON = daemon_error("").stderr.removesuffix("\n")
_SWITCHES = (("nocache", "--no-cache"), ("pull", "--pull"), ("q", "--quiet"))
_VALUES = (("target", "--target"), ("platform", "--platform"))
_MAPS = (("buildargs", "--build-arg"), ("labels", "--label"))


def build(call: Call) -> Response:
    """Build an image of the context in the body; BuildKit is refused in words."""
    if call.one("version") == _BUILDKIT:
        return no_builder(call)
    if call.one("remote"):
        raise Fault(NOT_SIMULATED, _NO_URL)
    found = told(call.machine, _typed(call))
    return stream(lines(_messages(_without_the_clients(found))))


def _typed(call: Call) -> str | list[str]:
    """Keep the context, and what is typed to build it."""
    try:
        files = context_files(call.request.body)
    except Mismatch as fault:
        raise Fault(500, f"labsim: the context cannot be read: {fault}") from None
    name = _named(files)
    if not _plain(files):
        call.machine.write(f"{name}.tar", call.request.body)
        words = ["docker", "build", *_options(call, ""), "-"]
        return f"DOCKER_BUILDKIT=0 {' '.join(map(quote, words))} < {name}.tar"
    for path, file in files.items():
        if file.kind == FILE:
            call.machine.write(f"{name}/{path}", file.content, file.mode)
    return ["DOCKER_BUILDKIT=0", "docker", "build", *_options(call, f"{name}/"), name]


def _plain(files: Mapping[str, ContextFile]) -> bool:
    """Whether files alone say it all: no link, and no folder that is empty or has its own mode."""
    if any(file.kind == SYMLINK or (file.kind == FILE and file.link) for file in files.values()):
        return False
    full = {parent for path in files for parent in _above(path)}
    folders = [path for path, file in files.items() if file.kind == DIRECTORY]
    return all(path in full and files[path].mode == _FOLDER for path in folders)


def _above(path: str) -> Iterator[str]:
    while path := dirname(path):
        yield path


def _named(files: Mapping[str, ContextFile]) -> str:
    """A name that is the same for the same files."""
    text = "".join(
        f"{path} {file.content.digest} {file.mode}\n" if file.kind == FILE and not file.link
        else f"{path} {file.kind} {file.link} {file.mode}\n"
        for path, file in sorted(files.items())
        if file.kind != DIRECTORY or file.mode != _FOLDER
    )  # fmt: skip
    return f"context-{Blob(text.encode()).digest.hex[:12]}"


def _options(call: Call, folder: str) -> Iterator[str]:
    for name in call.every("t"):
        yield from ("-t", name)
    if (file := call.one("dockerfile")) not in ("", "Dockerfile"):
        yield from ("-f", f"{folder}{inside(file)}")
    yield from (flag for key, flag in _SWITCHES if call.flag(key))
    for key, flag in _VALUES:
        if value := call.one(key):
            yield from (flag, value)
    for key, flag in _MAPS:
        given = call.json(call.one(key) or "{}")
        for name, value in given.items() if isinstance(given, dict) else ():
            yield from (flag, name if value is None else f"{name}={value}")


def _without_the_clients(found: Told) -> Told:
    """Without what a CLI says by itself: that the builder is old, how large the context is."""
    first, _, rest = found.output.partition("\n")
    output = rest if first.startswith("Sending build context") else found.output
    failure = found.failure.removeprefix(DEPRECATED).removeprefix("\n")
    if found.failure and failure.startswith((_DAEMON, "labsim: ")):
        words = failure.removeprefix(_DAEMON)
        raise Fault(status_for(words), words)
    return Told(output, failure, found.begun, found.code)


def _messages(found: Told) -> Iterator[dict[str, Any]]:
    for line in found.output.splitlines(keepends=True):
        yield {"stream": line}
    if found.failure:
        ended = _ENDED.search(found.failure)
        yield fault_line(found.failure, found.code if ended else 0)
