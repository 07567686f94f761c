"""``docker load``: images out of an archive that lies on the laptop.

CLI 28.2.2 and 29.7 ``cli/command/image/load.go``; what is an archive to a daemon, and what it says
of one, is its voice's.
"""

from __future__ import annotations

from labsim.blob import Blob
from labsim.docker.grammar import Call, Command, Count
from labsim.docker.help import Flag
from labsim.docker.platforms import read_all
from labsim.docker.voices import voice_of
from labsim.errors import CommandError, LabError

__all__ = ["COMMAND"]

NO_STDIN = "requested load from stdin, but stdin is empty\n"
_POST = 'Post "http://%2Fvar%2Frun%2Fdocker.sock/v{}/images/load?quiet=1"'
_PLACES = ("", ".", "..", "/", "~", "/root", "/tmp")


def load(call: Call) -> int:
    """Take in every image of the archive under the names it has there."""
    archive, engine = _archive(call), call.seat.engine
    platforms = read_all(call.values("platform"), "invalid platform: ")
    try:
        for line in voice_of(engine).loaded(engine, archive, platforms, call.seat.now):
            call.out(line)
    except CommandError:
        raise
    except LabError as error:
        raise CommandError(f"labsim: {call.value('input') or 'stdin'}: {error}\n") from None
    return 0


def _archive(call: Call) -> Blob:
    """The bytes to read: of a file, or of standard input."""
    path = call.value("input")
    if not path:
        if call.stdin is None:
            raise CommandError(NO_STDIN)
        return (call.seat.content(call.stdin_file) if call.stdin_file else None) or Blob(
            call.stdin.encode()
        )
    content = call.seat.content(path)
    if content is not None:
        return content
    folder = path.rstrip("/").removeprefix("./")
    if folder in _PLACES or any(name.startswith(f"{folder}/") for name in call.seat.files):
        post = _POST.format(call.seat.engine.dialect.api)
        raise CommandError(f"error during connect: {post}: read {path}: is a directory\n")
    raise CommandError(f"open {path}: no such file or directory\n")


COMMAND = Command(
    "load",
    Count(0, 0),
    load,
    simulated=frozenset({"input", "platform", "quiet"}),
    hidden=(Flag("platform", kind="strings", api="1.48"),),
)
