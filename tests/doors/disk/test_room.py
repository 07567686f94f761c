"""The room of small bodies has two users: the loop, which takes them in, and the store's thread."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

from labsim.blob import Blob
from labsim.doors.disk import DiskShelf
from labsim.registry.memory import Room


class _Interrupted(Blob):
    """A body during whose weighing, in one thread, another thread takes ten bytes in."""

    __slots__ = ("room",)

    room: Room

    @property
    def weight(self) -> int:
        """Its bytes; the other thread is done when this returns, unless it is kept waiting."""
        arriving = Thread(target=self.room.hold, args=(10,))
        arriving.start()
        arriving.join(1)
        return self.size


def test_bytes_that_come_while_another_body_leaves_are_counted(tmp_path: Path) -> None:
    shelf = DiskShelf(tmp_path)
    room, body = shelf.memory, _Interrupted(b"a manifest")
    body.room = room
    room.hold(body.size)
    room.sealed(body)
    room.leave(body)
    assert room.used == 10
    shelf.close()
