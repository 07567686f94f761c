"""The words after ``labsim inspect``, and what becomes of them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NoReturn, TextIO

from labsim.doors.layouts import inspect
from labsim.doors.layouts.inspecting import LAYER_LIMIT
from labsim.errors import LabError
from labsim.lab.quantity import byte_count
from labsim.terminal.inspection.document import document
from labsim.terminal.inspection.text import report
from labsim.terminal.inspection.thresholds import Thresholds, broken
from labsim.terminal.inspection.verdicts import sentences
from labsim.terminal.inspection.words import printable

__all__ = ["HELP", "run"]

_GOOD, _BROKEN, _UNREADABLE = 0, 1, 2

HELP = """\
Usage:  labsim inspect [OPTIONS] FILE...

What the images in files consist of, what of it later layers hide, and what several images share.
FILE is an archive of docker save, podman save or skopeo, or an OCI layout, in a tar or a folder;
packed as a whole or not, or a pipe: docker save app | labsim inspect /dev/stdin

  --platform OS/ARCH     only images for this platform (all are shown otherwise)
  --files                every file of every layer, and every hidden one
  --json                 the same as JSON; docs/inspect.md says what each key means
  --limit SIZE           refuse a layer that unpacks to more (16GB)

Thresholds, each for every image by itself:

  --max-wasted SIZE      bytes of files that later layers hide
  --min-efficiency RATIO the part of the files' bytes that a container sees, from 0 to 1
  --max-size SIZE        bytes of files in all layers: Docker's SIZE
  --max-layers COUNT     layers

Exit code: 0, or 1 where a threshold is not kept (the files to blame are on stderr), or 2 where
a file cannot be read or is not what it says.  SIZE is written like 500, 20kB, 1.5MB or 2GB.
"""


def run(words: Sequence[str], out: TextIO, err: TextIO) -> int:
    """Do what is typed; the exit code."""
    if {"-h", "--help"} & set(words):
        out.write(HELP)
        return _GOOD
    try:
        wish = _parser().parse_intermixed_args(words)
        thresholds = Thresholds(
            wish.max_wasted, wish.min_efficiency, wish.max_size, wish.max_layers
        )
        archives = [
            inspect(path, platform=wish.platform, limit=wish.limit) for path in wish.files_given
        ]
    except LabError as error:
        err.write(f"labsim inspect: {printable(str(error))}\n")
        return _UNREADABLE
    failed = broken(archives, thresholds)
    if wish.json:
        out.write(document(archives, failed, files=wish.files))
    else:
        out.write(report(archives, files=wish.files))
    out.flush()
    err.write(sentences(failed))
    return _BROKEN if failed else _GOOD


class _Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong with the words; the pages are written by hand."""

    def error(self, message: str) -> NoReturn:
        raise LabError(f"{message} (labsim inspect --help)")


def _parser() -> _Parser:
    parser = _Parser(prog="labsim inspect", add_help=False, allow_abbrev=False)
    parser.add_argument("files_given", metavar="FILE", nargs="+")
    parser.add_argument("--platform", default="")
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--limit", type=_size, default=LAYER_LIMIT)
    parser.add_argument("--max-wasted", type=_size)
    parser.add_argument("--min-efficiency", type=_ratio)
    parser.add_argument("--max-size", type=_size)
    parser.add_argument("--max-layers", type=_count)
    return parser


def _size(text: str) -> int:
    try:
        return byte_count(text)
    except (LabError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number of bytes: write it like 500, 20kB or 1.5MB"
        ) from None


def _ratio(text: str) -> Fraction:
    if not re.fullmatch(r"0?\.\d{1,9}|0|1(\.0{1,9})?", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is no ratio from 0 to 1: write it like 0.95")
    return Fraction(text)


def _count(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of layers")
    return int(text)
