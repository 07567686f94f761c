"""A session of ``RUN`` lines and of what the legacy builder leaves on its way, for both daemons.

The base is Debian's busybox with a few links, imported as ``bb:1``; for ours it is a file as large.
``python -m tools.record_runs`` records what daemon 20.10.24 said; ids are numbered as they come, so
that what is told of one image stays told of one.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

from labsim.archive import directory, file, symlink, tar
from labsim.image import Config, History, Image, Layer

__all__ = [
    "BUSYBOX_SIZE",
    "LINKS",
    "SESSION",
    "TRANSCRIPT",
    "Typed",
    "base",
    "numbered",
    "recorded",
]

TRANSCRIPT = Path(__file__).with_name("runs.jsonl")
#: Of busybox-static 1:1.35.0-4+deb12u1.
BUSYBOX_SIZE = 1_982_256
LINKS = ("sh", "ls", "echo", "cat", "touch", "mkdir", "rm", "true", "false", "printf", "sleep")

_RUNS = """\
FROM bb:1
ARG V=1
RUN echo hi
RUN echo one > /one
RUN mkdir -p /a/b && touch /a/b/c
RUN rm /one
RUN true
RUN printf 'x\\ny\\n'
ENV A=1
RUN echo $A $V >> /two && cat /two
RUN cd /a && echo q > q
WORKDIR /w
RUN touch t
RUN rm -rf /a
RUN echo err >&2
RUN ["/bin/sh", "-c", "echo json > /json"]
RUN false || echo or
RUN test -f /two && echo there
RUN test -d /nosuch || echo away
CMD ["sh"]
"""
_FAILS = "FROM bb:1\nENV B=1\nRUN echo before && exit 3\nRUN echo never\n"
_FALSE = "FROM bb:1\nRUN set -e; false; echo never\n"
_MOUNTS = """\
FROM bb:1
RUN --mount=type=cache,target=/c touch /c/x && echo kept > /kept
RUN --mount=type=tmpfs,target=/t touch /t/x
RUN --mount=type=bind,target=/src echo bound
RUN --mount=type=secret,id=word touch /z
"""
_SHELLESS = "FROM scratch\nCOPY word /x\nRUN echo hi\n"
_MISSING = """\
FROM bb:1
RUN rm -f /nosuch
RUN rm /nosuch || echo or
RUN mkdir /a && cd /a && rm ./nosuch
"""
_FOLDER = "FROM bb:1\nRUN mkdir /d && rm -f /d\n"
_KEPT = "FROM bb:1\nENV C=1\nENV C=2\nENV C=3\n"
_NEEDS = "FROM bb:1\nRUN --mount=type=secret,id=nosuch,required true\n"
_ROW = "{{.ID}}|{{.CreatedBy}}|{{.Size}}|{{.Comment}}"


class Typed(NamedTuple):
    """A line, after this Dockerfile was written (empty: the one before stays)."""

    words: tuple[str, ...]
    dockerfile: str = ""
    buildkit: bool = False


def _line(words: str, dockerfile: str = "", *, buildkit: bool = False) -> Typed:
    return Typed(tuple(words.split()), dockerfile, buildkit)


_HISTORY = ("history", "--no-trunc", "--format", _ROW)
SESSION = (
    _line("build -t runs:1 .", _RUNS),
    Typed((*_HISTORY, "runs:1")),
    _line("images --no-trunc -aq"),
    _line("images --no-trunc -q"),
    _line("build -t runs:2 ."),
    _line("rmi runs:1"),
    _line("tag bb:1 kept:1"),
    _line("rmi bb:1"),
    _line("rmi runs:2"),
    _line("tag kept:1 bb:1"),
    _line("images --no-trunc -aq"),
    _line("build -t fails ."),
    _line("build -t fails .", _FAILS),
    _line("images --no-trunc -aq"),
    _line("images --no-trunc -q"),
    _line("images --no-trunc -q -f dangling=true"),
    _line("build .", _FALSE),
    _line("image prune -f"),
    _line("images --no-trunc -aq"),
    _line("build -t runs:3 .", _RUNS, buildkit=True),
    Typed((*_HISTORY, "runs:3")),
    _line("images --no-trunc -aq"),
    _line("build .", _FAILS, buildkit=True),
    _line("build -t mounts --secret id=word,src=word .", _MOUNTS, buildkit=True),
    Typed((*_HISTORY, "mounts")),
    _line("build .", _NEEDS, buildkit=True),
    _line("build .", _SHELLESS),
    _line("build .", _SHELLESS, buildkit=True),
    _line("build .", _MISSING),
    _line("build .", _MISSING, buildkit=True),
    _line("build .", _FOLDER),
    _line("build .", _FOLDER, buildkit=True),
    _line("build -t kept:2 .", _KEPT),
    _line("history -q --no-trunc kept:2"),
    _line("info --format {{.Images}}"),
    _line("rmi --no-prune kept:2"),
    _line("images --no-trunc -q -f dangling=true"),
    _line("info --format {{.Images}}"),
)


def base() -> Image:
    """The image that the session begins with, as ``docker import`` makes it."""
    members = [directory("bin/"), file("bin/busybox", bytes(BUSYBOX_SIZE), mode=0o755)]
    members += [symlink(f"bin/{name}", "busybox") for name in sorted(LINKS)]
    layer = Layer.of(tar(members))
    row = History("2025-01-01T00:00:00Z", "", comment="Imported from -")
    return Image(Config.make([layer.diff_id], created=row.created, history=[row]), [layer])


def recorded() -> list[dict[str, str]]:
    """What the real daemon said, line by line."""
    return [json.loads(row) for row in TRANSCRIPT.read_text(encoding="utf-8").splitlines()]


_ID = re.compile(r"(?:sha256:)?\b([0-9a-f]{64}|[0-9a-f]{12})\b")
_TIMES = (
    (re.compile(r"(?m)^#\d+ sha256:[0-9a-f]{64}\n"), ""),
    (re.compile(r"(?s)^DEPRECATED: .*?\n\n"), ""),
    (
        re.compile(
            r"(?m)^#\d+ (exporting layers|writing image sha256:[0-9a-f]+|transferring \w+:)\n"
        ),
        "",
    ),
    (re.compile(r" \d+\.\d+s done"), " done"),
    (re.compile(r"DONE \d+\.\d+s"), "DONE #"),
    (re.compile(r"(?m)^#(\d+) \d+\.\d+ "), r"#\1 # "),
    (re.compile(r"transferring (\w+): \S+"), r"transferring \1: #"),
    (re.compile(r"(Sending build context to Docker daemon +)\S+\s+"), r"\1#\n"),
)


def numbered(texts: list[str]) -> list[list[str]]:
    """Texts without what a clock or a file system decides, and with ids as they first come."""
    known: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f"<{known.setdefault(found[1][:12], len(known) + 1)}>"

    return [_told(_ID.sub(number, _timeless(text))) for text in texts]


def _timeless(text: str) -> str:
    for pattern, instead in _TIMES:
        text = pattern.sub(instead, text)
    return text


def _told(text: str) -> list[str]:
    """Blocks of what runs side by side, and images of one second, come in any order."""
    if re.fullmatch(r"(<\d+>\n)+", text):
        return sorted(text.split())
    if not text.startswith("#"):
        return [text.strip()]
    blocks = re.split(r"\n(?=\n?#\d+ \[|\n?#\d+ exporting)", text)
    return sorted(re.sub(r"(?m)^#\d+ ", "# ", block.strip()) for block in blocks)
