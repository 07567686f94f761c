"""``labsim fsck DIR``: whether every byte of a store matches its name.

Exit codes, as of ``cmp``: 0 all is well, 1 something is wrong, 2 it cannot be looked at.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from labsim.blob import size_text
from labsim.errors import LabError

__all__ = ["main"]

WELL, WRONG, UNREADABLE = 0, 1, 2


def main(words: Sequence[str]) -> int:
    """Read the whole store and say what was found; the exit code."""
    wish = _parser().parse_args(words)
    try:
        return _look(wish.folder, repairs=wish.repair)
    except LabError as fault:
        sentence = str(fault)
    except OSError as fault:
        sentence = f"{fault.filename or wish.folder} cannot be read: {fault.strerror}"
    print(f"labsim fsck: {sentence}", file=sys.stderr)
    return UNREADABLE


def _look(folder: str, *, repairs: bool) -> int:
    from labsim.doors.disk import check, repair

    checked = check(folder)
    for finding in checked.findings:
        print(finding.sentence)
    for moved in repair(folder, checked.findings) if repairs else ():
        print(moved)
    what = f"{checked.contents} contents with {size_text(checked.size)}"
    wrong = len(checked.findings)
    print(f"{what} read: " + _verdict(wrong))
    return WRONG if wrong else WELL


def _verdict(wrong: int) -> str:
    if not wrong:
        return "all is well"
    return f"{wrong} things are wrong" if wrong > 1 else "1 thing is wrong"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "labsim fsck",
        description="Read every byte of a store and compare it with its name.",
        epilog="Exit codes: 0 all is well, 1 something is wrong, 2 it cannot be looked at.",
        allow_abbrev=False,
    )
    parser.add_argument("folder", metavar="DIR", help="the folder that labsim serve --store names")
    parser.add_argument(
        "--repair",
        action="store_true",
        help="move damaged contents to labsim/damaged/, so that they can be pushed again",
    )
    return parser
