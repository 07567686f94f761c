"""Images to list, for us and for the real CLI alike."""

from __future__ import annotations

import time

from labsim.engine.classic import ImageSummary
from tests.docker.seat import BareSeat

_SECOND = 1_000_000
#: Names, and an age in seconds that no slow machine moves into the next unit.
LISTED = [
    (("golang:1.24", "golang:latest"), 90 * 86_400),
    (("alice/app:v1",), 5 * 86_400),
    ((), 20 * 86_400),
    (("localhost:5000/team/a-rather-long-name:1.2.3",), 800 * 86_400),
    (("undated:1",), None),
]
#: Go's zero time, which daemon 20.10 sends for a config that does not say when.
_NEVER = "0001-01-01T00:00:00Z"


def listed(now_s: int) -> BareSeat:
    """A seat with those images."""
    seat = BareSeat(now_s * _SECOND)
    for names, age_s in LISTED:
        seat.image(*names, created=_NEVER if age_s is None else _written(now_s - age_s))
    return seat


def _written(moment_s: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment_s))


def summary(row: ImageSummary) -> dict[str, object]:
    """An image as ``GET /images/json`` of daemon 20.10 shows it."""
    dangling = [] if row.tags else ["<none>@<none>"]
    return {
        "Id": str(row.id),
        "ParentId": "",
        "RepoTags": [tag.familiar for tag in row.tags] or ["<none>:<none>"],
        "RepoDigests": [name.familiar for name in row.digests] or dangling,
        "Created": row.created_us // _SECOND,
        "Size": row.size,
        "VirtualSize": row.size,
        "SharedSize": -1,
        "Containers": -1,
        "Labels": row.labels or None,
    }
