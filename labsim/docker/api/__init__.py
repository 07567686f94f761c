"""The daemon's side of Docker: what it answers to a CLI over the Engine API, and never prints.

A CLI asks in HTTP; :func:`answer` is a function from a request to a response, as a registry is.
Whoever listens on a socket is a door (:mod:`labsim.doors.daemon`).  What a request *does* is typed
on the laptop like any other line, so the daemon and the simulated CLI cannot disagree, and the
journal holds one kind of thing.

=============  =====================================================================
endpoints      the API as a table: method, path, who answers
router         from a request to its row: versions, names in paths
call           one request with what it is about, and the laptop as a daemon needs it
acting         the line that is typed for a request, and what came of it
answers        documents, messages, lines of progress
statuses       the status that goes with a sentence
summaries      images as JSON rows; ``machine``: the version pair and the laptop itself
happened       events
=============  =====================================================================

Recorded from daemon 20.10.24 with curl; what a CLI makes of it is judged by the real CLIs
(``tests/conformance/test_real_cli.py``).
"""

from labsim.docker.api.router import answer

__all__ = ["answer"]
