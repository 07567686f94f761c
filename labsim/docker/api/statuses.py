"""The status that goes with a sentence: moby's error classes (``errdefs``), told by the words.

A line that is typed ends in words, and the CLI decides by the status: at 404 ``docker run`` pulls,
and ``docker rmi -f`` succeeds.  Each row was recorded from daemon 20.10.24.
"""

from __future__ import annotations

import re

__all__ = ["NOT_SIMULATED", "status_for"]

#: HTTP's word for what this daemon does not do.
NOT_SIMULATED = 501
_ROWS: tuple[tuple[str, int], ...] = (
    (r"labsim: .* not simulated", NOT_SIMULATED),
    (r"(?:no|No) such ", 404),
    (r"pull access denied for ", 404),
    (r"(?:manifest|repository) for \S+ not found: |repository \S+ not found: ", 404),
    (r"manifest unknown", 404),
    (r"network \S+ not found", 404),
    (r"(?:\S+ .*: )?image with reference \S+ was found but does not provide ", 404),
    (r"Content will be removed from all images ", 400),
    (r"conflict: ", 409),
    (r"'scratch' is a reserved name", 403),
    (r"(?:.*: )?unauthorized: ", 401),
    (r"[Ii]nvalid filter ", 400),
    (r"invalid reference format|invalid checksum digest|unsupported digest algorithm", 400),
    (r"refusing to create an ambiguous tag", 400),
    (r"[Ll]imit -?\d+ is outside the range", 400),
)


def status_for(sentence: str) -> int:
    """The status of a refusal in these words.

    >>> status_for("No such image: golang:latest"), status_for("reference does not exist")
    (404, 500)
    """
    return next((status for words, status in _ROWS if re.match(words, sentence)), 500)
