r"""What every answer has in common: the daemon's headers, and how it writes JSON.

>>> bytes(message(404, "No such image: golang:latest").body)
b'{"message":"No such image: golang:latest"}\n'
>>> lines([{"status": "Digest: sha256:…"}])
b'{"status":"Digest: sha256:\xe2\x80\xa6"}\r\n'
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from labsim.blob import Blob
from labsim.errors import LabError
from labsim.wire import Response

__all__ = [
    "Fault",
    "archive",
    "document",
    "empty",
    "encoded",
    "fault_line",
    "lines",
    "message",
    "stream",
]

_JSON = ("Content-Type", "application/json")
#: ``json.Marshal`` escapes these; ``json.Encoder`` as the daemon sets it for documents does not.
_GO_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


class Fault(LabError):
    """What the daemon says instead of doing it: a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def document(status: int, value: Any) -> Response:
    """One JSON value, compact, as ``httputils.WriteJSON`` writes it."""
    return _sized(status, encoded(value))


def message(status: int, sentence: str) -> Response:
    """A refusal: the CLI prints the sentence after ``Error response from daemon:``."""
    return document(status, {"message": sentence})


def stream(content: bytes | Blob, kind: str = _JSON[1]) -> Response:
    """Lines of progress, of which the status says nothing: it goes out before the work begins."""
    return _sized(200, content, kind)


def archive(content: Blob) -> Response:
    """A tar, made while it is read."""
    headers = (("Content-Type", "application/x-tar"), ("Content-Length", str(content.size)))
    return Response(200, headers, content)


def empty(status: int) -> Response:
    """Nothing to say."""
    return Response(status, (("Content-Length", "0"),))


def lines(messages: Iterable[Mapping[str, Any]]) -> bytes:
    """Messages of progress, as ``streamformatter`` writes them."""
    return b"".join(f"{_compact(one).translate(_GO_ESCAPES)}\r\n".encode() for one in messages)


def fault_line(sentence: str, code: int = 0) -> dict[str, Any]:
    """How work that has begun fails: the last line of the progress; ``code``: of a command."""
    detail = {"code": code} if code else {}
    return {"errorDetail": {**detail, "message": sentence}, "error": sentence}


def encoded(value: Any) -> bytes:
    """One JSON value on a line of its own."""
    return f"{_compact(value)}\n".encode()


def _sized(status: int, content: bytes | Blob, kind: str = _JSON[1]) -> Response:
    headers = (("Content-Type", kind), ("Content-Length", str(len(content))))
    return Response(status, headers, content)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
