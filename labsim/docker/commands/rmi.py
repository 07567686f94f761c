"""``docker rmi``: a name goes; with the last one the image, and the layers nobody else needs."""

from __future__ import annotations

from labsim.docker import phrases
from labsim.docker.grammar import ANY, Call, Command
from labsim.docker.help import Flag
from labsim.docker.phrases.containerd import no_platform
from labsim.docker.sent import Astray, sent
from labsim.docker.voices import voice_of
from labsim.engine.containerd import Containerd
from labsim.engine.removal import Conflict, Record, Untagged, remove_platform
from labsim.errors import CommandError, LabError, NotSimulated, UnknownImage
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.image import Platform

__all__ = ["COMMAND"]

#: moby 29.7 has this dash.
_SHARED = (
    "Content will be removed from all images referencing this variant. "
    "Use \u2014-force to force delete."
)


def rmi(call: Call) -> int:
    """Remove each argument in turn; what failed is told after what worked.

    ``--no-prune`` keeps the parents that the legacy builder left without a name.
    """
    failures: list[CommandError] = []
    fatal = False
    platforms = _platforms(call)
    for name in call.arguments:
        try:
            call.out(_told(_thinned(call, name, platforms) if platforms else _removed(call, name)))
        except LabError as error:
            fatal = fatal or not (isinstance(error, UnknownImage | Astray) and call.flag("force"))
            failures.append(_refusal(call, error))
    for failure in failures:
        call.err(failure.stderr)
    return 1 if fatal else 0


def _platforms(call: Call) -> list[Platform]:
    """What ``--platform`` names: an image loses that part alone."""
    if "platform" not in call.options:
        return []
    from labsim.docker.platforms import read_all

    return read_all(call.values("platform"))


def _removed(call: Call, name: str) -> list[Record]:
    keeps = call.flag("no-prune")
    return call.seat.engine.remove(sent(name), force=call.flag("force"), prune=not keeps)


def _thinned(call: Call, name: str, platforms: list[Platform]) -> list[Record]:
    """Remove platforms of an image; what is the last one that is here is left to ``docker rmi``."""
    engine = call.seat.engine
    assert isinstance(engine, Containerd)
    if not call.flag("force"):
        raise phrases.daemon_error(_SHARED)
    image_id, records = engine.resolve(sent(name)), list[Record]()
    for platform in platforms:
        here = [its for row, its in engine.manifests(image_id) if engine.content.complete(row)]
        if here == [platform]:
            raise NotSimulated(f"{call.path} --platform of the last platform")
        try:
            records += remove_platform(engine, image_id, platform)
        except UnknownImage:
            raise _lacking(engine, name, platform) from None
    return records


def _lacking(engine: Containerd, name: str, platform: Platform) -> UnknownImage:
    """That the image has nothing for it; the daemon calls that an image which is not found."""
    image_id, meant = engine.resolve(name), Reference(name).with_default_tag()
    names = [meant, *engine.names.of(image_id)][engine.names.get(meant) is None :]
    words = no_platform(names[0].familiar if names else str(image_id), "")
    error = UnknownImage(f"failed to delete platform {platform} for image {image_id}: {words}", "")
    error.subject = "part"
    return error


def _told(records: list[Record]) -> str:
    """One line for each name and each piece of content that went."""
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
    if isinstance(error, CommandError | NotSimulated):
        return phrases.failure(error)
    if isinstance(error, UnknownImage) and error.subject == "part":
        return phrases.daemon_error(str(error))
    return voice_of(call.seat.engine).refusal("", error)


COMMAND = Command(
    "rmi",
    ANY,
    rmi,
    simulated=frozenset({"force", "no-prune", "platform"}),
    hidden=(Flag("platform", kind="strings", api="1.50"),),
)
