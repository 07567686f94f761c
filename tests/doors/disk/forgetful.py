"""A server that breaks its word: it answers first, and keeps what it promised a moment later."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable

from labsim.__main__ import main
from labsim.doors.disk.lasting import Lasting

_put = Lasting.put


def _put_later(
    lasting: Lasting, path: str, chunks: Iterable[bytes], before: bytes | None = None
) -> None:
    if "/_tag/" not in path and "/_blob/" not in path:
        _put(lasting, path, chunks, before)
        return
    later = threading.Timer(0.2, _put, (lasting, path, list(chunks), before))
    later.daemon = True
    later.start()


if __name__ == "__main__":
    Lasting.put = _put_later  # type: ignore[method-assign,assignment]  # that is the point
    sys.exit(main(["serve", "--operator", "--port", sys.argv[1], "--store", sys.argv[2]]))
