"""``docker history``: the steps that made an image, the last one first.

CLI 28.2.2 and 29.7 ``cli/command/image/formatter_history.go``; daemon 20.10.24
``daemon/images/image_history.go``, 29.7 ``daemon/containerd/image_history.go``.
"""

from __future__ import annotations

from collections.abc import Iterator

from labsim.docker import rows
from labsim.docker.commands.push import platform_of
from labsim.docker.grammar import Call, Command, Count
from labsim.docker.help import Flag
from labsim.docker.sent import sent
from labsim.docker.units import created_at_rfc3339, created_since, human_size
from labsim.docker.voices import voice_of
from labsim.engine.lineage import ancestors
from labsim.errors import LabError
from labsim.timestamp import unix_us

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import ImageID
    from labsim.engine.engine import Engine
    from labsim.image import Image

__all__ = ["COMMAND", "steps"]

MISSING = "<missing>"
_TITLES = {
    "ID": "IMAGE",
    "CreatedSince": "CREATED",
    "CreatedAt": "CREATED AT",
    "CreatedBy": "CREATED BY",
    "Size": "SIZE",
    "Comment": "COMMENT",
}
_PRIVATE = ("h", "human", "trunc")
#: CREATED BY is cut to so many characters, the last one an ellipsis.
_WIDTH = 45


def history(call: Call) -> int:
    """Print one row for each step of the config's history."""
    name = sent(call.arguments[0], "history")
    engine, platform = call.seat.engine, platform_of(call, "invalid platform: ")
    try:
        image_id = engine.resolve(name)
    except LabError as error:
        raise voice_of(engine).refusal(name, error) from None
    try:
        image = engine.image(image_id, platform)
    except LabError as error:
        raise voice_of(engine).refusal(_called(engine, name, image_id), error) from None
    found = [_row(call, step) for step in steps(engine, image_id, image)]
    call.out(_listed(call, found))
    return 0


def _called(engine: Engine, name: str, image_id: ImageID) -> str:
    """An image as the daemon calls it: by a name that it has, or else by its id."""
    names = [one for one in engine.names.of(image_id) if one.matches(name)]
    names += engine.names.of(image_id)
    return names[0].familiar if names else str(image_id)


def steps(engine: Engine, image_id: ImageID, image: Image) -> Iterator[dict[str, object]]:
    """``GET /images/{name}/history``; an image that does not tell has no rows."""
    told = sum(not step.empty_layer for step in image.config.history)
    # Rows go with layers from the lowest on, and a base may tell of fewer than it has.
    sizes = [engine.disk_size(layer) for layer in image.layers[:told]]
    ids = iter((image_id, *ancestors(engine, image_id)))
    for step in reversed(image.config.history):
        yield {
            "Id": str(next(ids, MISSING)),
            "Created": unix_us(step.created) // 1_000_000,
            "CreatedBy": step.created_by,
            "Tags": None,
            "Size": 0 if step.empty_layer else sizes.pop(),
            "Comment": step.comment,
        }


def _row(call: Call, step: dict[str, object]) -> rows.Fields:
    short, human = not call.flag("no-trunc"), _human(call)
    at_us, size, name = (
        int(str(step["Created"])) * 1_000_000,
        int(str(step["Size"])),
        str(step["Id"]),
    )
    by = str(step["CreatedBy"]).replace("\t", " ")
    moment = created_at_rfc3339(at_us)
    return {
        "ID": name[7:19] if short and name != MISSING else name,
        "CreatedAt": moment,
        "CreatedSince": (created_since(at_us, call.seat.now) or "N/A") if human else moment,
        "CreatedBy": f"{by[: _WIDTH - 1]}…" if short and len(by) > _WIDTH else by,
        "Size": human_size(size) if human else str(size),
        "Comment": step["Comment"],
    }


def _human(call: Call) -> bool:
    return "human" not in call.options or call.flag("human")


def _listed(call: Call, found: list[rows.Fields]) -> str:
    form = call.value("format")
    if form in ("", "table"):
        if call.flag("quiet"):
            return "".join(f"{row['ID']}\n" for row in found)
        age = "CreatedSince" if _human(call) else "CreatedAt"
        return rows.table(_TITLES, ("ID", age, "CreatedBy", "Size", "Comment"), found)
    contexts = [rows.context("*image.historyContext", row, _PRIVATE) for row in found]
    return rows.templated(form, contexts, _TITLES, voice_of(call.seat.engine).CLI)


COMMAND = Command(
    "history",
    Count(1, 1),
    history,
    simulated=frozenset({"format", "human", "no-trunc", "platform", "quiet"}),
    hidden=(Flag("platform", kind="string", api="1.48"),),
    looks=True,
)
