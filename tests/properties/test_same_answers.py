"""The function, the application and the server: asked the same, they answer the same, for ever."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from labsim import Registry, serve
from labsim.blob import Blob
from labsim.doors.serve.application import Application
from labsim.doors.serve.desk import RegistryDesk
from labsim.doors.serve.door import Door
from labsim.image import DOCKER_MANIFEST, OCI_MANIFEST
from labsim.wire import Headers, Request
from tests.doors.serve.asgi import exchanged, scope_of
from tests.doors.serve.speaking import Line, chunked, written
from tests.registry.asking import CONFIG, LOWER, NOWHERE, UPPER, index, manifest

HOST = "localhost:5000"
BLOBS = (LOWER, UPPER, CONFIG, Blob(b""))
MANIFESTS = (
    manifest(LOWER, kind="oci"),
    manifest(LOWER, UPPER),
    index(manifest(LOWER, kind="oci")),
)
REPOSITORIES = ("team/app", "team/other", "x")

repositories = st.sampled_from(REPOSITORIES)
blobs = st.sampled_from(BLOBS)
documents = st.sampled_from((*MANIFESTS, Blob(b"{}"), Blob(b"no json")))
references = st.sampled_from(("v1", "v2", NOWHERE, *(one.digest for one in MANIFESTS)))
#: What says how long a connection lives, or when it was; not what was asked.
PASSING = ("Date", "Connection")

Answer = tuple[int, tuple[tuple[str, str], ...], bytes]


def shown(status: int, headers: Headers, body: bytes) -> Answer:
    pairs = ((name.title(), value) for name, value in headers)
    return status, tuple(sorted(pair for pair in pairs if pair[0] not in PASSING)), body


class SameAnswers(RuleBasedStateMachine):
    """One registry three times, with three doors."""

    door: Door
    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        super().__init__()
        self.bare, behind, served = (Registry(HOST) for _ in range(3))
        self.app = Application(RegistryDesk(behind))
        for one in (self.bare, behind, served):
            one.reseed(b"the same")
        self.door._desk.registry = served
        self.line = Line(self.door)
        self.places: list[str] = []

    def teardown(self) -> None:
        self.line.socket.close()

    def ask(self, method: str, target: str, body: bytes = b"", **named: str) -> Answer:
        """Ask all three; the one answer."""
        headers = [(name.replace("_", "-"), value) for name, value in named.items()]
        heard = self.bare.handle(Request(method, target, headers, body, host=HOST))
        first = shown(heard.status, heard.headers, bytes(heard.body))
        assert self.through_asgi(method, target, headers, body) == first
        assert self.through_a_socket(method, target, headers, body) == first
        return first

    def through_asgi(self, method, target, headers, body) -> Answer:
        raw = [(name.lower().encode(), value.encode()) for name, value in headers]
        parts = [body[:3], body[3:]] if body else [b""]
        announced = (b"content-length" in dict(raw)) or not body
        scope = scope_of(method, target, raw, chunked=not announced)
        answer = self.loop.run_until_complete(exchanged(self.app, scope, parts))
        return shown(*answer)

    def through_a_socket(self, method, target, headers, body) -> Answer:
        if len(body) % 2 and "Content-Length" not in dict(headers):
            in_chunks = [*headers, ("Transfer-Encoding", "chunked")]
            self.line.send(written(method, target, in_chunks) + chunked(body, 7))
        else:
            self.line.send(written(method, target, headers, body))
        heard = self.line.hear(method)
        if heard.headers.get("Connection") == "close":
            self.line.socket.close()
            self.line = Line(self.door)
        return shown(*heard)

    def remember(self, answer: Answer) -> None:
        where = dict(answer[1]).get("Location", "")
        if "/uploads/" in where:
            self.places.append("/" + where.split("/", 3)[3])

    @rule(repository=repositories, blob=blobs)
    def look(self, repository, blob):
        self.ask("HEAD", f"/v2/{repository}/blobs/{blob.digest}")

    @rule(
        repository=repositories, blob=blobs, span=st.sampled_from(["0-", "-3", "1-2", "9-1", "x"])
    )
    def read(self, repository, blob, span):
        self.ask("GET", f"/v2/{repository}/blobs/{blob.digest}", Range=f"bytes={span}")

    @rule(repository=repositories)
    def open(self, repository):
        self.remember(self.ask("POST", f"/v2/{repository}/blobs/uploads/"))

    @rule(repository=repositories, blob=blobs)
    def send_at_once(self, repository, blob):
        target = f"/v2/{repository}/blobs/uploads/?digest={blob.digest}"
        self.remember(self.ask("POST", target, bytes(blob)))

    @rule(repository=repositories, source=repositories, blob=blobs)
    def mount(self, repository, source, blob):
        target = f"/v2/{repository}/blobs/uploads/?mount={blob.digest}&from={source}"
        self.remember(self.ask("POST", target))

    @precondition(lambda self: self.places)
    @rule(data=st.data(), blob=blobs, start=st.sampled_from([None, 0, 15, 1000]))
    def send(self, data, blob, start):
        place = data.draw(st.sampled_from(self.places))
        named = {} if start is None else {"Content_Range": f"{start}-{start + blob.size - 1}"}
        if named:
            named["Content_Length"] = str(blob.size)
        self.ask("PATCH", place, bytes(blob), **named)

    @precondition(lambda self: self.places)
    @rule(data=st.data(), blob=blobs, named=blobs)
    def close(self, data, blob, named):
        place = data.draw(st.sampled_from(self.places))
        self.ask("PUT", f"{place}&digest={named.digest}", bytes(blob))

    @precondition(lambda self: self.places)
    @rule(data=st.data(), method=st.sampled_from(["GET", "DELETE"]))
    def ask_about(self, data, method):
        self.ask(method, data.draw(st.sampled_from(self.places)))

    @rule(
        repository=repositories,
        document=documents,
        reference=references,
        kind=st.sampled_from([OCI_MANIFEST, DOCKER_MANIFEST, "text/plain"]),
    )
    def publish(self, repository, document, reference, kind):
        target = f"/v2/{repository}/manifests/{reference}"
        self.ask("PUT", target, bytes(document), Content_Type=kind)

    @rule(
        repository=repositories,
        reference=references,
        method=st.sampled_from(["GET", "HEAD", "DELETE"]),
    )
    def ask_for(self, repository, reference, method):
        target = f"/v2/{repository}/manifests/{reference}"
        self.ask(method, target, Accept=f"{OCI_MANIFEST}, {DOCKER_MANIFEST}")

    @rule(repository=repositories)
    def list(self, repository):
        self.ask("GET", f"/v2/{repository}/tags/list")


def test_the_three_never_differ():
    with serve(Registry(HOST)) as door:
        SameAnswers.door = door
        SameAnswers.loop = asyncio.new_event_loop()
        try:
            run_state_machine_as_test(SameAnswers, settings=settings(stateful_step_count=25))
        finally:
            SameAnswers.loop.close()


def test_a_difference_would_be_seen():
    with serve(Registry(HOST)) as door:
        SameAnswers.door = door
        SameAnswers.loop = asyncio.new_event_loop()
        machine = SameAnswers()
        machine.bare.store.opened("x", "public").published = True
        with pytest.raises(AssertionError):
            machine.list("x")
        machine.teardown()
        SameAnswers.loop.close()
