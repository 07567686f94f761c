"""``docker save``: images into a file of the laptop, as an archive that any Docker loads.

The lab has no pipes, so without ``--output`` standard output is the terminal.  CLI 28.2.2 and 29.7
``cli/command/image/save.go``; which names go in, and how, is the voice's of the daemon.
"""

from __future__ import annotations

from labsim.docker.grammar import ANY, Call, Command
from labsim.docker.help import Flag
from labsim.docker.platforms import read_all
from labsim.docker.voices import voice_of
from labsim.errors import CommandError

__all__ = ["COMMAND"]

NO_TERMINAL = "cowardly refusing to save to a terminal. Use the -o flag or redirect\n"
#: Folders that every laptop has.
_FOLDERS = (".", "..", "/", "~", "/root", "/tmp")


def save(call: Call) -> int:
    """Write the images that are named, each with the names that were meant."""
    path, engine = call.value("output"), call.seat.engine
    platforms = read_all(call.values("platform"), "invalid platform: ")
    if not path:
        raise CommandError(NO_TERMINAL)
    _check_path(call, path)
    call.seat.put(path, voice_of(engine).saved(engine, call.arguments, platforms))
    return 0


def _check_path(call: Call, path: str) -> None:
    """A file in a folder that is there; a folder is there when a file is in it."""
    folder, slash, name = path.rpartition("/")
    if not name or _is_folder(call, path):
        raise CommandError("failed to save image: cannot write to a directory\n")
    if slash and folder and not _is_folder(call, folder):
        raise CommandError(
            f"failed to save image: invalid output path: stat {folder}: no such file or directory\n"
        )


def _is_folder(call: Call, path: str) -> bool:
    path = path.removeprefix("./")
    return path in _FOLDERS or any(name.startswith(f"{path}/") for name in call.seat.files)


COMMAND = Command(
    "save",
    ANY,
    save,
    simulated=frozenset({"output", "platform"}),
    hidden=(Flag("platform", kind="strings", api="1.48"),),
)
