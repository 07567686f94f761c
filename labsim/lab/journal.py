r"""The journal: every change to a lab as plain data, and the same as readable text.

An action is a list of words: a verb and what it is about.  A script is a head line and one action a
line; words with blanks are JSON strings, and what was typed into a command follows ``<<<``::

    labsim 0.1.0 world=w1 engine=classic seed=0
    docker pull golang
    write notes.txt "hello\n"
    docker login -u cantdocpp --password-stdin <<< right

Undo, redo, sharing, bug reports and grading are all replay of such a text.  It never holds a
secret: a login says only whether its secret was ``right`` or ``wrong``.  Where a real registry was
spoken to, the line ends with ``>>>`` and the digest of the file that says what it answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from labsim.errors import LabError, Mismatch
from labsim.lab.given import bytes_given, kind_given, seed_given, text_given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.blob import Blob
    from labsim.digest import Digest

    #: What was typed into which action, for whoever may keep it: the script does not.
    Secrets = Sequence[tuple[Sequence[str], Sequence[str]]]
    #: Bytes that go with a script: by digest, or by any name at all.
    Files = Mapping[Any, bytes | Blob]

__all__ = [
    "RIGHT",
    "WRONG",
    "Entry",
    "Head",
    "Numbered",
    "apart",
    "blobs_by_digest",
    "heard_word",
    "read_script",
    "shown_action",
    "write_script",
]

Action = list[str]
#: What stands in a journal where a secret was typed: whether the command succeeded with it.
RIGHT = "right"
WRONG = "wrong"

_TYPED = " <<< "
_HEARD = " >>> "
#: The last word of an action that spoke to a real registry, and how it ends the line of a script.
_HEARD_WORD = re.compile(r"heard=(sha256:[0-9a-f]{64})")
_HEARD_END = re.compile(r" >>> (sha256:[0-9a-f]{64})$")
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"]\S*')
_HEAD = re.compile(r"labsim (\S+) world=(\S+) engine=(\S+) seed=(-?\d+)")


class Entry:
    """An action as it was done: its words, and in memory only the secrets that came with it."""

    __slots__ = ("action", "secrets")

    def __init__(self, action: Sequence[str], secrets: Iterable[str] = ()) -> None:
        self.action = tuple(action)
        self.secrets = tuple(secrets)

    def __repr__(self) -> str:
        return f"Entry({self.action!r})"


class Head(NamedTuple):
    """What a script starts from."""

    version: str
    world: str
    engine: str
    seed: int


class Numbered(NamedTuple):
    """An action with its line in the script."""

    line: int
    action: Action


def heard_word(digest: str) -> str:
    """The word of an action that names what real registries answered to it."""
    return f"heard={digest}"


def apart(action: Sequence[str]) -> tuple[Sequence[str], str]:
    """The words of an action without what was heard, and the digest of that; empty: nothing."""
    match = _HEARD_WORD.fullmatch(action[-1]) if len(action) > 2 else None
    return (action[:-1], match[1]) if match else (action, "")


def write_script(head: Head, actions: Iterable[Sequence[str]]) -> str:
    """The script as text, with a newline at its end."""
    first = f"labsim {head.version} world={head.world} engine={head.engine} seed={head.seed}"
    return "\n".join((first, *map(shown_action, actions), ""))


def read_script(text: str) -> tuple[Head, list[Numbered]]:
    """The head and the actions of a script; blank lines and ``#`` lines mean nothing."""
    lines = [
        (number, line.strip())
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    head = _HEAD.fullmatch(lines[0][1]) if lines else None
    if head is None:
        raise LabError(
            "a script begins with a line such as: labsim 0.1.0 world=w1 engine=classic seed=0"
        )
    version, world, engine, seed = head.groups()
    actions = [Numbered(number, _read_action(number, line)) for number, line in lines[1:]]
    return Head(version, world, engine, _seed(lines[0][0], seed)), actions


def _seed(number: int, digits: str) -> int:
    """The number that the digits mean; too many of them are refused before they are read."""
    try:
        return seed_given(int(digits[:30]))
    except LabError as error:
        raise LabError(f"line {number}: {error}") from None


def blobs_by_digest(files: Files) -> dict[Digest, Blob]:
    """Files that go with a script, by what they contain; their names are for people."""
    from labsim.blob import Blob

    if not isinstance(files, Mapping):
        raise TypeError(f"files must map names to bytes, not be {kind_given(files)}")
    found: dict[Digest, Blob] = {}
    for name, content in files.items():
        text_given(name, "a file's name")
        blob = content if isinstance(content, Blob) else Blob(bytes_given(content, name))
        if name.startswith("sha256:") and name != blob.digest:
            raise Mismatch(f"the file given as {name} holds other bytes: {blob.digest}")
        found[blob.digest] = blob
    return found


def shown_action(action: Sequence[str]) -> str:
    """An action as the line of a script."""
    (verb, *words), heard = apart(action)
    end = _HEARD + heard if heard else ""
    if verb != "docker":
        return " ".join((verb, *map(_quoted, words))) + end
    line, *typed = words
    plain = line.isprintable() and line == line.strip() and not line.startswith('"')
    plain = plain and _TYPED not in line and _HEARD not in line
    shown = line if plain and line else _json(line)
    return f"docker {shown}" + "".join(_TYPED + _quoted(text) for text in typed) + end


def _read_action(number: int, line: str) -> Action:
    match = _HEARD_END.search(line)
    heard, line = (match[1], line[: match.start()]) if match else ("", line)
    action = _read_words(number, line)
    return [*action, heard_word(heard)] if heard else action


def _read_words(number: int, line: str) -> Action:
    verb, _, rest = line.partition(" ")
    if verb != "docker":
        return [verb, *_words(number, rest)]
    if rest.startswith('"'):
        first = _WORD.match(rest)
        shown = rest[: first.end()] if first else rest
        left = rest[len(shown) :].strip()
        typed = left.removeprefix(_TYPED.strip())
        if left and typed == left:
            raise _unreadable(number, left)
        return ["docker", *_words(number, shown), *_words(number, typed)]
    command, _, typed = rest.partition(_TYPED)
    return ["docker", command, *_words(number, typed)]


def _words(number: int, text: str) -> list[str]:
    words = [_unquoted(number, match[0]) for match in _WORD.finditer(text)]
    if "".join(_WORD.sub("", text).split()):
        raise _unreadable(number, text)
    return words


def _quoted(word: str) -> str:
    plain = word.isprintable() and not re.search(r'[\s"]', word) and word != _HEARD.strip()
    return word if word and plain else _json(word)


def _json(word: str) -> str:
    import json

    return json.dumps(word, ensure_ascii=not word.isprintable())


def _unquoted(number: int, word: str) -> str:
    if not word.startswith('"'):
        return word
    import json

    try:
        return str(json.loads(word))
    except ValueError:
        raise _unreadable(number, word) from None


def _unreadable(number: int, text: str) -> LabError:
    return LabError(f"line {number} cannot be read at: {text}")
