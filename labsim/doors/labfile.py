"""A lab kept in a file between two commands.

The file is the lab's script: readable text, one action a line, which replays to the same lab
anywhere.  Bytes that an action brought along (an image that was loaded, a binary file) lie beside
it by digest::

    my.lab                      the script
    my.lab.d/sha256/<digits>    bytes that the script names
    my.lab.d/secrets            passwords that were typed, for the owner of the file alone (0600)
    my.lab.d/lock               held while somebody takes a turn

Whoever takes a turn holds the lock, sees what the turn before left, and replaces the file in one
step: two terminals on one lab take turns, and a power cut leaves the old script or the new one.

The script holds no password, so that it can be shared.  With ``secrets`` beside it, later commands
judge passwords as they were typed; without, those of accounts that were signed up are unknown, and
any password is right.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from labsim.blob import CHUNK, Blob
from labsim.digest import Digest
from labsim.errors import LabError
from labsim.worlds import Lab

__all__ = ["LabFile"]


class LabFile:
    """The lab in the file at ``path``; a fresh one where there is no such file yet."""

    __slots__ = ("_lab", "_text", "path")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._text: str | None = None
        self._lab: Lab | None = None

    @contextmanager
    def turn(self) -> Iterator[Lab]:
        """The lab as it is now; what was done to it is kept when the turn ends, however it ends."""
        self._beside.mkdir(parents=True, exist_ok=True)
        with (self._beside / "lock").open("a+b") as lock:
            _acquire(lock)
            try:
                lab = self._read()
                try:
                    yield lab
                finally:
                    self._write(lab)
            finally:
                _release(lock)

    @property
    def _beside(self) -> Path:
        return self.path.with_name(f"{self.path.name}.d")

    def _read(self) -> Lab:
        """The lab of the last turn, or of whoever took a turn since."""
        try:
            text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        except UnicodeDecodeError as error:
            raise self._unopened("it is not UTF-8") from error
        if self._lab is None or text != self._text:
            self._lab = self._replay(text) if text else Lab()
            self._text = text
        return self._lab

    def _replay(self, text: str) -> Lab:
        try:
            secrets = _secrets(self._beside / "secrets")
            return Lab.replay(text, files=_files(self._beside / "sha256"), secrets=secrets)
        except LabError as error:
            raise self._unopened(error) from error

    def _unopened(self, because: object) -> LabError:
        """Says the way out too: no command, not even reset, overwrites what it cannot read."""
        return LabError(
            f"{self.path} is no lab that can be opened: {because}; move it away to start over"
        )

    def _write(self, lab: Lab) -> None:
        """Bytes and secrets first, then the script that needs them."""
        text = lab.script
        if text == self._text:
            return
        for digest, blob in lab.attachments.items():
            home = self._beside / digest.algorithm / digest.hex
            if not home.exists():
                home.parent.mkdir(exist_ok=True)
                _replace(home, blob)
        secrets, kept = self._beside / "secrets", Blob(json.dumps(lab.secrets).encode())
        if lab.secrets or secrets.exists():
            _replace(secrets, kept, mode=0o600)
        _replace(self.path, Blob(text.encode()))
        self._text = text


def _files(folder: Path) -> dict[str, bytes | Blob]:
    """What lies there by digest; small files are checked, big ones read when they are needed."""
    homes = sorted(folder.iterdir()) if folder.is_dir() else []
    return {f"{folder.name}:{home.name}": _blob(home) for home in homes if not home.suffix}


def _blob(home: Path) -> Blob:
    digest = Digest(f"{home.parent.name}:{home.name}")
    if home.stat().st_size > CHUNK:
        return Blob.generated(lambda: _chunks(home), home.stat().st_size, digest)
    blob = Blob(home.read_bytes())
    if blob.digest != digest:
        raise LabError(f"{home} was changed: its bytes are {blob.digest}")
    return blob


def _chunks(home: Path) -> Iterator[bytes]:
    with home.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _secrets(home: Path) -> list[tuple[list[str], list[str]]]:
    """What was typed into which action, as the last turn left it."""
    try:
        rows = json.loads(home.read_text(encoding="utf-8")) if home.exists() else []
        return [(_words(action), _words(typed)) for action, typed in rows]
    except (ValueError, TypeError):
        raise LabError(f"{home} cannot be read: remove it to go on without it") from None


def _words(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise TypeError("not a list of words")
    return value


def _replace(home: Path, content: Blob, *, mode: int = 0o666) -> None:
    """Write beside, flush to the disk, then rename: a reader sees all of it or nothing.

    ``mode`` says who may read it, where the system knows such a thing.
    """
    beside = home.with_name(f"{home.name}.new")
    beside.unlink(missing_ok=True)
    with open(beside, "wb", opener=lambda path, flags: os.open(path, flags, mode)) as file:
        for chunk in content.chunks():
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(home)


def _acquire(lock: IO[bytes]) -> None:
    """Wait for the lock; the system frees it when its holder ends, however it ends."""
    if sys.platform == "win32":
        import msvcrt  # Windows only

        lock.seek(0)
        msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl  # everywhere else

        fcntl.flock(lock, fcntl.LOCK_EX)


def _release(lock: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt  # Windows only

        lock.seek(0)
        msvcrt.locking(lock.fileno(), msvcrt.LK_UNLCK, 1)
