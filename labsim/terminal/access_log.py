"""One line for each request, and no secret in it: no header, no query, half of no upload's id."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labsim.doors.serve.recorder import Moments
    from labsim.wire import Request, Response

__all__ = ["access_line", "write_line"]

_SHOWN_OF_ID = 8


def access_line(request: Request, response: Response | None, moments: Moments) -> str:
    """Who asked what, what came of it, bytes up and down, and how long it took."""
    path, sessions, identity = request.path.partition("/blobs/uploads/")
    shown = f"{path}{sessions}{identity[:_SHOWN_OF_ID]}"
    came = str(response.status) if response else moments.fault
    milliseconds = (moments.done_us - moments.at_us) / 1000
    return (
        f"{request.peer} {request.method} {_printable(shown)} {came}"
        f" up {moments.up} down {moments.down} {milliseconds:.1f} ms"
    )


def write_line(request: Request, response: Response | None, moments: Moments) -> None:
    """On standard error."""
    print(access_line(request, response, moments), file=sys.stderr, flush=True)


def _printable(text: str) -> str:
    """Nothing that would move a terminal's cursor."""
    return text if text.isprintable() else ascii(text)[1:-1]
