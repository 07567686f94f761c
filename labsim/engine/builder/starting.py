"""Whether what a ``RUN`` would start is there.

Only of a stage that began with ``scratch`` are all the files known.  A base is taken to have every
program: the files of the catalogue's images are a handful, made up.

Source: runc ``libcontainer/standard_init_linux.go``; verified against daemon 20.10.24.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import dirname, normpath

from labsim.archive.reading import DIRECTORY, SYMLINK
from labsim.engine.builder.tree import Tree

__all__ = ["not_started"]

#: Links that lead from link to link; a circle is longer than any honest chain.
_MOST_LINKS = 40


def not_started(words: Sequence[str], tree: Tree, env: Mapping[str, str]) -> str:
    """Why a container cannot start this program, in runc's words; nothing: it can."""
    if not tree.whole or not words:
        return ""
    program = words[0]
    if "/" in program:
        there = _is_file(tree, program)
        return "" if there else f'exec: "{program}": stat {program}: no such file or directory'
    places = env.get("PATH", "").split(":")
    if any(_is_file(tree, f"{place}/{program}") for place in places):
        return ""
    return f'exec: "{program}": executable file not found in $PATH'


def _is_file(tree: Tree, path: str) -> bool:
    """Whether a file is there, whichever links lead to it."""
    left, at = normpath(f"/{path}").strip("/").split("/"), ""
    for _ in range(_MOST_LINKS + len(left)):
        if not left:
            return at in tree and tree[at].kind != DIRECTORY
        at = f"{at}/{left.pop(0)}".lstrip("/")
        node = tree.get(at)
        if node is None:
            return False
        if node.kind == SYMLINK:
            led = normpath(f"/{dirname(at)}/{node.link}" if node.link[:1] != "/" else node.link)
            left, at = [part for part in led.split("/") if part] + left, ""
    return False
