"""``RUN`` without a machine: a command line is cut as a shell would, and each part looked up.

Commands of the table leave made-up files (:mod:`~labsim.engine.builder.effects`); ``echo … >``,
``touch``, ``mkdir`` and ``rm`` do to the files what they say.  Whatever else there is changes
nothing, and the output says so.  ``false`` and ``exit 3`` fail, ``test`` looks at the files, and
everything else succeeds: ``&&``, ``||`` and ``set -e`` go by that.

What is written below a mount stays there: no layer has it, only the folder that it is mounted on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import chain
from posixpath import basename
from typing import NamedTuple

from labsim.archive import Member, Tar, directory, file, tar, whiteout
from labsim.archive.reading import DIRECTORY, FILE
from labsim.archive.ustar import Piece, placed
from labsim.dockerfile.mounts import Mount
from labsim.engine.builder.commands import Command, commands, escaped
from labsim.engine.builder.copying import absolute
from labsim.engine.builder.effects import ROWS, Made, Row, made_up, place_of, recipe
from labsim.engine.builder.removing import directory_words, flags_of, may_hold, missing_words
from labsim.engine.builder.starting import not_started
from labsim.engine.builder.tree import Tree

__all__ = ["NOTHING", "Complaint", "Ran", "run", "started"]

NOTHING = "labsim: nothing is known of what this leaves behind; it is taken to change no file"
_QUIET = (":", "true", "export", "sleep", "ulimit", "umask")
_FLAGS_WITH_VALUES = ("-o", "--output", "-O", "--output-document", "-C", "--prefix")


class Ran(NamedTuple):
    """What came of it: the layer, what it printed, and how long it took."""

    layer: Tar | None
    output: tuple[str, ...]
    us: int
    made: tuple[Made, ...] = ()
    code: int = 0  #: what the command ended with


class Complaint(str):
    """A line on standard error."""

    __slots__ = ()


class _Shell:
    """The state between the parts of one command line."""

    def __init__(
        self, tree: Tree, working_dir: str, env: Mapping[str, str], mounts: Sequence[Mount]
    ) -> None:
        self.tree, self.env = tree, env
        self.dir = working_dir or "/"
        #: Where something is mounted.
        self.mounted = [self._path(mount.place) for mount in mounts if mount.place]
        self.secrets = [self._path(mount.place) for mount in mounts if mount.kind == "secret"]
        self.code, self.ended, self.strict = 0, False, False
        self.made: list[Made] = []
        self.wrote: dict[str, Member] = {}
        self.gone: dict[str, None] = {}
        self.output: list[str] = []
        self.seconds = 0.1

    # -- one command -------------------------------------------------------------------------------

    def line(self, parts: Sequence[Command]) -> None:
        """Do the commands of a line, as far as a shell would."""
        for number, (joint, words, into, append) in enumerate(parts):
            skipped = (joint == "&&" and self.code) or (joint == "||" and not self.code)
            if not skipped:
                self.code = 0
                self.command(words, into, append)
            following = parts[number + 1].joint if number + 1 < len(parts) else ""
            if self.ended or (self.strict and self.code and following not in ("&&", "||")):
                break

    def command(self, words: list[str], into: str, append: bool) -> None:
        """Do one command of the line; ``into`` is the file after ``>``."""
        bare = [word for word in words if word not in ("sudo", "exec", "command", "time", "env")]
        while bare and re.fullmatch(r"[A-Za-z_]\w*=.*", bare[0], re.S):
            del bare[0]
        if not bare:
            return
        name = basename(bare[0])
        known = _DONE.get(name)
        if known is not None:
            known(self, bare[1:], into, append)
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
        made = Made(row.name, place, tuple(self.mounted))
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

    def _exit(self, words: list[str], into: str, append: bool) -> None:
        given = words[0] if words else ""
        self.code = int(given) % 256 if given.isdecimal() else self.code
        self.ended = True

    def _false(self, words: list[str], into: str, append: bool) -> None:
        self.code = 1

    def _set(self, words: list[str], into: str, append: bool) -> None:
        flags = "".join(word[1:] for word in words if word[:1] == "-")
        self.strict |= "e" in flags.replace("pipefail", "") or "errexit" in words

    def _test(self, words: list[str], into: str, append: bool) -> None:
        kept = [word for word in words if word != "]"]
        wanted = kept[:1] != ["!"]
        kept = kept[not wanted :]
        if len(kept) == 2 and kept[0] in ("-e", "-f", "-d", "-n", "-z"):
            self.code = int(self._holds(*kept) is not wanted)

    def _holds(self, sign: str, word: str) -> bool:
        if sign in "-n-z":
            return bool(word) is (sign == "-n")
        path = self._path(word)
        if path in self.gone:
            return False
        folder = self.tree.is_folder(path) or self.wrote.get(path, _NO_FILE).kind == DIRECTORY
        there = folder or path in self.tree or path in self.wrote
        return {"-e": there, "-d": folder, "-f": there and not folder}[sign]

    def _cd(self, words: list[str], into: str, append: bool) -> None:
        if words:
            self.dir = "/" + self._path(words[0])

    def _echo(self, words: list[str], into: str, append: bool) -> None:
        newline = "" if words[:1] == ["-n"] else "\n"
        said = " ".join(words[1:] if words[:1] in (["-n"], ["-e"]) else words)
        self._say(escaped(said) if words[:1] == ["-e"] else said, newline, into, append)

    def _printf(self, words: list[str], into: str, append: bool) -> None:
        rest = iter(words[1:])
        form = escaped(words[0]) if words else ""
        text = re.sub(r"%([sd%])", lambda sign: "%" if sign[1] == "%" else next(rest, ""), form)
        self._say(text, "", into, append)

    def _cat(self, words: list[str], into: str, append: bool) -> None:
        for path in map(self._path, _names(words)):
            if any(f"{path}/".startswith(f"{place}/") for place in self.secrets):
                self.output.append("labsim: a secret is not shown")
            elif (content := self._content(path)) is not None:
                self._say(content.decode(errors="replace"), "", into, append=True)
            else:
                self.output.append(f"{NOTHING}: cat")

    def _content(self, path: str) -> bytes | None:
        """What is in a file, where it is known and short."""
        if path in self.wrote:
            return bytes(self.wrote[path].content)
        node = self.tree.get(path)
        if node is None or path in self.gone or node.kind != FILE or node.size > _SHORT:
            return None
        return None if node.tar is not None and not node.tar.held else bytes(node.content)

    def _say(self, text: str, newline: str, into: str, append: bool) -> None:
        """Print it, or write it into a file."""
        if into and into != "&2":
            self._write(into, (text + newline).encode(), append)
        elif text or newline:
            kind = Complaint if into else str
            self.output += map(kind, text.removesuffix("\n").split("\n"))

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
        flags = flags_of(words)
        for name in _names(words):
            path = self._path(name)
            if "r" not in flags and self._holds("-d", name):
                self._complain(directory_words(self.tree, name))
            elif "f" in flags or self._hit(path) or may_hold(self.tree, path, self._made_at()):
                self._remove(path)
            else:
                self._complain(missing_words(self.tree, name))

    def _complain(self, words: str) -> None:
        self.output.append(Complaint(words))
        self.code = 1

    def _hit(self, pattern: str) -> bool:
        """Whether there is anything of that name."""
        kept = (path for path in self.tree if not any(_under(path, top) for top in self.gone))
        return any(_under(path, pattern) for path in chain(self.wrote, kept))

    def _made_at(self) -> list[str]:
        """Where made-up files of this line lie."""
        return [path.partition("/")[0] for one in self.made for path, _ in recipe((one,)).files]

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
        for place in self.mounted:
            self._mount_point(place)
        own = [self.wrote[path] for path in sorted(self.wrote)]
        own += [whiteout(path) for path in self.gone if path not in self.wrote]
        made = tuple(one for one in self.made if one.listing)
        if not made:
            return tar(own) if own else None
        packed = made_up(made)
        return _joined(packed.tar, own) if own else packed.tar

    def _mount_point(self, place: str) -> None:
        """Nothing below a mount is kept; the folder that it needs is, and a secret's own folder."""
        for path in [path for path in self.wrote if f"{path}/".startswith(f"{place}/")]:
            del self.wrote[path]
        for path in [path for path in self.gone if f"{path}/".startswith(f"{place}/")]:
            del self.gone[path]
        self._mkdir([f"/{place.rpartition('/')[0] if place in self.secrets else place}"], "", False)


