"""Reading blobs: whole, in part, or only their size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsim.blob import Blob
from labsim.digest import HEX_LENGTHS
from labsim.reference.grammar import BAD_DIGEST_ALGORITHM, BAD_DIGEST_FORMAT, BAD_DIGEST_LENGTH
from labsim.registry.answers import API_VERSION, NOSNIFF, Refusal, deleted, plain
from labsim.registry.call import Call, count
from labsim.registry.conditions import is_known, must_match, still, wishes
from labsim.wire import Response

if TYPE_CHECKING:
    from labsim.registry.registry import Registry

__all__ = ["check_digest", "delete", "read"]

_ACCEPT_RANGES = ("Accept-Ranges", "bytes")
_FOR_A_YEAR = ("Cache-Control", "max-age=31536000")
_BINARY = ("Content-Type", "application/octet-stream")
_HEX = frozenset("0123456789abcdef")


def read(registry: Registry, call: Call) -> Response:
    """Serve a blob that this repository links to: whole, in part, or not again (RFC 9110)."""
    digest, request = call.argument, call.request
    repository = registry.store.find(call.name)
    blob = repository.blob(digest) if repository else None
    if repository is None or blob is None:
        check_digest(digest)
        raise Refusal("BLOB_UNKNOWN", digest)
    repository.confirm(digest, request.at_us)
    asked = wishes(request.headers) if request.headers else None
    if asked:
        must_match(asked, digest)
        if is_known(asked, digest):
            return Response(304, (_FOR_A_YEAR, *_named(digest)))
        # A range means nothing to a HEAD (§14.2), and of an empty blob it is the blob.
        if "range" in asked and request.method == "GET" and blob.size and still(asked, digest):
            return _part(blob, digest, asked["range"])
    return _served(200, blob, digest)


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


def _part(blob: Blob, digest: str, asked: str) -> Response:
    """206 for one range.

    Several at once, or of another unit than bytes, are answered whole: §14.2 allows the first and
    demands the second.
    """
    unit, _, spec = asked.partition("=")
    if "," in asked or unit.strip().lower() != "bytes":
        return _served(200, blob, digest)
    span = _span(spec, blob.size)
    if span is None or span[0] >= span[1]:
        words = "invalid range\n" if span is None else "invalid range: failed to overlap\n"
        size = ("Content-Range", f"bytes */{blob.size}")
        return plain(416, words, [size, ("Docker-Content-Digest", digest)])
    start, stop = span
    within = ("Content-Range", f"bytes {start}-{stop - 1}/{blob.size}")
    return _served(206, blob.slice(start, stop), digest, within)


def _span(spec: str, size: int) -> tuple[int, int] | None:
    """Start and end (exclusive) of ``1-2``, ``1-``, ``-2``; else None."""
    left, dash, right = spec.strip().partition("-")
    first, last = count(left), count(right)
    if not dash or (first is None) == bool(left) or (last is None) == bool(right):
        return None
    if first is None:
        return None if last is None else (max(0, size - last), size)
    if last is None:
        return first, size
    return (first, min(size, last + 1)) if first <= last else None


def _served(status: int, blob: Blob, digest: str, *extra: tuple[str, str]) -> Response:
    """The blob; whoever asks by HEAD is not sent it."""
    length = ("Content-Length", str(blob.size))
    headers = (_ACCEPT_RANGES, _FOR_A_YEAR, length, *extra, _BINARY, *_named(digest))
    return Response(status, headers, blob)


def _named(digest: str) -> tuple[tuple[str, str], ...]:
    return (
        ("Docker-Content-Digest", digest),
        API_VERSION,
        ("Etag", f'"{digest}"'),
        NOSNIFF,
    )
