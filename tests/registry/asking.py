"""A client of few words, and an image small enough to be read in a test."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any

from labsim.blob import Blob
from labsim.image import DOCKER_INDEX, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST
from labsim.registry import Registry
from labsim.wire import Request, Response

CONFIG = Blob(b'{"architecture":"amd64","os":"linux"}')
LOWER = Blob(b"A" * 1000)
UPPER = Blob(b"the upper layer")
NOWHERE = "sha256:" + "0" * 64

ACCEPTED = {
    "docker": DOCKER_MANIFEST,
    "docker list": DOCKER_INDEX,
    "oci": OCI_MANIFEST,
    "oci index": OCI_INDEX,
}


def manifest(*layers: Blob, kind: str = "docker", config: Blob = CONFIG, **more: Any) -> Blob:
    """A manifest that names these blobs."""
    named = [{"mediaType": "x/layer", "digest": one.digest, "size": one.size} for one in layers]
    first = {"mediaType": "x/config", "digest": config.digest, "size": config.size}
    head = {"schemaVersion": 2, "mediaType": ACCEPTED[kind]}
    return Blob(json.dumps({**head, "config": first, "layers": named, **more}).encode())


def index(*children: Blob, kind: str = "oci index", platform: str = "amd64") -> Blob:
    """An index that names these manifests, all for linux on that architecture."""
    place = {"os": "linux", "architecture": platform}
    named = [{"digest": one.digest, "size": one.size, "platform": place} for one in children]
    head = {"schemaVersion": 2, "mediaType": ACCEPTED[kind]}
    return Blob(json.dumps({**head, "manifests": named}).encode())


class Client:
    """Asks one registry, with the same headers each time, and remembers nothing."""

    def __init__(
        self, registry: Registry, *headers: tuple[str, str], host: str = "", peer: str = ""
    ) -> None:
        self.registry = registry
        self.headers = headers
        self.host = host
        self.peer = peer
        self.at_us = 0

    def ask(
        self,
        method: str,
        target: str,
        body: bytes | Blob = b"",
        headers: Iterable[tuple[str, str]] = (),
    ) -> Response:
        return self.registry.handle(self.request(method, target, body, headers))

    def request(
        self,
        method: str,
        target: str,
        body: bytes | Blob = b"",
        headers: Iterable[tuple[str, str]] = (),
    ) -> Request:
        said = (*self.headers, *headers)
        return Request(method, target, said, body, host=self.host, peer=self.peer, at_us=self.at_us)

    def get(self, target: str, accept: str = "") -> Response:
        headers = [("Accept", ACCEPTED.get(accept, accept))] if accept else []
        return self.ask("GET", target, b"", headers)

    def open_upload(self, repository: str) -> str:
        """The path and query of a new session."""
        return self.go_on(self.ask("POST", f"/v2/{repository}/blobs/uploads/"))

    def go_on(self, response: Response) -> str:
        location: str = response.headers["Location"]
        _, host, path = location.partition("/v2/")
        return host + path

    def upload(self, repository: str, *blobs: Blob) -> None:
        for blob in blobs:
            target = f"{self.open_upload(repository)}&digest={blob.digest}"
            assert self.ask("PUT", target, blob).status == 201

    def put(self, path: str, body: Blob, kind: str = "docker") -> Response:
        """Put a manifest at ``repository/manifests/reference``."""
        return self.ask("PUT", f"/v2/{path}", body, [("Content-Type", ACCEPTED[kind])])

    def push(self, repository: str, tag: str, *layers: Blob, kind: str = "docker") -> Blob:
        """The whole image; returns its manifest."""
        self.upload(repository, CONFIG, *layers)
        document = manifest(*layers, kind=kind)
        assert self.put(f"{repository}/manifests/{tag}", document, kind).status == 201
        return document


def codes(response: Response) -> list[str]:
    """The error codes in an answer's body, in order."""
    body = bytes(response.body)
    if not body.startswith(b"{"):
        return []
    return [error["code"] for error in json.loads(body).get("errors", [])]


def detail(response: Response) -> Any:
    """The detail of the first error, or None."""
    return json.loads(bytes(response.body))["errors"][0].get("detail")


def basic(name: str, password: str) -> tuple[str, str]:
    packed = base64.b64encode(f"{name}:{password}".encode()).decode()
    return ("Authorization", f"Basic {packed}")


def bearer(registry: Registry, *scopes: str, user: str = "", password: str = "lab") -> Client:
    """A client of the Hub with a token for these scopes, such as ``alice/app:pull,push``."""
    query = "&".join(f"scope=repository:{scope}" for scope in scopes)
    asking = Client(registry, *([basic(user, password)] if user else []), host="auth.docker.io")
    answer = asking.get(f"/token?service=registry.docker.io&{query}")
    assert answer.status == 200
    token = json.loads(bytes(answer.body))["token"]
    return Client(registry, ("Authorization", f"Bearer {token}"), host="registry-1.docker.io")
