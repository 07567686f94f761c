"""Where a wrong name goes wrong, and what to do about it in plain words.

The grammar only says no.  This module walks the name from left to right, as a reader would, and
stops at the first thing that cannot stand: what is before that place could still have become a
name.  It runs after a failure only, so it is written to be read and not to be fast.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from labsim.digest import HEX_LENGTHS
from labsim.reference import grammar

__all__ = ["Place", "diagnose"]


class Place(NamedTuple):
    """From where to where (end excluded), and a reason to read after Docker's sentence."""

    span: tuple[int, int]
    hint: str


def diagnose(source: str, fault: str) -> Place:
    """The place of a fault, given which of Docker's sentences it earned."""
    whole = Place((0, len(source)), "this is no image name")
    if fault == grammar.BAD_TAG:
        return next(_in_tag(source, 0), whole)
    if fault == grammar.TOO_LONG:
        return _excess(source)
    if fault in (grammar.BAD_FORMAT, grammar.BAD_CASE_SOMEWHERE):
        return next(_flaws(source), whole)
    if fault == grammar.BAD_IDENTIFIER.format(source):
        return Place((0, len(source)), "64 hexadecimal digits are an id; a tag makes them a name")
    if fault.startswith(grammar.BAD_FORMAT):
        return _capitals(source, _path_start(source))
    return _in_checked_digest(source, source.index("@") + 1, fault)


def _flaws(source: str) -> Iterator[Place]:
    """Everything that cannot stand, from left to right."""
    yield from _in_disguise(source)
    head, at, digest = source.partition("@")
    start = _path_start(head)
    path, colon, tag = head[start:].partition(":")
    if start:
        yield from _in_host(head[: start - 1])
    yield from _in_path(path, start, source)
    if colon:
        yield from _in_tag(tag, start + len(path) + 1)
    if at:
        yield from _in_digest(digest, len(head) + 1)


def _path_start(source: str) -> int:
    """Where the path begins: after the first ``/`` if a host stands before it."""
    first, slash, _ = source.partition("/")
    return len(first) + 1 if slash and grammar.names_host(first) else 0


# --- things that are no image name at all --------------------------------------------------------

_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*://")
_HUB_PAGE = re.compile("(?:https?://)?hub[.]docker[.]com/_/")
_FILE = re.compile("~?/|[.]{1,2}(?:/|$)")
_ADDRESS = re.compile(r"\[[^/\]]*\](?=[^/]*$)")


def _in_disguise(source: str) -> Iterator[Place]:
    """A web address, a file, a registry alone, or nothing."""
    if not source:
        yield Place((0, 0), "the name is empty")
    elif page := _HUB_PAGE.match(source):
        name = source[page.end() :] or "the rest"
        yield Place(page.span(), f"a web page of Docker Hub; the image is called {name}")
    elif scheme := _SCHEME.match(source):
        yield Place(scheme.span(), f"no scheme: drop {scheme[0]}")
    elif file := _FILE.match(source):
        yield Place(file.span(), "the path of a file is no image name")
    elif address := _ADDRESS.match(source):
        yield Place(address.span(), "a host alone is no image name: add '/' and a repository")


# --- from left to right --------------------------------------------------------------------------

_IPV6_BARE = re.compile("[0-9A-Fa-f]*(?::[0-9A-Fa-f]*){2,}")


def _in_host(host: str) -> Iterator[Place]:
    """A host that is none; Docker lets one pass that would do as a part of the path."""
    if re.fullmatch(f"{grammar.DOMAIN}|{grammar.COMPONENT}", host):
        return
    if re.fullmatch(grammar.COMPONENT, host.lower()):
        yield _capitals(host, 0)._replace(hint="capitals make this a host, and a host has no '_'")
    if host.startswith("["):
        yield from _in_brackets(host)
    if _IPV6_BARE.fullmatch(host):
        yield Place((0, len(host)), "an IPv6 address goes in brackets, as in [::1]:5000")
    name, colon, port = host.partition(":")
    if not name:
        yield Place((0, 1), "no host before ':'")
    yield from _in_run(name, 0, grammar.HOSTNAME, "a host")
    if colon:
        yield from _in_port(port, len(name) + 1)


def _in_brackets(host: str) -> Iterator[Place]:
    end = _fitting(r"\[[0-9A-Fa-f:]*", host)
    if end == len(host):
        yield Place((0, 1), "this bracket is never closed")
    elif host[end] != "]" or end == 1:
        yield Place((end, end + 1), "brackets hold an IPv6 address: hexadecimal digits and ':'")
    elif host[end + 1 : end + 2] == ":":
        yield from _in_port(host[end + 2 :], end + 2)
    else:
        yield Place((end + 1, end + 2), "only ':' and a port may follow the bracket")


def _in_port(port: str, start: int) -> Iterator[Place]:
    end = _fitting("[0-9]*", port)
    if not port:
        yield Place((start - 1, start), "no port after ':'")
    elif end < len(port):
        reason = "':' before a '/' begins a port, which has digits only; a tag comes last"
        yield Place((start + end, start + len(port)), reason)


def _in_path(path: str, start: int, source: str) -> Iterator[Place]:
    if not path and start < len(source):
        yield Place((start, start + 1), f"no name before {source[start]!r}")
    at = start
    for component in path.split("/"):
        if not component:
            yield _in_gap(source, at)
        yield from _in_run(component, at, grammar.COMPONENT, "a name")
        at += len(component) + 1


def _in_gap(source: str, at: int) -> Place:
    """Nothing where a part of the path should be: a slash too many, or one that ends the name."""
    if slashes := _fitting("/*", source[at:]):
        return Place((at, at + slashes), "one '/' is enough")
    return Place((at - 1, at), "nothing follows this '/'")


