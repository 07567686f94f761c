"""Reading blobs: whole, in part, or only their size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsim.blob import EMPTY, Blob
from labsim.digest import HEX_LENGTHS
from labsim.reference.grammar import BAD_DIGEST_ALGORITHM, BAD_DIGEST_FORMAT, BAD_DIGEST_LENGTH
from labsim.registry.answers import API_VERSION, NOSNIFF, Refusal, deleted, plain
from labsim.registry.call import Call, count
from labsim.wire import Request, Response

if TYPE_CHECKING:
    from labsim.registry.registry import Registry

__all__ = ["check_digest", "delete", "read"]

_ACCEPT_RANGES = ("Accept-Ranges", "bytes")
_FOR_A_YEAR = ("Cache-Control", "max-age=31536000")
_BINARY = ("Content-Type", "application/octet-stream")
_HEX = frozenset("0123456789abcdef")


def read(registry: Registry, call: Call) -> Response:
    """Serve a blob that this repository links to; ``Range`` and ``If-None-Match`` as RFC 9110."""
    digest = call.argument
    repository = registry.store.find(call.name)
    blob = repository.blob(digest) if repository else None
    if blob is None:
        check_digest(digest)
        raise Refusal("BLOB_UNKNOWN", digest)
    for key, value in call.request.headers:
        lower = key.lower()
        if lower == "if-none-match" and value.strip('"') == digest:
            return Response(304, (_FOR_A_YEAR, *_named(digest)))
        if lower == "range" and blob.size:
            return _part(call.request, blob, digest, value)
    return _served(200, call.request, blob, digest)


def delete(registry: Registry, call: Call) -> Response:
    """Drop this repository's link; the content stays until it is collected, other links hold."""
    registry.must_delete()
    check_digest(call.argument)
    repository = registry.store.find(call.name)
    if repository is None or not repository.unlink(call.argument):
        raise Refusal("BLOB_UNKNOWN")
    return deleted()


def check_digest(text: str) -> None:
    """Refuse what is no digest, in the words of go-digest."""
    algorithm, _, digits = text.partition(":")
    length = HEX_LENGTHS.get(algorithm)
    if length is None:
        raise Refusal("DIGEST_INVALID", BAD_DIGEST_ALGORITHM)
    if len(digits) != length:
        raise Refusal("DIGEST_INVALID", BAD_DIGEST_LENGTH)
    if not _HEX.issuperset(digits):
        raise Refusal("DIGEST_INVALID", BAD_DIGEST_FORMAT)


def _part(request: Request, blob: Blob, digest: str, asked: str) -> Response:
    """206 for one range; several at once are answered whole, which RFC 9110 §14.2 allows."""
    if "," in asked:
        return _served(200, request, blob, digest)
    span = _span(asked, blob.size)
    if span is None:
        return plain(416, "invalid range\n", [("Docker-Content-Digest", digest)])
    start, stop = span
    if start >= stop:
        outside = ("Content-Range", f"bytes */{blob.size}")
        words = "invalid range: failed to overlap\n"
        return plain(416, words, [outside, ("Docker-Content-Digest", digest)])
    within = ("Content-Range", f"bytes {start}-{stop - 1}/{blob.size}")
    return _served(206, request, blob.slice(start, stop), digest, within)


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """Start and end (exclusive) of ``bytes=1-2``, ``bytes=1-``, ``bytes=-2``; else None."""
    unit, _, spec = asked.partition("=")
    left, dash, right = spec.strip().partition("-")
    first, last = count(left), count(right)
    if (
        unit != "bytes"
        or not dash
        or (first is None) == bool(left)
        or (last is None) == bool(right)
    ):
        return None
    if first is None:
        return None if last is None else (max(0, size - last), size)
    if last is None:
        return first, size
    return (first, min(size, last + 1)) if first <= last else None


def _served(
    status: int, request: Request, blob: Blob, digest: str, *extra: tuple[str, str]
) -> Response:
    return Response(
        status,
        (
            _ACCEPT_RANGES,
            _FOR_A_YEAR,
            ("Content-Length", str(blob.size)),
            *extra,
            _BINARY,
            *_named(digest),
        ),
        EMPTY if request.method == "HEAD" else blob,
    )


def _named(digest: str) -> tuple[tuple[str, str], ...]:
    return (
        ("Docker-Content-Digest", digest),
        API_VERSION,
        ("Etag", f'"{digest}"'),
        NOSNIFF,
    )
