"""One blob at a registry: look for it, mount it, upload it, fetch it.

An upload is four exchanges: POST opens a session, one PATCH streams the whole blob, PUT closes the
session under the blob's digest, and a HEAD makes sure that it is there.

Source: distribution ``registry/client/repository.go`` and ``blob_writer.go``.
"""

from __future__ import annotations

from labsim.blob import Blob
from labsim.client.refusals import lost
from labsim.client.session import Session
from labsim.digest import Digest
from labsim.wire import Dialogue, Headers, Response

__all__ = ["Repository", "path_of"]

_CHUNKED = Headers((("Transfer-Encoding", "chunked"),))


class Repository:
    """The blobs of one repository, as seen from one session."""

    __slots__ = ("_blobs", "_uploads", "session")

    def __init__(self, session: Session, path: str) -> None:
        self.session = session
        self._blobs = f"/v2/{path}/blobs/"
        self._uploads = f"/v2/{path}/blobs/uploads/"

    def size_of(self, digest: Digest, because: str) -> Dialogue:
        """Ask for a blob by HEAD; returns its size, or None when it is not there (404)."""
        response = yield from self.session.ask("HEAD", self._blobs + digest, because)
        return None if response.status == 404 else self._size(response)

    def confirm(self, digest: Digest, because: str) -> Dialogue:
        """Ask for a blob that must be there; returns its size."""
        response = yield from self.session.ask("HEAD", self._blobs + digest, because)
        return self._size(response)

    def open(self, because: str) -> Dialogue:
        """Open an upload session; returns its location."""
        response = yield from self.session.ask("POST", self._uploads, because)
        if response.status != 202:
            raise self.session.refused(response)
        return _location(response)

    def mount(self, digest: Digest, source: str) -> Dialogue:
        """Ask for a blob of another repository; returns None, or the session opened instead."""
        target = f"{self._uploads}?from={_quoted(source)}&mount={_quoted(digest)}"
        response = yield from self.session.ask("POST", target, "mount", source=source)
        if response.status == 201:
            return None
        if response.status != 202:
            raise self.session.refused(response)
        return _location(response)

    def cancel(self, location: str) -> Dialogue:
        """Give up a session that another one has made obsolete; failing to is no matter."""
        yield from self.session.ask("DELETE", location, "obsolete")

    def send(self, blob: Blob, location: str) -> Dialogue:
        """Stream a blob into an open session and close it; returns the size that is confirmed."""
        ask, digest = self.session.ask, blob.digest
        response = yield from ask("PATCH", location, "send", _CHUNKED, blob)
        if not response.ok:
            raise self._broken(response)
        location = _location(response)
        mark = "&" if "?" in location else "?"
        response = yield from ask("PUT", f"{location}{mark}digest={_quoted(digest)}", "seal")
        if not response.ok:
            raise self._broken(response)
        response = yield from ask("HEAD", self._blobs + digest, "confirm")
        return self._size(response)

    def fetch(self, digest: Digest, because: str, start: int = 0) -> Dialogue:
        """GET a blob, or what follows its first ``start`` bytes; returns the response."""
        span = (("Range", f"bytes={start}-"),) if start else ()
        response = yield from self.session.ask("GET", self._blobs + digest, because, span)
        if not response.ok:
            raise self.session.refused(response)
        return response

    def _size(self, response: Response) -> int:
        """The size of a blob that must be there."""
        if response.ok:
            return int(response.headers.get("Content-Length") or 0)
        if response.status == 404:
            raise lost(self.session.asked, "BLOB_UNKNOWN", "blob-lost")
        raise self.session.refused(response)

    def _broken(self, response: Response) -> Exception:
        if response.status == 404:
            return lost(self.session.asked, "BLOB_UPLOAD_UNKNOWN", "upload-lost")
        return self.session.refused(response)


def _location(response: Response) -> str:
    """Where to go on: registries answer with or without their own address."""
    return path_of(response.headers.get("Location"))


def path_of(address: str) -> str:
    """The path of an address with or without a host: one goes on with the host that one asked."""
    if address[:1] == "/":
        return address
    start = address.find("/", address.find("://") + 3)
    return address[start:] if start > 0 else "/"


def _quoted(text: str) -> str:
    """A digest or a repository path in a query (Go's ``QueryEscape``, for what they may hold)."""
    return text.replace(":", "%3A").replace("/", "%2F")
