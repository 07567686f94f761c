"""``RUN`` without a machine: a command line is cut as a shell would, and each part looked up.

Commands of the table leave made-up files (:mod:`~labsim.engine.builder.effects`); ``echo … >``,
``touch``, ``mkdir`` and ``rm`` do to the files what they say.  Whatever else there is changes
nothing, and the output says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import chain
from posixpath import basename
from typing import NamedTuple

from labsim.archive import Member, Tar, directory, file, tar, whiteout
from labsim.archive.ustar import Piece, placed
from labsim.dockerfile import expand
from labsim.engine.builder.copying import absolute
from labsim.engine.builder.effects import ROWS, Made, Row, made_up, place_of, recipe
from labsim.engine.builder.tree import Tree
from labsim.errors import InvalidDockerfile

__all__ = ["NOTHING", "Ran", "run"]

NOTHING = "labsim: nothing is known of what this leaves behind; it is taken to change no file"
_QUIET = (":", "true", "set", "export", "cd", "test", "[", "sleep", "exit", "ulimit", "umask")
_CUT = re.compile(
    r"""'[^']*'|"(?:[^"\\]|\\.)*"|\\.|&&|\|\||[;|&\n]|>>?|[^\s'"\\;&|>]+|\s+|.""", re.S
)
_FLAGS_WITH_VALUES = ("-o", "--output", "-O", "--output-document", "-C", "--prefix")


class Ran(NamedTuple):
    """What came of it: the layer, what it printed, and how long it took."""

    layer: Tar | None
    output: tuple[str, ...]
    us: int
    made: tuple[Made, ...] = ()


class _Shell:
    """The state between the parts of one command line."""

    def __init__(self, tree: Tree, working_dir: str, env: Mapping[str, str]) -> None:
        self.tree, self.env = tree, env
        self.dir = working_dir or "/"
        self.made: list[Made] = []
        self.wrote: dict[str, Member] = {}
        self.gone: dict[str, None] = {}
        self.output: list[str] = []
        self.seconds = 0.1

    # -- one command -------------------------------------------------------------------------------

    def command(self, words: list[str], into: str, append: bool) -> None:
        """Do one command of the line; ``into`` is the file after ``>``."""
        bare = [word for word in words if word not in ("sudo", "exec", "command", "time", "env")]
        while bare and re.fullmatch(r"[A-Za-z_]\w*=.*", bare[0], re.S):
            del bare[0]
        if not bare:
            return
        name = basename(bare[0])
        known = getattr(self, f"_{name}", None)
        if name in ("touch", "mkdir", "rm", "echo", "cd", "printf"):
            known(bare[1:], into, append) if known else self._echo(bare[1:], into, append)
        elif name not in _QUIET:
            self._looked_up(bare)

    def _looked_up(self, words: list[str]) -> None:
        row = _row(words)
        if row is None:
            if words[0] not in ("apt-get", "apt", "npm", "yarn") or words[1:2] not in (
                ["clean"], ["autoclean"], ["autoremove"], ["cache"],
            ):  # fmt: skip
                self.output.append(f"{NOTHING}: {words[0]}")
            return
        self.seconds += row.seconds
        sign = place_of(row)
        place = self._out(words, row) if sign == "{out}" else self._path(".") if sign else ""
        if sign == "{out}" and not place:
            self.output.append(f"labsim: {words[0]} writes to its output here, and to no file")
            return
        made = Made(row.name, place)
        if made not in self.made:
            self.made.append(made)
        if row.says:
            self.output.append(row.says)

    def _out(self, words: list[str], row: Row) -> str:
        """The file that the command writes: what ``-o`` names, or what it is called otherwise."""
        for flag in ("-o", "--output", "-O", "--output-document"):
            if flag in words[:-1] and not words[words.index(flag) + 1].startswith("http"):
                named = words[words.index(flag) + 1]
                if named.endswith("/") or named in (".", ".."):
                    named = f"{named.rstrip('/')}/app"
                return self._path(named)
        if row.name != "curl":
            return self._path("app" if row.name == "go-build" else "a.out")
        url = next((word for word in words if "://" in word), "")
        keeps = basename(words[0]) == "wget" or any(word in ("-O", "-LO", "-OL", "--remote-name",
            "-sSLO", "-fsSLO", "-sLO", "-SLO") for word in words)  # fmt: skip
        return self._path(basename(url.rstrip("/")) or "index.html") if url and keeps else ""

    def _path(self, name: str) -> str:
        return absolute(name, self.dir).rstrip("/")

    # -- commands that do what they say ------------------------------------------------------------

    def _cd(self, words: list[str], into: str, append: bool) -> None:
        if words:
            self.dir = "/" + self._path(words[0])

    def _echo(self, words: list[str], into: str, append: bool) -> None:
        newline = "" if words[:1] == ["-n"] else "\n"
        text = " ".join(words[1:] if words[:1] in (["-n"], ["-e"]) else words) + newline
        if into:
            self._write(into, text.encode(), append)
        else:
            self.output += text.rstrip("\n").split("\n")

    def _touch(self, words: list[str], into: str, append: bool) -> None:
        for name in _names(words):
            self._write(name, b"", append=True)

    def _write(self, name: str, content: bytes, append: bool) -> None:
        path = self._path(name)
        if append and path in self.wrote:
            content = bytes(self.wrote[path].content) + content
        elif append and path in self.tree and path not in self.gone:
            content = bytes(self.tree[path].content) + content
        self.wrote[path] = file(path, content)
        self.gone.pop(path, None)

    def _mkdir(self, words: list[str], into: str, append: bool) -> None:
        for name in _names(words):
            path = self._path(name)
            parts = path.split("/")
            for depth in range(1, len(parts) + 1):
                folder = "/".join(parts[:depth])
                if folder and not self.tree.is_folder(folder):
                    self.wrote.setdefault(folder, directory(folder))

    def _rm(self, words: list[str], into: str, append: bool) -> None:
        for name in _names(words):
            self._remove(self._path(name))

    def _remove(self, pattern: str) -> None:
        def hit(path: str) -> bool:
            return fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern.rstrip('*')}*")

        self.made = [one for one in self.made if not hit(recipe((one,)).files[0][0]) or not pattern]
        for path in [path for path in self.wrote if _under(path, pattern)]:
            del self.wrote[path]
        for path in sorted(self.tree):
            if _under(path, pattern) and not any(path.startswith(f"{top}/") for top in self.gone):
                self.gone[path] = None

    # -- the layer ---------------------------------------------------------------------------------

    @property
    def layer(self) -> Tar | None:
        """All of it as one layer; ``None`` when no file changed."""
        own = [self.wrote[path] for path in sorted(self.wrote)]
        own += [whiteout(path) for path in self.gone if path not in self.wrote]
        if not self.made:
            return tar(own) if own else None
        packed = made_up(tuple(self.made))
        return _joined(packed.tar, own) if own else packed.tar


