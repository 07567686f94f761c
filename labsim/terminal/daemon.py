"""``labsim daemon``: the laptop of a lab behind Docker's Engine API, until Ctrl-C.

Options are read by argparse, as those of serve are: the decisions have a page on it.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from labsim.doors.serve.limits import USUAL, byte_count
from labsim.errors import LabError

if TYPE_CHECKING:
    from labsim.doors.serve.turns import Turn
    from labsim.worlds import Lab

__all__ = ["main"]

_EPILOG = """\
Ctrl-C ends it.  Let the real docker command speak to it, in another terminal:

  export DOCKER_HOST=…          what it prints when it is ready
  export DOCKER_CONFIG=$(mktemp -d)   so that logins of the lab stay apart from your own
  docker pull golang
"""


def main(words: Sequence[str]) -> int:
    """Serve until a signal; the exit code."""
    wish = _parser().parse_args(words)
    try:
        return _serve(wish)
    except LabError as fault:
        _tell(str(fault))
        return 1


def _serve(wish: argparse.Namespace) -> int:
    from labsim.doors.serve.extra import required

    with required():
        from labsim.doors.daemon.listening import listening, usual_place
        from labsim.doors.serve.server import Server
    from labsim.doors.daemon.desk import DaemonDesk
    from labsim.doors.serve.application import Application
    from labsim.terminal.access_log import write_line

    most = byte_count(wish.max_body)
    turn, kept = _lab(wish)
    place = listening(wish.listen or usual_place())
    desk = DaemonDesk(turn, most)
    app = Application(
        desk,
        limits=USUAL._replace(body_bytes=most),
        note=write_line if wish.verbose else None,
        tell=_tell,
    )

    def ready() -> None:
        print(f"{kept}; in another terminal: export DOCKER_HOST={place.host}", flush=True)

    try:
        Server(app, "", 0, ready=ready, listener=place.socket).serve_until_told()
    finally:
        desk.close()
        place.socket.close()
        place.clear()
    return 0


def _lab(wish: argparse.Namespace) -> tuple[Turn, str]:
    """How to take a turn at the lab, and where it is kept, in words."""
    if wish.open_lab:
        from labsim.doors.labfile import LabFile

        file = LabFile(wish.open_lab)
        turn: Turn = file.turn
        kept = f"{'the' if file.path.exists() else 'a new'} lab in {file.path}"
    else:
        from labsim.doors.daemon.door import sharing
        from labsim.worlds import Lab

        lab, lock = Lab(wish.engine, wish.world), threading.Lock()
        kept = f"a lab of the world {wish.world}, forgotten at the end"

        def turn() -> contextlib.AbstractContextManager[Lab]:
            return sharing(lab, lock)

    with turn() as opened:
        person = opened.user
        if wish.today:
            _catch_up(opened)
    return turn, f"{person}'s laptop in {kept}"


def _catch_up(lab: Lab) -> None:
    """Let so much time pass in the lab that its clock shows the time of this machine."""
    behind_s = int(time.time()) - lab.now_us // 1_000_000
    if behind_s > 0:
        lab.wait(f"{behind_s}s")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "labsim daemon",
        description="A lab's laptop behind Docker's Engine API, for the real docker command.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "--listen",
        metavar="PLACE",
        help="unix:///path or tcp://127.0.0.1:PORT (default: ~/.labsim/docker.sock; on Windows a"
        " free port)",
    )
    add("--open-lab", metavar="FILE", help="the lab in this file; what is typed is kept there")
    add("--world", metavar="W", default="w1", help="the world of a fresh lab (default w1)")
    add("--engine", metavar="E", default="classic", help="the engine of a fresh lab (classic)")
    add("--today", action="store_true", help="first let the lab's clock catch up with this one")
    add("--max-body", default="512MiB", metavar="SIZE", help="of one request (default 512MiB)")
    add("--verbose", action="store_true", help="one line for each request, on standard error")
    return parser


def _tell(sentence: str) -> None:
    print(f"labsim daemon: {sentence}", file=sys.stderr, flush=True)
