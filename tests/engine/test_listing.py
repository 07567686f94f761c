"""The list of images: what an engine has found out on the way equals what is found out now."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from labsim import Lab
from labsim.engine.classic import Classic
from labsim.engine.containerd import Containerd
from labsim.image import Descriptor, Index, Platform
from labsim.reference import Reference
from tests.engine.small import image

NAMES = [Reference(text) for text in ("one:1", "one:2", "two/app:1", "localhost:5000/app:v1")]
#: Moments in both orders, two alike, and none at all.
CREATED = ("2025-03-01T09:00:00Z", "2024-01-01T00:00:00Z", "2025-03-01T09:00:00Z", "")
IMAGES = [image("os", text, created=created) for text, created in zip("abcd", CREATED, strict=True)]
OTHER = image("os", "arm", created="2025-02-01T00:00:00Z")
PLATFORMS = (Platform("linux", "amd64"), Platform("linux", "arm64"))
names = st.sampled_from(NAMES)


def from_scratch(engine, came):
    """The rows of these images, which came in this order, found out now."""
    rows = []
    for image_id in reversed(came):
        known = sorted(
            (name for name in engine.names if engine.names.get(name) == image_id), key=str
        )
        row = engine.summary(image_id)
        assert list(row.tags) == [name for name in known if name.digest is None]
        assert known == engine.names.of(image_id)
        rows.append(row)
    return sorted(rows, key=lambda row: -row.created_us)


class Listed(RuleBasedStateMachine):
    """Images and names come and go; so do parts of an index."""

    make: type[Classic] | type[Containerd] = Classic

    def __init__(self):
        super().__init__()
        self.engine: Any = self.make()
        self.came = []

    def arrived(self, image_id):
        if image_id not in self.came:
            self.came.append(image_id)

    @rule(number=st.sampled_from(range(4)), name=names)
    def an_image_comes(self, number, name):
        self.engine.adopt(IMAGES[number], [name])
        self.arrived(self.engine.resolve(str(name)))

    @rule(name=names, other=names, digest=st.booleans())
    def another_name(self, name, other, digest):
        image_id = self.engine.names.get(name)
        if image_id is not None:
            if digest:
                manifest = IMAGES[0].manifest().digest
                self.engine.names.point(other.without_tag().with_digest(manifest), image_id)
            else:
                self.engine.tag(str(name), other)

    @rule(name=names)
    def a_name_goes(self, name):
        if self.engine.names.get(name) is not None:
            self.engine.remove(str(name))
            self.came = [one for one in self.came if self.engine.has_image(one)]

    @rule(at=st.integers(0, 3))
    def an_image_goes(self, at):
        if at < len(self.came):
            self.engine.remove(str(self.came.pop(at)), force=True)

    @rule()
    def it_is_listed(self):
        assert self.engine.images() == from_scratch(self.engine, self.came)

    def teardown(self):
        self.it_is_listed()


class ListedContainerd(Listed):
    """The same with indexes, of which a part is here."""

    make = Containerd

    @rule(whole=st.integers(0, 3), name=names)
    def an_index_comes_with_one_platform(self, whole, name):
        manifests = [IMAGES[whole].manifest("oci"), OTHER.manifest("oci")]
        children = [
            Descriptor.of(one.media_type, one)._replace(platform=platform)
            for one, platform in zip(manifests, PLATFORMS, strict=True)
        ]
        blobs = (manifests[0], *IMAGES[whole].blobs)
        self.arrived(self.engine.hold(Index.oci(children), blobs, [name]))

    @rule(at=st.integers(0, 3))
    def a_blob_of_the_other_platform_comes(self, at):
        blobs = (OTHER.manifest("oci"), *OTHER.blobs)
        self.engine.content.put(blobs[at])

    @invariant()
    def what_is_missing_is_awaited_by_images_that_are_listed(self):
        assert len(self.engine.images()) == len(self.came)


for machine in (Listed, ListedContainerd):
    machine.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
TestListed = Listed.TestCase
TestListedContainerd = ListedContainerd.TestCase


@pytest.mark.parametrize("engine", ["classic", "containerd"])
def test_what_was_undone_is_listed_as_before(engine):
    lab = Lab(engine=engine)
    lab.docker("pull golang")
    before = lab.seat.engine.images()
    lab.docker("tag golang mine:1")
    assert lab.seat.engine.images() != before
    lab.undo()
    assert lab.seat.engine.images() == before
    lab.redo()
    assert [name.familiar for name in lab.seat.engine.images()[0].tags] == [
        "golang:latest",
        "mine:1",
    ]
    assert [name.familiar for name in before[0].tags] == ["golang:latest"], "a list is kept as told"
