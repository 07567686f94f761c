"""``docker rmi``: a name goes; with the last one the image, and the layers nobody else needs."""

from __future__ import annotations

from labsim.docker import phrases
from labsim.docker.grammar import ANY, Call, Command
from labsim.docker.help import Flag
from labsim.docker.sent import Astray, sent
from labsim.docker.voices import voice_of
from labsim.engine.removal import Conflict, Untagged
from labsim.errors import CommandError, LabError, UnknownImage

__all__ = ["COMMAND"]


def rmi(call: Call) -> int:
    """Remove each argument in turn; what failed is told after what worked.

    ``--no-prune`` keeps the parents that the legacy builder left without a name.
    """
    failures: list[CommandError] = []
    fatal = False
    for name in call.arguments:
        try:
            call.out(_removed(call, name))
        except LabError as error:
            fatal = fatal or not (isinstance(error, UnknownImage | Astray) and call.flag("force"))
            failures.append(_refusal(call, error))
    for failure in failures:
        call.err(failure.stderr)
    return 1 if fatal else 0


def _removed(call: Call, name: str) -> str:
    """One line for each name and each piece of content that went."""
    records = call.seat.engine.remove(
        sent(name), force=call.flag("force"), prune=not call.flag("no-prune")
    )
    return "".join(
        f"{'Untagged' if isinstance(record, Untagged) else 'Deleted'}: {record.text}\n"
        for record in records
    )


def _refusal(call: Call, error: LabError) -> CommandError:
    if isinstance(error, Conflict) and error.children:
        return phrases.daemon_error(
            f"conflict: unable to delete {error.image_id.short} (cannot be forced) - "
            "image has dependent child images"
        )
    if isinstance(error, Conflict):
        return phrases.daemon_error(
            f"conflict: unable to delete {error.image_id.short} (must be forced) - "
            "image is referenced in multiple repositories"
        )
    if isinstance(error, CommandError):
        return error
    return voice_of(call.seat.engine).refusal("", error)


COMMAND = Command(
    "rmi",
    ANY,
    rmi,
    simulated=frozenset({"force", "no-prune"}),
    hidden=(Flag("platform", kind="strings", api="1.50"),),
)
