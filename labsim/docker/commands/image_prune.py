"""``docker image prune``: the images that have no tag go; with ``--all``, every one.

There are no containers in the lab, so no image is in use.  CLI 28.2.2
and 29.7 ``cli/command/image/prune.go``; daemon 20.10.24 ``daemon/images/image_prune.go``, 29.7
``daemon/containerd/image_prune.go``.
"""

from __future__ import annotations

from collections.abc import Iterator

from labsim.docker.filters import labels_match, values_by_name
from labsim.docker.grammar import Call, Command, Count
from labsim.docker.moments import until_us
from labsim.docker.questions import agreed
from labsim.docker.units import human_size
from labsim.docker.voices import voice_of
from labsim.engine.removal import Deleted, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.voices import Voice
    from labsim.engine.summary import ImageSummary

__all__ = ["COMMAND"]

DANGLING = "WARNING! This will remove all dangling images."
ALL = "WARNING! This will remove all images without at least one container associated to them."
_KNOWN = ("dangling", "label", "label!", "until")


def image_prune(call: Call) -> int:
    """Ask, remove, and tell what went and how many bytes came back."""
    if not call.flag("force") and not agreed(call, ALL if call.flag("all") else DANGLING):
        return 0
    engine = call.seat.engine
    voice = voice_of(engine)
    wanted = _filters(call, voice)
    held = engine.size
    chosen = list(_chosen(call, wanted, voice))
    records = [record for row in chosen for record in engine.prune(row.id)]
    if records:
        call.out(f"Deleted Images:\n{''.join(map(_line, records))}\n")
    call.out(f"Total reclaimed space: {human_size(held - engine.size, digits=4)}\n")
    return 0


def _filters(call: Call, voice: Voice) -> dict[str, list[str]]:
    wanted = values_by_name(call.values("filter"))
    if unknown := [name for name in wanted if name not in _KNOWN]:
        raise voice.bad_filter(unknown[0])
    wanted.setdefault("dangling", []).append("false" if call.flag("all") else "true")
    return wanted


def _chosen(call: Call, wanted: dict[str, list[str]], voice: Voice) -> Iterator[ImageSummary]:
    """What goes, the one created last first (the daemon's own order is random)."""
    everything = not voice.only_dangling(wanted["dangling"])
    before = until_us(wanted.get("until", []), call.seat.now)
    for row in call.seat.engine.images():
        if not everything and not voice.dangling(row):
            continue
        if before is not None and row.created_us > before:
            continue
        if labels_match(call.seat.engine, row.labels, wanted):
            yield row


def _line(record: Record) -> str:
    return f"{'deleted' if isinstance(record, Deleted) else 'untagged'}: {record.text}\n"


COMMAND = Command(
    "image_prune",
    Count(0, 0),
    image_prune,
    simulated=frozenset({"all", "filter", "force"}),
)
