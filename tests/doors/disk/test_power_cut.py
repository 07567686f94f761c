"""The power is cut after every single thing that a store does to its disk.

Whatever had been acknowledged by then is there afterwards, whole; nothing is half there; and the
registry goes on.  The disk is a double that loses all that was not synced, or some of it, or none.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from labsim.blob import Blob
from labsim.digest import Digest
from labsim.doors.disk import DiskShelf, check
from labsim.registry import OPERATOR, Registry
from labsim.registry.restore import restored
from tests.doors.disk.powercut import Disk, Fate, QuickFiles, RecordingFiles
from tests.registry.asking import CONFIG, LOWER, UPPER, Client, manifest

pytestmark = pytest.mark.slow  # every instant of many requests

BIG = Blob(bytes(range(256)) * 40)
LAST = Blob(b"the last one")


class Promise(NamedTuple):
    """What was acknowledged when so many things had been done to the disk: path → status, body."""

    done: int
    answers: dict[str, tuple[int, bytes]]


class Story:
    """A registry on a recorded disk, and what it has acknowledged so far."""

    def __init__(self, root: Path, skips: tuple[str, ...] = ()) -> None:
        root.mkdir()
        self.files = RecordingFiles(root, skips)
        self.shelf = DiskShelf(root, files=self.files)
        self.client = Client(Registry("localhost:5000", store=restored(self.shelf)))
        self.promises = [Promise(0, {})]
        self.expected: dict[str, tuple[int, bytes]] = {}

    def tell(self) -> None:
        for step in (
            self.push,
            self.move_a_tag,
            self.chunks,
            self.mount,
            self.delete,
            self.collect,
            self.another_algorithm,
            self.chunks_by_another_name,
        ):
            step()
        self.shelf.close()

    def acknowledged(self, *changes: tuple[str, int, bytes]) -> None:
        self.expected |= {path: (status, body) for path, status, body in changes}
        self.promises.append(Promise(len(self.files.done), dict(self.expected)))

    def upload(self, repository: str, *blobs: Blob) -> None:
        for blob in blobs:
            target = f"{self.client.open_upload(repository)}&digest={blob.digest}"
            head = self.client.request("PUT", target)
            draft = self.client.registry.receive(head)
            draft.write(bytes(blob)[:7])
            draft.write(bytes(blob)[7:])
            head.body = draft.seal()
            assert self.client.registry.handle(head).status == 201
            self.acknowledged((f"/v2/{repository}/blobs/{blob.digest}", 200, bytes(blob)))

    def tag(self, repository: str, tag: str, document: Blob) -> None:
        assert self.client.put(f"{repository}/manifests/{tag}", document).status == 201
        at = f"/v2/{repository}/manifests"
        body = bytes(document)
        self.acknowledged((f"{at}/{tag}", 200, body), (f"{at}/{document.digest}", 200, body))

    def push(self) -> None:
        self.upload("team/app", CONFIG, LOWER)
        self.tag("team/app", "v1", manifest(LOWER))

    def move_a_tag(self) -> None:
        self.upload("team/app", UPPER)
        self.tag("team/app", "v1", manifest(LOWER, UPPER))

    def chunks(self) -> None:
        target = self.client.open_upload("team/app")
        for start in (0, 4_000):
            head = self.client.request("PATCH", target)
            draft = self.client.registry.receive(head)
            draft.write(bytes(BIG)[start : start + 4_000])
            head.body = draft.seal()
            self.client.registry.handle(head)
        broken = self.client.registry.receive(self.client.request("PATCH", target))
        broken.write(b"nothing that belongs here")
        broken.discard()
        whole = self.client.ask("PUT", f"{target}&digest={BIG.digest}", bytes(BIG)[8_000:])
        assert whole.status == 201
        self.acknowledged((f"/v2/team/app/blobs/{BIG.digest}", 200, bytes(BIG)))

    def mount(self) -> None:
        for blob in (CONFIG, BIG):
            target = f"/v2/other/web/blobs/uploads/?mount={blob.digest}&from=team/app"
            assert self.client.ask("POST", target).status == 201
            self.acknowledged((f"/v2/other/web/blobs/{blob.digest}", 200, bytes(blob)))
        self.tag("other/web", "latest", manifest(BIG))

    def delete(self) -> None:
        document = manifest(BIG)
        at = "/v2/other/web/manifests"
        assert self.client.ask("DELETE", f"{at}/{document.digest}").status == 202
        self.acknowledged((f"{at}/latest", 404, b""), (f"{at}/{document.digest}", 404, b""))
        assert self.client.ask("DELETE", f"/v2/other/web/blobs/{BIG.digest}").status == 202
        self.acknowledged((f"/v2/other/web/blobs/{BIG.digest}", 404, b""))

    def collect(self) -> None:
        operator = Client(self.client.registry, peer=OPERATOR)
        assert operator.ask("POST", "/_lab/collect?grace_s=0&untagged=true").status == 200
        gone = (
            f"team/app/manifests/{manifest(LOWER).digest}",
            f"team/app/blobs/{BIG.digest}",
            f"other/web/blobs/{CONFIG.digest}",
        )
        self.acknowledged(*((f"/v2/{path}", 404, b"") for path in gone))

    def another_algorithm(self) -> None:
        self.upload("team/app", LAST.named("sha512"))
        target = f"/v2/team/app/blobs/uploads/?digest={BIG.digest}"
        head = self.client.request("POST", target)
        draft = self.client.registry.receive(head)
        draft.write(bytes(BIG))
        head.body = draft.seal()
        assert self.client.registry.handle(head).status == 201
        self.acknowledged((f"/v2/team/app/blobs/{BIG.digest}", 200, bytes(BIG)))

    def chunks_by_another_name(self) -> None:
        """Hashed by sha256 as it came, and kept as a sha512; the PUT has no bytes, as docker's."""
        digest = BIG.named("sha512").digest
        target = self.client.open_upload("team/app")
        registry = self.client.registry
        for method, chunk in (
            ("PATCH", bytes(BIG)[:6_000]),
            ("PATCH", bytes(BIG)[6_000:]),
            ("PUT", b""),
        ):
            head = self.client.request(method, f"{target}&digest={digest}" if not chunk else target)
            draft = registry.receive(head)
            draft.prepare()
            if chunk:
                draft.write(chunk)
            draft.settle()
            head.body = draft.seal()
            assert registry.handle(head).ok
        self.acknowledged((f"/v2/team/app/blobs/{digest}", 200, bytes(BIG)))


