"""What ``rm`` says of a file that it does not remove.

A base's own folders hold more than the few files that stand for them, so a file that is not there
is missing only where nothing made up could have it.

Source: coreutils 9 ``src/remove.c``; busybox 1.35 ``libbb/remove_file.c``, verified with it.
"""

from __future__ import annotations

from collections.abc import Iterable

from labsim.archive.reading import FILE
from labsim.engine.builder.tree import Tree

__all__ = ["directory_words", "flags_of", "may_hold", "missing_words"]

_SYSTEM = (
    "bin", "boot", "dev", "etc", "home", "lib", "lib64", "media", "mnt", "opt", "proc", "root",
    "run", "sbin", "srv", "sys", "tmp", "usr", "var",
)  # fmt: skip
_LONG = {"--force": "f", "--recursive": "r"}


def flags_of(words: Iterable[str]) -> set[str]:
    """The flags of a command line by their letters."""
    flags = [word for word in words if word[:1] == "-"]
    return {letter.lower() for flag in flags for letter in _LONG.get(flag, flag.strip("-"))}


def may_hold(tree: Tree, path: str, made: Iterable[str]) -> bool:
    """Whether a file that is not known may be there: in a base, or among ``made`` up ones."""
    top = path.partition("/")[0]
    if any(f"{path}/".startswith(f"{place}/") for place in made):
        return True
    return not tree.whole and (top in _SYSTEM or _made_up(tree, top))


def _made_up(tree: Tree, top: str) -> bool:
    """Whether a folder at the root has files of which nobody has the bytes."""
    return any(
        node.kind == FILE and node.tar is not None and not node.tar.held
        for name, node in tree.items()
        if name.startswith(f"{top}/")
    )


def missing_words(tree: Tree, name: str) -> str:
    """What is said of a file that is not there."""
    cannot = "can't" if "bin/busybox" in tree else "cannot"
    return f"rm: {cannot} remove '{name}': No such file or directory"


def directory_words(tree: Tree, name: str) -> str:
    """What is said of a folder without ``-r``."""
    if "bin/busybox" in tree:
        return f"rm: '{name}' is a directory"
    return f"rm: cannot remove '{name}': Is a directory"