def _joined(made: Tar, own: Sequence[Member]) -> Tar:
    """A made-up archive with these members after its own; its bytes are hashed when asked for."""
    extra, size = placed(own)
    end = made.size - 1024
    entries = tuple(entry._replace(at=entry.at + end) for entry in extra)

    def pieces() -> chain[Piece]:
        *most, _ = made.pieces()
        return chain(most, tar(own).pieces())

    total = sum(entry.size for entry in extra) + made.files_size
    return Tar.streamed(pieces, end + size, None, lambda: (*made.entries, *entries), total)


def run(
    command: str, tree: Tree, *, working_dir: str = "", env: Mapping[str, str] | None = None
) -> Ran:
    """What a shell's command line would leave in these files."""
    shell = _Shell(tree, working_dir, env or {})
    for words, into, append in _commands(command, shell.env):
        shell.command(words, into, append)
    layer = shell.layer
    us = round(shell.seconds * 1_000_000)
    return Ran(layer, tuple(shell.output), us, tuple(shell.made))


def _commands(line: str, env: Mapping[str, str]) -> list[tuple[list[str], str, bool]]:
    """The commands of a line, with the file that each one's output goes to."""
    found: list[tuple[list[str], str, bool]] = []
    words: list[str] = []
    begun, arrow, into, append = False, False, "", False
    for piece in [*_CUT.findall(line), ";"]:
        if piece in ("&&", "||", ";", "|", "&", "\n"):
            found.append((words, into, append))
            words, into, arrow, begun = [], "", False, False
        elif piece in (">", ">>"):
            if words and words[-1] in ("1", "2") and begun:
                words.pop()
            arrow, append, begun = True, piece == ">>", False
        elif piece.isspace():
            begun = False
        elif arrow:
            into, arrow = _filled(piece, env), False
        elif begun:
            words[-1] += _filled(piece, env)
        else:
            words.append(_filled(piece, env))
            begun = True
    return [one for one in found if one[0]]


def _filled(word: str, env: Mapping[str, str]) -> str:
    try:
        return expand(word, env)
    except InvalidDockerfile:  # a form that only a shell knows
        return word


def _row(words: Sequence[str]) -> Row | None:
    """The row that a command belongs to: its first words, flags aside."""
    said = " ".join([basename(words[0]), *(word for word in words[1:] if word[:1] != "-")]) + " "
    whole = " ".join(words) + " "
    for row in ROWS.values():
        for start in row.starts.split("|"):
            if start == "yarn" and said != "yarn ":
                continue
            if said.startswith(f"{start} ") or whole.startswith(f"{start} "):
                return row
    return None


def _names(words: Sequence[str]) -> list[str]:
    return [word for word in words if word[:1] != "-"]


def _under(path: str, pattern: str) -> bool:
    """Whether a pattern names a path, or a folder that it is in; ``*`` stops at a slash."""
    parts, wanted = path.split("/"), pattern.split("/")
    if len(parts) < len(wanted):
        return False
    return all(map(fnmatchcase, parts, wanted))
