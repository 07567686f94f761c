"""One session of builds, for the real builders and for ours: what is typed, edited and printed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

__all__ = ["DOCKERFILE", "FILES", "SESSION", "TRANSCRIPT", "Build", "recorded", "settled"]

TRANSCRIPT = Path(__file__).with_name("session.jsonl")
DOCKERFILE = """\
FROM scratch AS files
ARG V=1
COPY app /app
WORKDIR /srv
FROM scratch
LABEL v=1
COPY a.txt *.md /texts/
COPY --from=files /app/main.py /main.py
ENV A=1
EXPOSE 80
CMD ["/main.py"]
"""
FILES = {"a.txt": "a\n", "app/main.py": "print(1)\n", "notes.md": "# n\n", "Dockerfile": DOCKERFILE}


class Build(NamedTuple):
    """A line that is typed, after these files were written."""

    words: str
    edits: dict[str, str]


SESSION = (
    Build("-t demo/app:1 -t demo/app:2 .", {}),
    Build("-t demo/app:1 .", {}),
    Build(".", {"app/main.py": "print(2)\n"}),
    Build("-t demo/app:1 .", {"Dockerfile": DOCKERFILE.replace("v=1", "v=2")}),
    Build("--target files .", {}),
    Build("--label who=me -q .", {}),
    Build(".", {"Dockerfile": "FROM scratch\nCOPY nothing /\n"}),
    Build(".", {"Dockerfile": "FROM scratch\nENV A\n"}),
)


def recorded(builder: str) -> list[dict[str, str]]:
    """What the real builder printed, line by line of the session."""
    rows = map(json.loads, TRANSCRIPT.read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row["builder"] == builder]


_BLOCK = re.compile(r"(?m)^#\d+ ")
_CHANGING = (
    (re.compile(r"(?m)^#\d+ sha256:[0-9a-f]{64}\n"), ""),  # later clients do not print it
    # what has only begun is printed when it takes a while
    (
        re.compile(
            r"(?m)^#\d+ (exporting layers|writing image sha256:[0-9a-f]+|transferring \w+:)\n"
        ),
        "",
    ),
    # what took time says how long; what took none says nothing
    (re.compile(r"(?m)^(#\d+ .*?)( \d+\.\d+s)? done$"), r"\1 done"),
    (re.compile(r"DONE \d+\.\d+s"), "DONE #"),
    (re.compile(r"transferring context: \S+"), "transferring context: #"),  # fsutil's own bytes
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:#"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "#"),
    (re.compile(r"(?s)^DEPRECATED: .*?\n\n"), ""),
)


def settled(text: str) -> list[str]:
    """Output without ids and durations; BuildKit's blocks in the order of their headings.

    BuildKit numbers and prints what runs side by side in the order in which it happens.
    """
    for pattern, word in _CHANGING:
        text = pattern.sub(word, text)
    if not text.startswith("#"):
        return text.splitlines()
    blocks = re.split(r"\n(?=\n?#\d+ \[|\n?#\d+ exporting)", text)
    return sorted(_BLOCK.sub("# ", block.strip()) for block in blocks)
