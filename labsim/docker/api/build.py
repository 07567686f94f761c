"""``POST /build``: the classic builder over the API.

The context comes as a tar.  Its files become files of the laptop, in a folder that is named after
what is in it, and what is typed is ``DOCKER_BUILDKIT=0 docker build`` on that folder; so a replay
builds the same.  Parameters: moby 20.10 ``api/server/router/build/build_routes.go``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any

from labsim.archive import unpack
from labsim.archive.reading import DIRECTORY, FILE, read_entries
from labsim.blob import Blob
from labsim.docker.api.absent import no_builder
from labsim.docker.api.acting import Told, told
from labsim.docker.api.answers import Fault, fault_line, lines, stream
from labsim.docker.api.call import Call
from labsim.docker.api.statuses import NOT_SIMULATED, status_for
from labsim.docker.phrases import daemon_error
from labsim.docker.phrases.build import DEPRECATED
from labsim.errors import Mismatch
from labsim.image.layouts.source import inside
from labsim.wire import Response

__all__ = ["build"]

#: The parameter that says which builder is wanted: 1 is the classic one, 2 is BuildKit.
_BUILDKIT = "2"
_NO_URL = "labsim: docker build of a URL is real Docker, but not simulated here"
_File = tuple[str, Blob, int]
_GZIP = b"\x1f\x8b"
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
    files = list(_files(call.request.body))
    folder = _named(files)
    for path, content, mode in files:
        call.machine.write(f"{folder}/{path}", content, mode)
    words = ["DOCKER_BUILDKIT=0", "docker", "build", *_options(call, folder), folder]
    found = told(call.machine, words)
    return stream(lines(_messages(_without_the_clients(found))))


def _named(files: Iterable[_File]) -> str:
    """A folder's name that is the same for the same files."""
    text = "".join(
        f"{path} {content.digest} {mode}\n"
        for path, content, mode in sorted(files, key=itemgetter(0))
    )
    return f"context-{Blob(text.encode()).digest.hex[:12]}"


def _options(call: Call, folder: str) -> Iterator[str]:
    for name in call.every("t"):
        yield from ("-t", name)
    if (file := call.one("dockerfile")) not in ("", "Dockerfile"):
        yield from ("-f", f"{folder}/{inside(file)}")
    yield from (flag for key, flag in _SWITCHES if call.flag(key))
    for key, flag in _VALUES:
        if value := call.one(key):
            yield from (flag, value)
    for key, flag in _MAPS:
        given = call.json(call.one(key) or "{}")
        for name, value in given.items() if isinstance(given, dict) else ():
            yield from (flag, name if value is None else f"{name}={value}")


def _files(body: Blob) -> Iterator[_File]:
    """The regular files of a context; folders are where files are."""
    try:
        archive = unpack(body) if bytes(body.slice(0, 2)) == _GZIP else body
        entries = read_entries(archive.chunks())
        for entry in entries:
            if entry.kind == FILE:
                content = archive.slice(entry.at, entry.at + entry.size)
                yield inside(entry.name), content, entry.mode & 0o7777
            elif entry.kind != DIRECTORY:
                words = f"labsim: the context holds the link {entry.name}: write a file instead"
                raise Fault(NOT_SIMULATED, words)
    except Mismatch as fault:
        raise Fault(500, f"labsim: the context cannot be read: {fault}") from None


def _without_the_clients(found: Told) -> Told:
    """Without what a CLI says by itself: that the builder is old, how large the context is."""
    first, _, rest = found.output.partition("\n")
    output = rest if first.startswith("Sending build context") else found.output
    failure = found.failure.removeprefix(DEPRECATED).removeprefix("\n")
    if found.failure and failure.startswith((_DAEMON, "labsim: ")):
        words = failure.removeprefix(_DAEMON)
        raise Fault(status_for(words), words)
    return Told(output, failure, found.begun)


def _messages(found: Told) -> Iterator[dict[str, Any]]:
    for line in found.output.splitlines(keepends=True):
        yield {"stream": line}
    if found.failure:
        yield fault_line(found.failure)
