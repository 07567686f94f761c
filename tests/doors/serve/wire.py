"""Recordings of real clients, sent again request by request: to a function, to ASGI, to a socket.

A recording keeps of a body only its size and its name.  So each digest is renamed, one to one, to
that of made-up content of the same size; a manifest's text is kept, and is renamed in its turn,
from the leaves up.  Upload sessions are renamed as they are opened.  What the registry had to hold
beforehand is read from the recording itself: whatever was there before anybody brought it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from labsim.blob import Blob
from labsim.image import DOCKER_INDEX, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST
from labsim.registry import Registry
from labsim.registry.documents import parse
from labsim.wire import Headers

DATA = Path(__file__).parents[2] / "data" / "traffic"
DOCKER = Path(__file__).parents[2] / "transcripts" / "golden"
_DIGEST = re.compile(r"sha256(:|%3A)([0-9a-f]{64})")
_SESSION = re.compile(r"/blobs/uploads/([0-9a-f-]{36})")
#: What the clients accepted; the recordings kept the last of several ``Accept`` lines.
_KINDS = (OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_INDEX)

NOWHERE = "sha256:" + "0" * 64
Row = dict[str, Any]
Brought = set[tuple[str, str]]


class Heard(NamedTuple):
    """An answer, whoever gave it."""

    status: int
    headers: Headers
    body: bytes


#: ``(method, target, headers, body, connection)``: one request on its way to somewhere.
Carrier = Callable[[str, str, list[tuple[str, str]], bytes, int], Heard]


def recording(name: str) -> list[Row]:
    """The rows of a recording in order of arrival; a token server's stand where they were asked."""
    path = next(folder / f"{name}.jsonl" for folder in (DATA, DOCKER) if _is_in(folder, name))
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    rows = [row for row in rows if row.get("status") is not None]
    return sorted(rows, key=lambda row: (row["t_ms"], row["n"]))


def _is_in(folder: Path, name: str) -> bool:
    return (folder / f"{name}.jsonl").exists()


