"""What a registry in memory counts is what it holds, whatever was asked, and never above its limit.

Requests come as a door brings them, several at a time: admitted, received piece by piece, broken
off or cancelled in between, and handled at last.  After each step the count is compared with what
can be seen to be held.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from labsim.blob import Blob
from labsim.image import DOCKER_MANIFEST, OCI_MANIFEST
from labsim.registry import OPEN, OPERATOR, Registry, Store
from labsim.registry.answers import Refusal
from labsim.registry.memory import MemoryShelf
from labsim.wire import Request, Response
from tests.registry.asking import CONFIG, LOWER, NOWHERE, UPPER, manifest

pytestmark = pytest.mark.slow

LARGE = Blob(bytes(range(256)) * 6_000)  # of more than one piece
LIMIT = 2 * LARGE.size + 500
BLOBS = (CONFIG, LOWER, UPPER, LARGE, Blob(b""))
MANIFESTS = (manifest(LOWER), manifest(UPPER, LARGE, kind="oci"), Blob(b"{}"), Blob(b"no json"))
PLACES = ("team/app", "team/web")
KINDS = {MANIFESTS[1]: OCI_MANIFEST}

places = st.sampled_from(PLACES)
blobs = st.sampled_from(BLOBS)
algorithms = st.sampled_from(["sha256", "sha512"])


class Arriving:
    """A request whose body is on its way."""

    def __init__(self, head: Request, draft: Any, body: bytes, pieces: int) -> None:
        self.head = head
        self.draft = draft
        self.came = 0
        step = max(1, -(-len(body) // pieces))
        self.ahead = [body[at : at + step] for at in range(0, len(body), step)]


class Counting(RuleBasedStateMachine):
    """A small registry, and the requests that are on their way to it."""

    def __init__(self) -> None:
        super().__init__()
        self.shelf = MemoryShelf(LIMIT)
        self.registry = Registry("localhost:5000", policy=OPEN, store=Store(self.shelf))
        self.sessions: list[str] = []
        self.arriving: list[Arriving] = []
        self.at_us = 0

    def ask(
        self, method: str, target: str, body: bytes = b"", peer: str = "", kind: str = ""
    ) -> Any:
        """At once, as a notebook asks."""
        self.at_us += 1_000_000
        headers = [("Content-Type", kind)] if kind else []
        request = Request(method, target, headers, body, at_us=self.at_us, peer=peer)
        free = LIMIT - self.shelf.used
        return self.not_in_vain(self.registry.handle(request), free, len(body))

    def not_in_vain(self, answer: Response, free: int, wanted: int) -> Response:
        """Nobody is told that the memory is full while there is room."""
        assert answer.status != 507 or wanted > free
        return answer

    # --- uploads ---------------------------------------------------------------------------------

    @rule(place=places)
    def open(self, place: str) -> None:
        answer = self.ask("POST", f"/v2/{place}/blobs/uploads/")
        self.sessions.append("/v2/" + answer.headers["Location"].split("/v2/")[1])

    @precondition(lambda self: self.sessions)
    @rule(data=st.data(), blob=blobs, whole=st.booleans())
    def send_at_once(self, data: st.DataObject, blob: Blob, whole: bool) -> None:
        target = data.draw(st.sampled_from(self.sessions))
        if whole:
            self.ask("PUT", f"{target}&digest={blob.digest}", bytes(blob))
        else:
            self.ask("PATCH", target, bytes(blob))

    @rule(place=places, blob=blobs, cut=st.integers(0, 3), pieces=st.integers(0, 4))
    def send_in_parts(self, place: str, blob: Blob, cut: int, pieces: int) -> None:
        """A part, and then the rest, at once or bit by bit."""
        self.open(place)
        target, at = self.sessions[-1], blob.size * cut // 3
        self.ask("PATCH", target, bytes(blob)[:at])
        target = f"{target}&digest={blob.digest}"
        if pieces:
            self.receive("PUT", target, bytes(blob)[at:], pieces)
        else:
            self.ask("PUT", target, bytes(blob)[at:])

    @rule(place=places, blob=blobs, algorithm=algorithms, right=st.booleans())
    def post_at_once(self, place: str, blob: Blob, algorithm: str, right: bool) -> None:
        digest = blob.named(algorithm).digest if right else NOWHERE
        self.ask("POST", f"/v2/{place}/blobs/uploads/?digest={digest}", bytes(blob))

    @precondition(lambda self: self.sessions)
    @rule(data=st.data(), method=st.sampled_from(["GET", "DELETE", "DELETE"]))
    def ask_about(self, data: st.DataObject, method: str) -> None:
        target = data.draw(st.sampled_from(self.sessions))
        if self.ask(method, target).status == 204 and method == "DELETE":
            self.sessions.remove(target)

    @precondition(lambda self: self.sessions)
    @rule(
        data=st.data(),
        blob=blobs,
        algorithm=algorithms,
        how=st.sampled_from(["PATCH", "PUT", "PUT", "wrong"]),
        pieces=st.integers(1, 4),
    )
    def begin(self, data: st.DataObject, blob: Blob, algorithm: str, how: str, pieces: int) -> None:
        target = data.draw(st.sampled_from(self.sessions))
        if how != "PATCH":
            named = NOWHERE if how == "wrong" else blob.named(algorithm).digest
            target = f"{target}&digest={named}"
        self.receive("PATCH" if how == "PATCH" else "PUT", target, bytes(blob), pieces)

    @rule(place=places, blob=blobs, algorithm=algorithms, pieces=st.integers(1, 4))
    def begin_post(self, place: str, blob: Blob, algorithm: str, pieces: int) -> None:
        digest = blob.named(algorithm).digest
        target = f"/v2/{place}/blobs/uploads/?digest={digest}"
        self.receive("POST", target, bytes(blob), pieces)

    def receive(self, method: str, target: str, body: bytes, pieces: int, kind: str = "") -> None:
        self.at_us += 1_000_000
        headers = [("Content-Type", kind)] if kind else []
        head = Request(method, target, headers, at_us=self.at_us)
        if self.registry.admit(head) is None:
            draft = self.registry.receive(head)
            self.arriving.append(Arriving(head, draft, body, pieces))

    @precondition(lambda self: self.arriving)
    @rule(data=st.data(), steps=st.integers(1, 5))
    def go_on(self, data: st.DataObject, steps: int) -> None:
        one = data.draw(st.sampled_from(self.arriving))
        for _ in range(steps):
            if one not in self.arriving:
                return
            free, chunk = LIMIT - self.shelf.used, one.ahead[0] if one.ahead else b""
            try:
                self.step(one)
            except Refusal as refused:
                one.draft.discard()
                self.arriving.remove(one)
                self.not_in_vain(refused.answer, free, len(chunk))

    def step(self, one: Arriving) -> None:
        if one.ahead:
            one.draft.write(one.ahead[0])
            one.came += len(one.ahead.pop(0))
            return
        one.draft.settle()
        one.head.body = one.draft.seal()
        free = LIMIT - self.shelf.used
        self.arriving.remove(one)
        self.not_in_vain(self.registry.handle(one.head), free, 0)

    @precondition(lambda self: self.arriving)
    @rule(data=st.data())
    def break_off(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.arriving))
        one.draft.discard()
        self.arriving.remove(one)

    # --- the rest --------------------------------------------------------------------------------

    @rule(blob=blobs, there=st.booleans())
    def mount(self, blob: Blob, there: bool) -> None:
        place, source = PLACES if there else PLACES[::-1]
        target = f"/v2/{place}/blobs/uploads/?mount={blob.digest}&from={source}"
        answer = self.ask("POST", target)
        if answer.status == 202:
            self.sessions.append("/v2/" + answer.headers["Location"].split("/v2/")[1])

    @rule(
        place=places,
        document=st.sampled_from(MANIFESTS),
        algorithm=algorithms,
        tag=st.booleans(),
        pieces=st.integers(0, 3),
    )
    def publish(self, place: str, document: Blob, algorithm: str, tag: bool, pieces: int) -> None:
        reference = "v1" if tag else document.named(algorithm).digest
        target, kind = f"/v2/{place}/manifests/{reference}", KINDS.get(document, DOCKER_MANIFEST)
        if pieces:
            self.receive("PUT", target, bytes(document), pieces, kind)
        else:
            self.ask("PUT", target, bytes(document), kind=kind)

    @rule(place=places, blob=st.sampled_from(BLOBS + MANIFESTS))
    def delete(self, place: str, blob: Blob) -> None:
        kind = "manifests" if blob in MANIFESTS else "blobs"
        self.ask("DELETE", f"/v2/{place}/{kind}/{blob.digest}")

    @rule(grace_s=st.sampled_from([0, 5]), untagged=st.booleans())
    def collect(self, grace_s: int, untagged: bool) -> None:
        query = f"grace_s={grace_s}&untagged={str(untagged).lower()}"
        assert self.ask("POST", f"/_lab/collect?{query}", peer=OPERATOR).status == 200

    @invariant()
    def the_count_is_what_is_held(self) -> None:
        store = self.registry.store
        kept = [*store.blobs.values(), *(one.blob for one in store.manifests.values())]
        kept += store.loose.values()
        uploads = self.registry.uploads._sessions.values()
        held = sum(blob.size for blob in kept) + sum(session.writer.size for session in uploads)
        cancelled = {
            id(draft._writer): draft._writer._held
            for draft in (one.draft for one in self.arriving)
            if getattr(getattr(draft, "_writer", None), "_closed", False)
        }
        held += sum(cancelled.values()) + sum(one.came for one in self.arriving)
        assert self.shelf.used == held
        assert held <= LIMIT

    def teardown(self) -> None:
        """When all is quiet and all is deleted, nothing is held."""
        for one in self.arriving:
            one.draft.discard()
        self.arriving.clear()
        for target in self.sessions:
            self.ask("DELETE", target)
        for name in PLACES:
            for digest in list(getattr(self.registry.store.find(name), "manifests", ())):
                self.ask("DELETE", f"/v2/{name}/manifests/{digest}")
        self.collect(0, untagged=True)
        assert self.shelf.used == 0


Counting.TestCase.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
TestCounting = Counting.TestCase
