"""``docker history``: the steps that made an image, the last one first.

CLI 28.2.2 ``cli/command/image/formatter_history.go``; daemon 20.10.24
``daemon/images/image_history.go``.
"""

from __future__ import annotations

from collections.abc import Iterator

from labsim.docker import rows
from labsim.docker.grammar import Call, Command, Count
from labsim.docker.help import Flag
from labsim.docker.phrases import daemon_error, daemon_fault
from labsim.docker.sent import sent
from labsim.docker.units import created_at_rfc3339, created_since, human_size
from labsim.errors import InvalidReference
from labsim.timestamp import unix_us

TYPE_CHECKING = False
if TYPE_CHECKING:
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
    try:
        image = call.seat.engine.image(name)
    except InvalidReference as error:
        raise daemon_error(daemon_fault(error)) from None
    found = [_row(call, step) for step in steps(image)]
    call.out(_listed(call, found))
    return 0


def steps(image: Image) -> Iterator[dict[str, object]]:
    """``GET /images/{name}/history``; an image that does not tell has no rows."""
    sizes = [layer.files_size for layer in image.layers]
    for number, step in enumerate(reversed(image.config.history)):
        yield {
            "Id": MISSING if number else str(image.id),
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
    return rows.templated(form, contexts, _TITLES)


COMMAND = Command(
    "history",
    Count(1, 1),
    history,
    simulated=frozenset({"format", "human", "no-trunc", "quiet"}),
    hidden=(Flag("platform", kind="string", api="1.48"),),
    looks=True,
)
