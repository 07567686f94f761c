"""A registry's clients as a tool needs them: one connection each, and images of random bytes."""

from __future__ import annotations

import hashlib
import http.client
import json
import random
from collections.abc import Iterable, Mapping
from email.message import Message
from typing import NamedTuple

__all__ = ["MANIFEST", "Answer", "Broken", "Talker", "digest", "manifest", "random_bytes"]

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_PATIENCE_S = 60


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Message
    body: bytes


class Broken(Exception):
    """No answer, or half of one: the server is gone, or the connection is."""


def digest(data: bytes, algorithm: str = "sha256") -> str:
    """The name of these bytes."""
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def random_bytes(dice: random.Random, most: int) -> bytes:
    """Up to so many bytes, short ones more often."""
    return dice.randbytes(int(most ** dice.random()))


def manifest(config: bytes, layers: Iterable[bytes]) -> bytes:
    """A manifest that names these blobs."""
    head = {"schemaVersion": 2, "mediaType": MANIFEST}
    named = [_named("layer.v1.tar", one) for one in layers]
    return json.dumps(
        {**head, "config": _named("config.v1+json", config), "layers": named}
    ).encode()


def _named(kind: str, data: bytes) -> dict[str, object]:
    media_type = f"application/vnd.oci.image.{kind}"
    return {"mediaType": media_type, "digest": digest(data), "size": len(data)}


class Talker:
    """One client of the registry at this port of this machine, on one connection."""

    def __init__(self, port: int) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)

    def ask(
        self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request and its whole answer; ``Broken`` when there is none."""
        try:
            self._line.request(method, target, body or None, dict(headers or {}))
            with self._line.getresponse() as response:
                return Answer(response.status, response.headers, response.read())
        except (OSError, http.client.HTTPException) as fault:
            self._line.close()
            raise Broken(f"{method} {target.partition('?')[0]}: {fault!r}") from fault

    def ask_and_leave(
        self, method: str, target: str, body: bytes, headers: Mapping[str, str]
    ) -> None:
        """A whole request, and nobody who waits for its answer."""
        try:
            self._line.request(method, target, body, dict(headers))
        except (OSError, http.client.HTTPException) as fault:
            raise Broken(repr(fault)) from fault
        finally:
            self._line.close()

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def break_off(self, target: str, data: bytes, announced: int) -> None:
        """Announce a body, send some of it, and leave."""
        try:
            self._line.putrequest("PATCH", target)
            self._line.putheader("Content-Length", str(announced))
            self._line.putheader("Content-Type", "application/octet-stream")
            self._line.endheaders(data)
        except OSError as fault:
            raise Broken(repr(fault)) from fault
        finally:
            self._line.close()

    def open_upload(self, repository: str) -> Answer:
        """A new session."""
        return self.ask("POST", f"/v2/{repository}/blobs/uploads/")

    def put_manifest(self, repository: str, reference: str, document: bytes) -> Answer:
        """The last request of a push."""
        target = f"/v2/{repository}/manifests/{reference}"
        return self.ask("PUT", target, document, {"Content-Type": MANIFEST})

    def get_manifest(self, repository: str, reference: str) -> Answer:
        """The first request of a pull."""
        return self.ask(
            "GET", f"/v2/{repository}/manifests/{reference}", headers={"Accept": MANIFEST}
        )


def joined(location: str, query: str) -> str:
    """A location with one more parameter, as a path."""
    path = location.partition("//")[2].partition("/")[2] if "//" in location else location[1:]
    return f"/{path}{'&' if '?' in path else '?'}{query}"
