"""A request that does something: the line that is typed for it, and what came of that.

What the CLI prints *after* ``Error response from daemon:`` is what the daemon sends; what a push or
a pull prints line by line is what the daemon sends line by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from labsim.docker.api.answers import Fault, fault_line, lines
from labsim.docker.api.call import Machine
from labsim.docker.api.statuses import status_for
from labsim.docker.phrases import daemon_error

__all__ = ["Told", "progress", "told", "typed"]

_DAEMON = daemon_error("").stderr.removesuffix("\n")
_OURS = "labsim: "
_LAYER = re.compile(r"([0-9a-f]{12}): (.+)")
_BEGIN = re.compile(r"(\S+): (Pulling from .+)")
_DONE = re.compile(r"(\S+): digest: (sha256:[0-9a-f]{64}) size: (\d+)")


class Told(NamedTuple):
    """What a typed line printed: its output, and the sentence that it failed with, if it did.

    ``begun``: the failure came when the progress had begun, so it is a line of that.  ``code`` is
    the line's exit code.
    """

    output: str
    failure: str
    begun: bool
    code: int = 0


def told(machine: Machine, words: str | Sequence[str], stdin: str = "") -> Told:
    """Type the line."""
    result = machine.type(words, stdin)
    if result.exit_code == 0 and not result.stderr.startswith(_DAEMON):  # a force may hide it
        return Told(result.stdout, "", begun=True)
    error = result.stderr.removesuffix("\n")
    begun = not error.startswith((_DAEMON, _OURS))
    return Told(result.stdout, error.removeprefix(_DAEMON), begun, result.exit_code)


def typed(machine: Machine, words: Sequence[str], stdin: str = "") -> str:
    """Type a line that only works or fails; its output, or a :class:`Fault`."""
    found = told(machine, words, stdin)
    if found.failure:
        raise Fault(status_for(found.failure), found.failure)
    return found.output


def progress(found: Told) -> bytes:
    """The output as messages; a failure before it begins is a :class:`Fault`."""
    if found.failure and not found.begun:
        raise Fault(status_for(found.failure), found.failure)
    messages = [message for line in found.output.splitlines() for message in _messages(line)]
    return lines([*messages, fault_line(found.failure)] if found.failure else messages)


def _messages(line: str) -> Iterator[dict[str, Any]]:
    """One line as the daemon sends it; behind a push's last one comes the same for programs."""
    if done := _DONE.fullmatch(line):
        yield {"status": line}
        outcome = {"Tag": done[1], "Digest": done[2], "Size": int(done[3])}
        yield {"progressDetail": {}, "aux": outcome}
    elif begin := _BEGIN.fullmatch(line):
        yield {"status": begin[2], "id": begin[1]}
    elif layer := _LAYER.fullmatch(line):
        yield {"status": layer[2], "progressDetail": {}, "id": layer[1]}
    else:
        yield {"status": line}