def _in_run(text: str, start: int, atom: str, noun: str) -> Iterator[Place]:
    """Letters and digits joined by separators: the first separator or character that is wrong."""
    if re.fullmatch(atom, text):
        return
    end = _fitting(atom, text)
    stop = end + _fitting("[.-]*" if noun == "a host" else "[._-]*", text[end:])
    joint = text[end:stop]
    joined = end and stop < len(text) and re.fullmatch(grammar.SEPARATOR, joint)
    if joined or not joint:
        yield _stranger(text[stop : stop + 1], start + stop, noun)
    elif not end or stop == len(text):
        side = "end" if end else "start"
        yield Place((start + end, start + stop), f"{noun} cannot {side} with {joint!r}")
    else:
        choice = "one '.' or hyphens" if noun == "a host" else "one '.', one or two '_', or hyphens"
        reason = f"{joint!r} joins nothing: write {choice}"
        yield Place((start + end, start + stop), reason)


def _in_tag(tag: str, start: int) -> Iterator[Place]:
    end = _fitting(grammar.TAG, tag)
    excess = _fitting("[A-Za-z0-9_.-]*", tag[end:])
    if not tag:
        yield Place((max(0, start - 1), start), "no tag after ':'")
    elif excess and not end:
        yield Place((start, start + 1), f"a tag cannot start with {tag[0]!r}")
    elif excess:
        reason = f"a tag has at most {grammar.TAG_LIMIT} characters, not {end + excess}"
        yield Place((start + end, start + end + excess), reason)
    elif end < len(tag):
        yield _stranger(tag[end], start + end, "a tag")


def _in_digest(digest: str, start: int) -> Iterator[Place]:
    algorithm, colon, digits = digest.partition(":")
    end = _fitting(grammar.ALGORITHM, algorithm)
    if not digest:
        yield Place((start - 1, start), "no digest after '@'")
    elif not colon:
        reason = "a digest follows '@': sha256: and 64 hexadecimal digits"
        yield Place((start, start + len(digest)), reason)
    elif end < len(algorithm) or not algorithm:
        yield Place((start + end, start + end + 1), "an algorithm such as sha256 stands here")
    else:
        yield from _in_digits(digits, start + len(algorithm) + 1, algorithm)


def _in_digits(digits: str, start: int, algorithm: str) -> Iterator[Place]:
    end = _fitting("[0-9A-Fa-f]*", digits)
    if digits[end:].startswith(":"):
        yield Place((start + end, start + end + 1), "a tag comes before '@', not after the digest")
    elif end < len(digits):
        yield Place((start + end, start + end + 1), f"{digits[end]!r} is no hexadecimal digit")
    elif len(digits) < grammar.DIGEST_MINIMUM:
        yield Place(
            (start if digits else start - 1, start + len(digits)), _count(algorithm, digits)
        )


def _fitting(atom: str, text: str) -> int:
    """How many characters from the start fit."""
    found = re.match(atom, text)
    return found.end() if found else 0


# --- faults that Docker names itself -------------------------------------------------------------


def _in_checked_digest(source: str, start: int, fault: str) -> Place:
    algorithm, _, digits = source[start:].partition(":")
    colon = start + len(algorithm)
    if fault == grammar.BAD_DIGEST_LENGTH:
        return Place((colon + 1, len(source)), _count(algorithm, digits))
    if fault == grammar.BAD_DIGEST_ALGORITHM:
        return Place((start, colon), f"the algorithms are {', '.join(HEX_LENGTHS)}")
    return _capitals(source, start)._replace(hint="a digest is written in lower case")


def _count(algorithm: str, digits: str) -> str:
    wanted = HEX_LENGTHS.get(algorithm)
    if wanted is None:
        return (
            f"a digest has at least {grammar.DIGEST_MINIMUM} hexadecimal digits, not {len(digits)}"
        )
    return f"{algorithm} takes {wanted} hexadecimal digits, not {len(digits)}"


def _capitals(source: str, start: int) -> Place:
    """The first run of capitals from here on."""
    first = next(at for at in range(start, len(source)) if source[at] != source[at].lower())
    stop = first
    while source[stop : stop + 1] != source[stop : stop + 1].lower():
        stop += 1
    return Place((first, stop), "capitals are for tags; write the name in lower case")


def _excess(source: str) -> Place:
    """The characters of the path beyond the limit; ``library/`` counts though nobody wrote it."""
    whole = "/".join(grammar.split(source))
    found = grammar.REFERENCE.fullmatch(whole)
    start, stop = found.span(2) if found else (0, len(whole))
    shift = len(source) - len(whole)
    official = len(grammar.split(source)[1]) > len(source) - _path_start(source)
    added = ", library/ included" if official else ""
    reason = f"the path has {stop - start} characters{added}"
    return Place((start + grammar.PATH_LIMIT + shift, stop + shift), reason)


# --- characters that never stand in a name -------------------------------------------------------


def _stranger(char: str, at: int, noun: str) -> Place:
    return Place((at, at + 1), _reason(char, noun))


def _reason(char: str, noun: str) -> str:
    if char.isspace():
        return "a blank is no part of a name: remove it"
    if char in "'\"`":
        return f"the quotation mark {char} is part of the text here: remove it"
    if char == "$":
        return f"{noun} cannot contain '$': a variable that was not filled in?"
    if char == "\\":
        return "parts are separated by '/', not by a backslash"
    if char == ":":
        return f"{noun} cannot contain ':': one tag is all there is"
    if char == "/":
        return f"{noun} cannot contain '/': it comes last"
    if char.isalpha() and not char.isascii():
        return f"{noun} has the letters a to z only, not {char!r}"
    return f"{noun} cannot contain {char!r}"
