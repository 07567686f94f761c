"""From a request to its row of the table, without searching.

Every path ends in ``/<kind>/<last>``, so the last-but-one segment says which few paths it can be:
``…/blobs/sha256:…``, ``…/manifests/v1``, ``…/tags/list``.  A repository's name may contain any of
those words; only the end counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from labsim.reference.grammar import PATH, TAG, TOO_LONG
from labsim.registry.answers import Astray, Refusal, plain
from labsim.registry.call import Call
from labsim.wire import Request, Response

if TYPE_CHECKING:
    from labsim.registry.endpoints import Endpoint

__all__ = ["Router", "could_be_name", "is_tag"]

_NAME = re.compile(PATH)
_TAG = re.compile(TAG)
_LONGEST_NAME = 254  # recorded: 255 is refused already, in words that say otherwise


@lru_cache(maxsize=4096)
def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def could_be_name(text: str) -> bool:
    """Whether there can be a repository of that name."""
    return len(text) <= _LONGEST_NAME and _is_name(text)


def is_tag(text: str) -> bool:
    """Whether a tag can be called so."""
    return _TAG.fullmatch(text) is not None


def _is_reference(text: str) -> bool:
    return ":" in text or is_tag(text)


def _fitting(argument: str) -> Callable[[str], bool]:
    """The test that the last segment of a path must pass."""
    if argument == "<reference>":
        return _is_reference
    if argument == "<digest>":
        return lambda text: ":" in text
    return bool if argument.startswith("<") else argument.__eq__


class _Shape(NamedTuple):
    """All rows of one path: what stands before and after the name, and how the path ends."""

    before: str
    after: str
    named: bool
    fits: Callable[[str], bool]
    methods: dict[str, Endpoint]


#: What a path can be, by all of it but its last segment: the name in it, what fits, and the rows.
_Fitting = tuple[str, Callable[[str], bool], dict[str, "Endpoint"]]

_SCHEMES = ("http://", "https://")


class Router:
    """Finds the row for a request by the last-but-one segment of its path."""

    __slots__ = ("_below", "_shapes")

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        """Sort the rows by path, and the paths by their last-but-one segment."""
        self._shapes: dict[str, list[_Shape]] = {}
        paths: dict[str, _Shape] = {}
        for row in endpoints:
            if row.path not in paths:
                stem, kind, argument = _ends(row.path)
                before, named, after = stem.partition("<name>")
                shape = _Shape(before, after, bool(named), _fitting(argument), {})
                paths[row.path] = shape
                self._shapes.setdefault(kind, []).append(shape)
            paths[row.path].methods[row.method] = row
        # All paths of a repository have a few heads; only what follows the last slash is new.
        self._below = lru_cache(maxsize=4096)(self._read)

    def find(self, request: Request) -> Call:
        """The call, or a :class:`Refusal` with NAME_INVALID, 301, 404 or 405."""
        path, _, query = request.target.partition("?")
        if path[:1] != "/" or "%" in path:
            path = _decoded(path)
        head, _, argument = path.rpartition("/")
        for name, fits, methods in self._below(head):
            if fits(argument):
                endpoint = methods.get(request.method)
                if endpoint is None:
                    allowed = ("Allow", ", ".join(sorted(methods)))
                    raise Astray(plain(405, "Method not allowed\n", [allowed]))
                if len(name) > _LONGEST_NAME:
                    raise Refusal("NAME_INVALID", f'repository name "{name}" invalid: {TOO_LONG}')
                call = Call()
                call.request, call.endpoint = request, endpoint
                call.name, call.argument, call.query_text = name, argument, query
                return call
        raise Astray(self._elsewhere(request.path))

    def _read(self, head: str) -> tuple[_Fitting, ...]:
        """What paths below this one can be, with the name that it holds."""
        stem, _, kind = head.rpartition("/")
        found = []
        for before, after, named, fits, methods in self._shapes.get(kind, ()):
            if stem.startswith(before) and stem.endswith(after):
                name = stem[len(before) : len(stem) - len(after)]
                if _is_name(name) if named else not name:
                    found.append((name, fits, methods))
        return tuple(found)

    def _elsewhere(self, path: str) -> Response:
        """301 where only slashes are wrong, as a Go router does; else 404."""
        clean = re.sub("//+", "/", path)
        if not self._leads(clean):
            clean += "/"
        if clean == path or not self._leads(clean):
            return plain(404, "404 page not found\n")
        return plain(301, "Moved Permanently\n", [("Location", clean)])

    def _leads(self, path: str) -> bool:
        """Whether there are rows for this path."""
        head, _, argument = _decoded(path).rpartition("/")
        return any(fits(argument) for _, fits, _ in self._below(head))


def _decoded(path: str) -> str:
    """The path as the table writes it, also of a target that names its host (RFC 9112 §3.2.2)."""
    if "%" in path:
        from urllib.parse import unquote

        path = unquote(path)
    if path.startswith(_SCHEMES):
        return "/" + path.split("/", 3)[-1] if path.count("/") > 2 else "/"
    return path if path[:1] == "/" else ""


def _ends(path: str) -> tuple[str, str, str]:
    """The last segment, the one before it, and all that stands before both."""
    head, _, argument = path.rpartition("/")
    stem, _, kind = head.rpartition("/")
    return stem, kind, argument
