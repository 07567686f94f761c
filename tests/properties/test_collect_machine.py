"""Pushes, deletions and collections in any order, request by request: no push fails for it.

What :mod:`labsim.registry.collect` argues is tried here.  A push asks for each blob, mounts or
sends what is not there, and puts its manifest; between any two of its requests time may pass, tags
move, the registry start anew, and garbage be collected.  A push that began within the grace must
end well.  A slower one has no promise, and is given up.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from labsim.blob import Blob
from labsim.registry import OPERATOR, PLAIN, Registry, Store
from labsim.registry.collect import GRACE_S
from labsim.registry.restore import restored
from labsim.wire import Request, Response
from tests.registry.asking import ACCEPTED, index, manifest
from tests.registry.shelves import LastingShelf

pytestmark = pytest.mark.slow

GRACE_US = GRACE_S * 1_000_000
POLICY = PLAIN.turned("mount_anonymous", value=True)
REPOSITORIES = ("team/app", "team/web")
TAGS = ("v1", "v2")
CONFIGS = [Blob(f"config {n}".encode()) for n in range(3)]
LAYERS = [Blob(f"layer {n}".encode() * n) for n in range(1, 4)]

repositories = st.sampled_from(REPOSITORIES)
tags = st.sampled_from(TAGS)
images = st.builds(
    lambda config, layers, kind: (kind, [config, *layers]),
    st.sampled_from(CONFIGS),
    st.lists(st.sampled_from(LAYERS), min_size=1, max_size=2, unique_by=id),
    st.sampled_from(("oci", "docker")),
)
Steps = Generator[Request, Response, None]


def sending(repository: str, blob: Blob, how: str) -> Steps:
    """HEAD; then a mount from wherever it is, or an upload."""
    answer = yield Request("HEAD", f"/v2/{repository}/blobs/{blob.digest}")
    if answer.status == 200:
        return
    uploads = f"/v2/{repository}/blobs/uploads/"
    query = f"?mount={blob.digest}" if how == "mount" else ""
    answer = yield Request("POST", uploads + query)
    if answer.status == 202:
        target = answer.headers["Location"]
        answer = yield Request("PATCH", target, body=blob)
        answer = yield Request("PUT", f"{target}&digest={blob.digest}")
    assert answer.status == 201


def putting(repository: str, reference: str, body: Blob, kind: str) -> Steps:
    said = [("Content-Type", ACCEPTED[kind])]
    target = f"/v2/{repository}/manifests/{reference}"
    answer = yield Request("PUT", target, said, Blob(bytes(body)))
    assert answer.status == 201, bytes(answer.body)


def pushing(
    repository: str, tag: str, parts: list[tuple[str, list[Blob]]], how: str, listed: bool
) -> Steps:
    """One image under the tag, or several under an index that has it."""
    made = []
    for kind, (config, *layers) in parts:
        for blob in (config, *layers):
            yield from sending(repository, blob, how)
        body = manifest(*layers, kind=kind, config=config)
        reference = body.digest if listed else tag
        yield from putting(repository, reference, body, kind)
        made.append(body)
    if listed:
        yield from putting(repository, tag, index(*made), "oci index")


class Push:
    """A push on its way, since when, and what its next request is."""

    def __init__(self, steps: Steps, began_us: int) -> None:
        self.steps, self.began_us = steps, began_us
        self.request: Request | None = next(steps)

    def answered(self, answer: Response) -> None:
        try:
            self.request = self.steps.send(answer)
        except StopIteration:
            self.request = None


class Collecting(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.shelf = LastingShelf()
        self.registry = Registry("localhost:5000", policy=POLICY, store=Store(self.shelf))
        self.now_us = 0
        self.pushes: list[Push] = []

    def ask(self, method: str, target: str, peer: str = "") -> Response:
        request = Request(method, target, peer=peer, at_us=self.now_us)
        return self.registry.handle(request)

    def tagged(self) -> Iterator[tuple[str, str]]:
        for repository in self.registry.store.repositories.values():
            for tag in repository.tags:
                yield repository.name, tag

    # -- what clients do ---------------------------------------------------------------------------

    @rule(
        repository=repositories,
        tag=tags,
        parts=st.lists(images, min_size=1, max_size=2),
        how=st.sampled_from(("mount", "upload")),
        listed=st.booleans(),
    )
    def begin(
        self,
        repository: str,
        tag: str,
        parts: list[tuple[str, list[Blob]]],
        how: str,
        listed: bool,
    ) -> None:
        steps = pushing(repository, tag, parts if listed else parts[:1], how, listed)
        self.pushes.append(Push(steps, self.now_us))

    @precondition(lambda self: self.pushes)
    @rule(which=st.integers(0, 99), times=st.integers(1, 4))
    def go_on(self, which: int, times: int) -> None:
        push = self.pushes[which % len(self.pushes)]
        for _ in range(times):
            if push.request is None:
                self.pushes.remove(push)
                return
            push.request.at_us = self.now_us
            push.answered(self.registry.handle(push.request))

    @rule(
        repository=repositories,
        image=images,
        pauses=st.dictionaries(st.integers(0, 8), st.sampled_from((1, 11, 13, 23)), min_size=1),
        untagged=st.booleans(),
        anew=st.booleans(),
    )
    def push_slowly(
        self,
        repository: str,
        image: tuple[str, list[Blob]],
        pauses: dict[int, int],
        untagged: bool,
        anew: bool,
    ) -> None:
        """With hours and a collection, and perhaps a restart, before some of its requests."""
        push = Push(pushing(repository, "v1", [image], "mount", listed=False), self.now_us)
        number = 0
        while push.request is not None:
            if number in pauses:
                if anew and "/uploads/" not in push.request.target:
                    self.restart()
                self.come_back_and_collect(pauses[number], untagged)
            if self.now_us - push.began_us >= GRACE_US:
                return
            push.request.at_us = self.now_us
            push.answered(self.registry.handle(push.request))
            number += 1

    @precondition(lambda self: self.pushes)
    @rule(which=st.integers(0, 99))
    def give_up(self, which: int) -> None:
        del self.pushes[which % len(self.pushes)]

    @precondition(lambda self: not self.pushes)
    @rule(repository=repositories, which=st.integers(0, 99), by_tag=st.booleans())
    def delete(self, repository: str, which: int, by_tag: bool) -> None:
        """Only what nothing relies on: no push, and no index."""
        held = self.registry.store.find(repository)
        manifests = held.manifests if held else {}
        listed = {child.digest for stored in manifests.values() for child in stored.children}
        names = sorted(held.tags if held and by_tag else manifests.keys() - listed)
        if names:
            target = f"/v2/{repository}/manifests/{names[which % len(names)]}"
            assert self.ask("DELETE", target).status == 202

    # -- what the operator does --------------------------------------------------------------------

    @rule(hours=st.sampled_from((1, 11, 23, 30)))
    def wait(self, hours: int) -> None:
        self.now_us += hours * 3_600_000_000
        self.pushes = [p for p in self.pushes if self.now_us - p.began_us < GRACE_US]

    @rule(hours=st.sampled_from((1, 11, 23, 30)), untagged=st.booleans())
    def come_back_and_collect(self, hours: int, untagged: bool) -> None:
        self.wait(hours)
        self.collect(untagged, dry=False)

    @rule(untagged=st.booleans(), dry=st.booleans())
    def collect(self, untagged: bool, dry: bool) -> None:
        query = f"?untagged={str(untagged).lower()}&dry_run={str(dry).lower()}"
        before = self.registry.store.size
        answer = self.ask("POST", f"/_lab/collect{query}", OPERATOR)
        report = json.loads(bytes(answer.body))
        uploads = 0 if report["uploads"] else report["bytes"]
        assert report["uploads"] or self.registry.store.size == before - (0 if dry else uploads)

    @rule()
    def restart(self) -> None:
        """What was promised before it is kept after it; uploads on their way begin again."""
        self.pushes = [p for p in self.pushes if p.request and "/uploads/" not in p.request.target]
        self.registry = Registry("localhost:5000", policy=POLICY, store=restored(self.shelf))

    # -- what is always true -----------------------------------------------------------------------

    @invariant()
    def everything_tagged_can_be_pulled(self) -> None:
        for name, tag in self.tagged():
            repository = self.registry.store.repositories[name]
            ahead = [str(repository.tags[tag])]
            while ahead:
                stored = repository.manifests[ahead.pop()]
                ahead += [child.digest for child in stored.children]
                assert all(repository.blobs[digest] for digest in stored.needs)

    @invariant()
    def the_shelf_holds_what_the_store_does(self) -> None:
        store = self.registry.store
        assert {blob.digest for blob in self.shelf.contents()} == {
            *store.blobs,
            *store.manifests,
            *store.loose,
        }

    def teardown(self) -> None:
        """When all is quiet, two collections leave what the tags lead to, and nothing else."""
        for push in list(self.pushes):
            while push in self.pushes:
                self.go_on(self.pushes.index(push), 8)
        for _ in range(2):
            self.now_us += GRACE_US
            self.collect(untagged=True, dry=False)
        self.everything_tagged_can_be_pulled()
        needed: set[str] = set()
        for name, tag in self.tagged():
            repository = self.registry.store.repositories[name]
            ahead = [str(repository.tags[tag])]
            while ahead:
                document = json.loads(bytes(self.shelved(ahead[-1])))
                needed.add(ahead.pop())
                ahead += [child["digest"] for child in document.get("manifests", [])]
                parts = [*document.get("layers", []), *filter(None, [document.get("config")])]
                needed |= {part["digest"] for part in parts}
        assert {blob.digest for blob in self.shelf.contents()} == needed
        assert self.registry.store.size == sum(self.shelved(digest).size for digest in needed)

    def shelved(self, digest: str) -> Blob:
        return next(blob for blob in self.shelf.contents() if blob.digest == digest)


Collecting.TestCase.settings = settings(max_examples=60, stateful_step_count=50)
TestCollecting = Collecting.TestCase