class Names:
    """Recorded names and our own, both ways."""

    def __init__(self, rows: Iterable[Row]) -> None:
        rows = list(rows)
        self.texts = {digest: text for row in rows for digest, text in _manifests(row)}
        self.sizes = _sizes(rows, self.texts)
        self._ours: dict[str, str] = {}
        self.theirs: dict[str, str] = {}
        self.sessions: dict[str, str] = {}

    def content(self, digest: str) -> bytes:
        """What we send where they sent what bears this name."""
        if digest in self.texts:
            return self.renamed(self.texts[digest]).encode()
        size = self.sizes.get(digest, 100)
        return (hashlib.sha512(digest.encode()).digest() * (size // 64 + 1))[:size]

    def ours(self, digest: str) -> str:
        """The digest of that."""
        if digest not in self._ours:
            found = f"sha256:{hashlib.sha256(self.content(digest)).hexdigest()}"
            self._ours[digest] = found
            self.theirs[found] = digest
        return self._ours[digest]

    def renamed(self, text: str) -> str:
        """A text with our digests in the place of theirs, however the colon is written."""
        return _DIGEST.sub(self._renamed, text)

    def _renamed(self, found: re.Match[str]) -> str:
        return self.ours(f"sha256:{found[2]}").replace(":", found[1])

    def recorded(self, text: str) -> str:
        """The other way: an answer of ours as the recording would have it."""
        text = _DIGEST.sub(
            lambda found: self.theirs.get(f"sha256:{found[2]}", found[0]).replace(":", found[1]),
            text,
        )
        text = _SESSION.sub("/blobs/uploads/<session>", text)
        return re.sub(r"_state=[^&]+", "_state=<opaque>", text)


def _manifests(row: Row) -> Iterable[tuple[str, str]]:
    if "/manifests/" not in row["path"]:
        return
    for side in ("req", "resp"):
        text = row.get(f"{side}_body", "")
        if '"schemaVersion"' in text:
            yield f"sha256:{row[f'{side}_body_sha256']}", text


def _sizes(rows: list[Row], texts: dict[str, str]) -> dict[str, int]:
    """How long each blob is: from descriptors, from answers, and from what was sent."""
    sizes: dict[str, int] = {}
    sent: dict[str, int] = {}
    for text in texts.values():
        document = json.loads(text)
        for one in (*document.get("layers", ()), document.get("config")):
            if one:
                sizes[one["digest"]] = one["size"]
    for row in rows:
        path, session = row["path"], _SESSION.search(row["path"])
        digest = _digest_in(path)
        if session and row["method"] in ("PATCH", "PUT"):
            sent[session[1]] = sent.get(session[1], 0) + row["req_body_bytes"]
            if row["method"] == "PUT":
                sizes[digest] = sent[session[1]]
        elif "/blobs/" in path and row["status"] == 200 and "Content-Range" not in row:
            sizes[digest] = int(row["resp_headers"].get("Content-Length", 100))
    return sizes


def _digest_in(path: str) -> str:
    found = _DIGEST.search(path)
    return f"sha256:{found[2]}" if found else ""


def stock(registry: Registry, rows: list[Row], names: Names) -> None:
    """Put on the shelf what the recording found there: blobs, manifests with their tags."""
    brought: Brought = set()
    for row in sorted(rows, key=lambda row: "/tags/" in row["path"]):  # which only says that it is
        path = row["path"].partition("?")[0]
        for middle, shelving in _SHELVING.items():
            repository, found, last = path[4:].partition(middle)
            if found:
                shelving(_Shelf(registry, repository, names, brought), row, last)
                break
    for digest in names.texts:
        names.ours(digest)


class _Shelf(NamedTuple):
    """One repository, and what the recording itself has brought so far."""

    registry: Registry
    repository: str
    names: Names
    brought: Brought

    def opened(self, row: Row, _: str) -> None:
        """A mount that worked found its source; an upload that worked needed nothing."""
        digest = _digest_in(row["path"])
        source = re.search(r"from=([^&]+)", row["path"])
        if source and row["status"] == 201:
            self._replace(repository=source[1].replace("%2F", "/")).blob(digest)
        if row["status"] == 201:
            self.brought.add((self.repository, digest))

    def asked(self, row: Row, _: str) -> None:
        """A blob that was there."""
        if row["status"] in (200, 202):
            self.blob(_digest_in(row["path"]))

    def named(self, row: Row, reference: str) -> None:
        """A manifest that was there; or one that came, and found all that it lists."""
        if row["status"] == 201:
            self.contents(row["req_body"])
            digest = f"sha256:{row['req_body_sha256']}"
            self.brought.update({(self.repository, reference), (self.repository, digest)})
        elif row["status"] in (200, 202):
            self.manifest(reference, Headers(row["resp_headers"].items()), row["path"])

    def listed(self, row: Row, _: str) -> None:
        """Tags that were there."""
        for tag in json.loads(row.get("resp_body") or "{}").get("tags") or ():
            self.manifest(tag, Headers(), f"tag {tag}")

    def blob(self, digest: str) -> None:
        """Put it there, unless the recording has brought it."""
        if (self.repository, digest) not in self.brought:
            self.brought.add((self.repository, digest))
            self.names.ours(digest)
            kept = self.registry.store.keep(Blob(self.names.content(digest)))
            repository = self.registry.repository(self.repository)
            repository.link(kept)
            repository.published = True

    def manifest(self, reference: str, headers: Headers, path: str) -> None:
        """The same; of a manifest that nobody shows, any of the same kind and length will do."""
        if (self.repository, reference) in self.brought:
            return
        digest = headers.get("Docker-Content-Digest") or _digest_in(path) or path
        kind = headers.get("Content-Type").partition(";")[0]
        kind = kind if kind in _KINDS else _KINDS[0]
        if digest not in self.names.texts:
            text = _filler(digest, kind)
            size = int(headers.get("Content-Length") or 0)
            self.names.texts[digest] = text[:-1] + " " * (size - len(text)) + "}"
        self.file(digest, kind)
        if ":" not in reference:
            repository = self.registry.repository(self.repository)
            held = repository.manifest(self.names.ours(digest))
            assert held is not None
            repository.publish(held, reference)
            self.brought.add((self.repository, reference))

    def file(self, digest: str, kind: str) -> None:
        """Put a manifest there with all that it lists."""
        self.brought.add((self.repository, digest))
        self.contents(self.names.texts[digest])
        stored = parse(kind, Blob(self.names.content(digest)))
        self.registry.repository(self.repository).publish(self.registry.store.file(stored))

    def contents(self, text: str) -> None:
        """What a manifest lists."""
        document = json.loads(text)
        for one in (*document.get("layers", ()), document.get("config")):
            if one:
                self.blob(one["digest"])
        for child in document.get("manifests", ()):
            if (self.repository, child["digest"]) not in self.brought:
                self.names.texts.setdefault(
                    child["digest"], _filler(child["digest"], child["mediaType"])
                )
                self.file(child["digest"], child["mediaType"])


_SHELVING: dict[str, Callable[[_Shelf, Row, str], None]] = {
    "/blobs/uploads/": _Shelf.opened,
    "/blobs/": _Shelf.asked,
    "/manifests/": _Shelf.named,
    "/tags/": _Shelf.listed,
}


def _filler(digest: str, kind: str) -> str:
    """A manifest of which nobody says what is in it."""
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 100}
    inside = {"config": {**config, "digest": NOWHERE}, "layers": []}
    inside = {"manifests": []} if "index" in kind or "list" in kind else inside
    document = {"schemaVersion": 2, "mediaType": kind, **inside, "annotations": {"of": digest[7:]}}
    return json.dumps(document)


# --- sending --------------------------------------------------------------------------------------


class Replay:
    """One recording on its way through one carrier."""

    def __init__(self, rows: list[Row], names: Names, carry: Carrier) -> None:
        self._rows = rows
        self._names = names
        self._carry = carry
        self._places: dict[str, str] = {}
        self._sent: dict[str, bytes] = {}
        self._tokens: list[tuple[str, str]] = []

    def run(self) -> list[tuple[Row, Heard]]:
        """Each row with the answer that its request got here."""
        return [(row, self._one(row)) for row in self._rows]

    def _one(self, row: Row) -> Heard:
        method, target = row["method"], self._target(row["path"])
        headers = [pair for pair in row["req_headers"].items() if pair[0] not in _OWN]
        headers = [(name, self._shown(name, value, row)) for name, value in headers]
        if "/manifests/" in target and method in ("GET", "HEAD") and "Accept" in row["req_headers"]:
            headers.append(("Accept", ", ".join(_KINDS)))
        heard = self._carry(method, target, headers, self._body(row), row["peer_port"])
        self._learn(row, heard)
        return heard

    def _target(self, path: str) -> str:
        session = _SESSION.search(path)
        if session and session[1] in self._places:
            _, _, query = path.partition("_state=<opaque>")
            return self._places[session[1]] + self._names.renamed(query)
        return self._names.renamed(path)

    def _body(self, row: Row) -> bytes:
        """The bytes to send: a manifest's text renamed, or the next bytes of a blob."""
        size, session = row["req_body_bytes"], _SESSION.search(row["path"])
        if not size:
            return b""
        if not session:
            named = f"sha256:{row.get('req_body_sha256')}"
            if named in self._names.texts:
                return self._names.content(named)
            return str(row.get("req_body", "")).encode() or bytes(size)
        whole = self._names.content(self._blob_of(session[1]))
        at = self._sent.get(session[1], b"")
        self._sent[session[1]] = at + whole[len(at) : len(at) + size]
        return whole[len(at) : len(at) + size]

    def _blob_of(self, session: str) -> str:
        closing = (
            row["path"] for row in self._rows if session in row["path"] and row["method"] == "PUT"
        )
        return _digest_in(next(closing, ""))

    def _shown(self, name: str, value: str, row: Row) -> str:
        """A header as it is sent: a redacted token is the last one that is good for the request."""
        if name != "Authorization" or "<jwt>" not in value:
            return value
        repository = re.split(r"/(?:blobs|manifests|tags)/", row["path"][4:])[0]
        source = re.search(r"from=([^&]+)", row["path"])
        wanted = [repository, source[1].replace("%2F", "/") if source else ""]
        good = [token for scope, token in self._tokens if all(one in scope for one in wanted)]
        return f"Bearer {(good or [self._tokens[-1][1]])[-1]}"

    def _learn(self, row: Row, heard: Heard) -> None:
        theirs = _SESSION.search((row.get("resp_headers") or {}).get("Location", ""))
        ours = heard.headers.get("Location")
        if theirs and ours:
            self._places[theirs[1]] = re.sub(r"^https?://[^/]+", "", ours)
        if row["path"].startswith("/token") and heard.status == 200:
            scope = row["path"].replace("%3A", ":").replace("%2F", "/").replace("%2C", ",")
            self._tokens.append((scope, json.loads(heard.body)["token"]))


_OWN = ("Host", "Content-Length", "Transfer-Encoding")