def broken_promises(story: Story, cut: int, root: Path, fate: Fate) -> Iterator[str]:
    """What is not as it was acknowledged, after the power was cut behind the ``cut``-th thing."""
    root.mkdir()
    Disk(story.files.done[:cut]).after_power_cut(root, fate)
    shelf = DiskShelf(root, files=QuickFiles(root))
    client = Client(Registry("localhost:5000", store=restored(shelf)))
    kept = [promise for promise in story.promises if promise.done <= cut]
    # The request that was cut off was never answered: it may have happened, and it may not have.
    next_one = story.promises[len(kept)].answers if len(kept) < len(story.promises) else {}
    for path, promised in kept[-1].answers.items():
        answer = client.get(path)
        found = (answer.status, bytes(answer.body) if answer.status == 200 else b"")
        if found not in (promised, next_one.get(path, promised)):
            yield f"{path} answers {found} instead of {promised}"
    yield from half_there(client)
    shelf.close()
    yield from (finding.sentence for finding in check(root).findings if finding.damaged)


def half_there(client: Client) -> Iterator[str]:
    """A manifest that is served, and something that it names that is not, or is not whole."""
    for repository in client.registry.store.repositories.values():
        for tag, digest in repository.tags.items():
            if repository.manifest(tag) is None:
                yield f"{repository.name}:{tag} points to {digest}, which is not there"
        for stored in repository.manifests.values():
            yield from (f"{digest} is missing" for digest in repository.missing(stored))
        for name, blob in repository.blobs.items():
            if Digest.of(blob.chunks(), name.partition(":")[0]) != name:
                yield f"{name} has other bytes"


def cuts(story: Story) -> range:
    return range(len(story.files.done) + 1)


FATES: dict[str, Callable[[int], Fate]] = {
    "all is lost": lambda seed: lambda: 0.0,
    "nothing is lost": lambda seed: lambda: 1.0,
    "some is lost": lambda seed: random.Random(seed).random,
}


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Story:
    told = Story(tmp_path_factory.mktemp("story") / "store")
    told.tell()
    return told


@pytest.mark.parametrize("fate", FATES)
def test_a_power_cut_at_any_instant_loses_nothing_that_was_acknowledged(story, tmp_path, fate):
    assert len(story.promises) >= 12
    for cut in cuts(story):
        found = list(broken_promises(story, cut, tmp_path / str(cut), FATES[fate](cut)))
        assert found == [], f"after {story.files.done[cut - 1]}"


@pytest.mark.slow
def test_a_power_cut_at_any_instant_with_many_fates(story, tmp_path):
    for seed in range(40):
        for cut in cuts(story):
            fate = random.Random(seed * 10_000 + cut).random
            root = tmp_path / f"{seed}-{cut}"
            assert list(broken_promises(story, cut, root, fate)) == [], (seed, cut)


@pytest.mark.parametrize("skipped", ["sync", "sync_folder"])
def test_the_test_sees_a_sync_that_is_left_out(tmp_path, skipped):
    told = Story(tmp_path / "store", skips=(skipped,))
    told.tell()
    assert any(
        list(broken_promises(told, cut, tmp_path / str(cut), lambda: 0.0)) for cut in cuts(told)
    )


def test_the_test_sees_a_tag_that_comes_before_its_manifest_lasts(story, tmp_path):
    """All names last and no bytes do: a disk on which renames overtake what they rename."""
    told = Story(tmp_path / "store", skips=("sync",))
    told.tell()
    order = iter([1.0, 0.0] * 100_000)
    found = list(broken_promises(told, len(told.files.done), tmp_path / "cut", lambda: next(order)))
    assert found
