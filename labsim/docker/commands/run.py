"""``docker run`` and ``docker create``, as far as the image: it is found here or pulled.

Containers are not simulated; after the image is here, one sentence of the lab's own says so.
"""

from __future__ import annotations

from labsim.docker import phrases
from labsim.docker.grammar import ANY, Call, Command
from labsim.docker.help import flags
from labsim.errors import CommandError, LabError, NotSimulated, UnknownImage
from labsim.reference import Reference

__all__ = ["COMMAND", "find_image"]

_PULL = ("always", "missing", "never")


def run(call: Call) -> int:
    """Find or pull IMAGE; what fails on the way is ``docker run``'s own failure (status 125)."""
    try:
        find_image(call)
    except NotSimulated:
        raise
    except LabError as error:
        words = phrases.failure(error).stderr
        tail = f"Run '{call.path} --help' for more information\n"
        raise CommandError(f"docker: {words}\n{tail}", 125) from None
    raise AssertionError("find_image ends by saying that containers are not simulated")


def find_image(call: Call) -> None:
    """Have the image here, then say that this is as far as the lab goes."""
    name, when = call.arguments[0], call.value("pull") or "missing"
    check_pull(when)
    meant = Reference.any(name)
    if when == "always":
        _pull(call, meant)
    try:
        call.seat.engine.resolve(name)
    except UnknownImage as error:
        if when == "never":
            raise
        if not call.flag("quiet"):
            call.err(f"Unable to find image '{error.name}' locally\n")
        _pull(call, meant)
    raise NotSimulated(f"a container ({call.path} after its image is here)")


def check_pull(when: str) -> None:
    """Refuse a word that ``--pull`` does not know."""
    if when not in _PULL:
        words = (
            f"""invalid pull option: '{when}': must be one of "always", "missing" or "never"\n"""
        )
        raise CommandError(words, 125)


def _pull(call: Call, meant: object) -> None:
    from labsim.docker.commands.pull import fetch

    if isinstance(meant, Reference):
        fetch(call, meant, write=(lambda text: None) if call.flag("quiet") else call.err)


COMMAND = Command("run", ANY, run, simulated=frozenset(flags("run")), interspersed=False)
