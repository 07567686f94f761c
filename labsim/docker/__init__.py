"""Docker's voice: everything that ``docker …`` prints, and nothing else does.

The dialect is CLI 28.2.2 in front of daemon 20.10.24 with its classic image store.  ``run`` does
what a line says on a :class:`~labsim.docker.seat.Seat` and returns a
:class:`~labsim.docker.result.Result`; texts are rendered when somebody looks at them.

===============  ===================================================================
grammar          flags and arguments, and how the CLI refuses them
commands/        one module a command, named after it
help/            what ``--help`` prints, recorded
progress         the lines of a push or a pull, told from its trace
phrases          sentences that commands share: the daemon's errors
tables, units    Go's tabwriter; sizes and ages
templates/       ``--format``
===============  ===================================================================
"""

from labsim.docker.dispatch import run
from labsim.docker.redaction import redact
from labsim.docker.result import Result
from labsim.docker.seat import Seat

__all__ = ["Result", "Seat", "redact", "run"]
