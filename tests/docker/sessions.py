"""Command lines for a laptop that holds the images of :mod:`tests.docker.stacked`.

They are run by a real daemon (``python -m tools.record_daemon`` keeps what it said) and by the lab.
Each session begins with those images and nothing else.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

__all__ = ["ARCHIVE", "SAVED", "SESSIONS", "without_places", "words_of"]

#: The file that holds the images, where the commands are typed.
ARCHIVE = "stack.tar"

#: Archives whose bytes are compared; of several images the daemon picks the order at random.
SAVED = (
    "save base:1",
    "save shop/app:1 shop/app:latest",
    "save shop/app",
    "save alone:1",
    "save 693602a9689c",
    "save localhost:5000/app:1",
)
#: Name → lines; ``sessions.txt`` holds them.
SESSIONS: dict[str, list[str]] = {}
for _line in (Path(__file__).parent / "sessions.txt").read_text(encoding="utf-8").splitlines():
    if _line.startswith("# "):
        SESSIONS[_line[2:]] = []
    elif _line:
        [*SESSIONS.values()][-1].append(_line)


def words_of(line: str) -> list[str]:
    """A line as a shell gives it to docker."""
    return shlex.split(line)


def without_places(text: str) -> str:
    """Without what depends on where a daemon keeps things, and how (the recorded one: ``vfs``)."""
    text = re.sub(r"http://%2F\S+docker.sock", "http://%2Fdocker.sock", text)
    text = re.sub(r"/\S+/docker-import-\d+/", "/docker-import/", text)
    text = re.sub(r'"GraphDriver": \{.*?"Name": "\w+"\n', '"GraphDriver": {', text, flags=re.DOTALL)
    return re.sub(r'"GraphDriver":\{.*?"Name":"\w+"', '"GraphDriver":{', text)
