"""``docker run`` and ``docker create``, as far as the image: it is found here or pulled.

Containers are not simulated; after the image is here, one sentence of the lab's own says so.
"""

from __future__ import annotations

from labsim.docker import phrases
from labsim.docker.commands.pull import fetch
from labsim.docker.commands.push import platform_of
from labsim.docker.grammar import ANY, Call, Command
from labsim.docker.help import flags
from labsim.docker.mismatch import check
from labsim.errors import CommandError, LabError, UnknownImage
from labsim.reference import Reference

__all__ = ["COMMAND", "NO_CONTAINERS", "container_error", "find_image", "pull_policy"]

NO_CONTAINERS = (
    "labsim: the image is here, and this is as far as the lab goes: containers are not simulated.\n"
)
_POLICIES = ("always", "missing", "never")


def run(call: Call) -> int:
    """Find or pull IMAGE; what fails on the way is ``docker run``'s own failure."""
    try:
        find_image(call)
    except LabError as error:
        raise container_error(call, error) from None
    call.err(NO_CONTAINERS)
    return 1


def find_image(call: Call) -> None:
    """Have the image here: find it, or pull it as ``--pull`` says."""
    name, policy = call.arguments[0], pull_policy(call)
    platform = platform_of(call, "error parsing specified platform: ")
    meant = Reference.any(name)
    if policy == "always" and isinstance(meant, Reference):
        _pull(call, meant)
    try:
        check(call.seat.engine, name, platform)
    except (UnknownImage, CommandError):
        if policy != "missing" or not isinstance(meant, Reference):
            raise
        if not call.flag("quiet"):
            call.err(f"Unable to find image '{meant.with_default_tag().familiar}' locally\n")
        _pull(call, meant)
        check(call.seat.engine, name, platform)


def _pull(call: Call, reference: Reference) -> None:
    """Pull as ``docker pull`` would; the progress goes to standard error."""
    fetch(call, reference, None if call.flag("quiet") else call.err)


def pull_policy(call: Call) -> str:
    """The word after ``--pull``, if it is one."""
    policy = call.value("pull") or "missing"
    if policy not in _POLICIES:
        raise CommandError(
            f'invalid pull option: \'{policy}\': must be one of "always", "missing" or "never"\n'
        )
    return policy


def container_error(call: Call, error: LabError) -> CommandError:
    """A failure as ``docker run`` tells it: with docker's name in front, and status 125."""
    words = phrases.failure(error).stderr
    tail = f"Run '{call.path} --help' for more information\n"
    return CommandError(f"docker: {words}\n{tail}", 125)


COMMAND = Command("run", ANY, run, simulated=frozenset(flags("run")), interspersed=False)
