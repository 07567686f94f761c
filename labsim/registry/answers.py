"""What every answer has in common: its headers, and how a refusal is written down.

The rows of codes, messages and statuses are in :mod:`labsim.errors`; nobody types them again.
Spellings and spaces are those of distribution 3.1.1, which real clients read every day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import islice

from labsim.errors import OCI_ERRORS, LabError, Mismatch
from labsim.wire import Response

__all__ = [
    "API_VERSION",
    "NOSNIFF",
    "NO_BODY",
    "Astray",
    "Refusal",
    "created",
    "deleted",
    "document",
    "encoded",
    "plain",
    "warned",
    "warning",
]

API_VERSION = ("Docker-Distribution-Api-Version", "registry/2.0")
NOSNIFF = ("X-Content-Type-Options", "nosniff")
NO_BODY = ("Content-Length", "0")
_JSON = ("Content-Type", "application/json")
_TEXT = ("Content-Type", "text/plain; charset=utf-8")
_ABSENT = object()
_MOST_ERRORS = 1000  # in one answer: a manifest of 4 MiB can name 45 000 blobs that are not here
_MOST_WARNINGS = 4096  # bytes of all of them together: distribution-spec 1.1, "Warnings"


#: Compact JSON, in the order given.
encoded: Callable[[object], str] = json.JSONEncoder(separators=(",", ":")).encode

_HEADS = {
    row.code: f'{{"code":"{row.code}","message":{encoded(row.message)}'
    for row in OCI_ERRORS.values()
}


class Astray(Exception):
    """A request that no row of the table answers; carries the plain answer it gets."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Refusal(LabError):
    """Why a request is turned away: raised anywhere below ``handle``, answered by ``handle``."""

    def __init__(
        self,
        code: str,
        detail: object = _ABSENT,
        *,
        message: str = "",
        status: int = 0,
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        """One row of the error table; ``status`` and ``message`` where the row's do not fit."""
        super().__init__(code)
        self.status = status or OCI_ERRORS[code].status
        self.headers = tuple(headers)
        self._errors = [_error(code, message, detail)]

    @classmethod
    def each(cls, code: str, details: Iterable[object]) -> Refusal:
        """The same code once per detail, all in one body; of very many the first thousand."""
        refusal = cls(code)
        refusal._errors = [_error(code, "", detail) for detail in islice(details, _MOST_ERRORS)]
        return refusal

    @property
    def answer(self) -> Response:
        """The answer: ``{"errors":[{code, message, detail}]}``."""
        body = '{"errors":[' + ",".join(self._errors) + "]}\n"
        return document(self.status, body, self.headers)


def _error(code: str, message: str, detail: object) -> str:
    said = f'{{"code":"{code}","message":{encoded(message)}' if message else _HEADS[code]
    return f'{said},"detail":{encoded(detail)}}}' if detail is not _ABSENT else said + "}"


def document(status: int, text: str, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """An answer whose body is this JSON text."""
    body = text.encode()
    length = ("Content-Length", str(len(body)))
    return Response(status, (length, _JSON, API_VERSION, *headers, NOSNIFF), body)


def plain(status: int, text: str, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """An answer from before any endpoint was found, in plain text as real registries give it."""
    body = text.encode(errors="replace")
    length = ("Content-Length", str(len(body)))
    return Response(status, (length, _TEXT, API_VERSION, *headers, NOSNIFF), body)


def created(digest: str, location: str, *said: tuple[str, str]) -> Response:
    """201: a blob or a manifest is here now, and this is where."""
    named = ("Docker-Content-Digest", digest)
    return Response(201, (NO_BODY, named, API_VERSION, ("Location", location), *said, NOSNIFF))


def deleted() -> Response:
    """202: it is no longer served; its bytes go when they are collected."""
    return Response(202, (NO_BODY, API_VERSION, NOSNIFF))


def warned(text: str) -> list[str]:
    """The warnings in an operator's text, a line each; ``Mismatch`` if they cannot be sent."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not all(line.isprintable() and line.isascii() for line in lines):
        raise Mismatch("a warning is of printable ASCII: it travels in a header")
    if sum(len(value) for _, value in map(warning, lines)) > _MOST_WARNINGS:
        raise Mismatch(f"warnings may have {_MOST_WARNINGS} bytes together")
    return lines


def warning(line: str) -> tuple[str, str]:
    """A warning as a header (RFC 7234 §5.5): code 299, from nobody in particular, not dated."""
    quoted = line.replace("\\", "\\\\").replace('"', '\\"')
    return ("Warning", f'299 - "{quoted}"')