_NO_FILE = file("", b"")
#: A longer file is not printed.
_SHORT = 65_536
_NO_START_US = 200_000
_DONE: dict[str, Callable[[_Shell, list[str], str, bool], None]] = {
    "[": _Shell._test,
    "cat": _Shell._cat,
    "cd": _Shell._cd,
    "echo": _Shell._echo,
    "exit": _Shell._exit,
    "false": _Shell._false,
    "mkdir": _Shell._mkdir,
    "printf": _Shell._printf,
    "rm": _Shell._rm,
    "set": _Shell._set,
    "test": _Shell._test,
    "touch": _Shell._touch,
}


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
    command: str,
    tree: Tree,
    *,
    working_dir: str = "",
    env: Mapping[str, str] | None = None,
    mounts: Sequence[Mount] = (),
) -> Ran:
    """What a shell's command line would leave in these files."""
    shell = _Shell(tree, working_dir, env or {}, mounts)
    shell.line(commands(command, shell.env))
    layer = None if shell.code else shell.layer
    us = round(shell.seconds * 1_000_000)
    return Ran(layer, tuple(shell.output), us, tuple(shell.made), shell.code)


def started(
    words: Sequence[str], tree: Tree, env: Mapping[str, str], does: Callable[[], Ran], says: str
) -> Ran:
    """What a container does that is begun with these words, or why it is not begun.

    ``says`` is what stands before runc's words; the reason is the only line of the output then.
    """
    reason = not_started(words, tree, env)
    if not reason:
        return does()
    return Ran(None, (Complaint(f"{says}{reason}"),), _NO_START_US, code=1)


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
