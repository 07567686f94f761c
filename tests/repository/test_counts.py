"""What a push costs in counts: equal on every machine, so they are gates that never flicker."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from benchmarks.scenes import (
    build_plan,
    first_push,
    image_of,
    long_dockerfile,
    one_more_push,
    stocked,
)
from labsim.archive.madeup import MadeUp
from labsim.digest import Digest, _Hash

LAYERS = 8


@pytest.fixture
def counted(monkeypatch):
    """How often each content was hashed, and how many JSON texts were parsed."""
    hashed: Counter[bytes] = Counter()
    parsed: list[bytes] = []
    of, loads = vars(_Hash)["of"].__func__, json.loads

    def counting_of(cls, data, algorithm="sha256"):
        whole = data if isinstance(data, bytes) else b"".join(data)
        hashed[whole] += cls is Digest
        return of(cls, whole, algorithm)

    def counting_loads(text, *args, **options):
        parsed.append(bytes(text, "utf-8") if isinstance(text, str) else bytes(text))
        return loads(text, *args, **options)

    monkeypatch.setattr(Digest, "of", classmethod(counting_of))
    monkeypatch.setattr(json, "loads", counting_loads)
    return hashed, parsed


def test_a_first_push_makes_the_requests_that_were_recorded():
    run = first_push(image_of(LAYERS)).run()
    run.result()
    asked = Counter((one.method, one.status) for one in run.trace.exchanges)
    assert asked == {
        ("GET", 200): 1,  # is this a registry, and who may come in?
        ("POST", 202): LAYERS + 1,  # layers of which nothing is remembered are sent unasked
        ("PATCH", 202): LAYERS + 1,
        ("PUT", 201): LAYERS + 2,  # the last is the manifest
        ("HEAD", 200): LAYERS + 1,  # and each is looked for after it was sent
        ("HEAD", 404): 1,  # the config is always asked for first
    }


def test_the_same_push_again_asks_for_each_layer_and_sends_none():
    push = first_push(image_of(LAYERS))
    push.run().result()
    again = push.run()
    again.result()
    asked = Counter((one.method, one.status) for one in again.trace.exchanges)
    assert asked == {("GET", 200): 1, ("HEAD", 200): LAYERS + 1, ("PUT", 201): 1}


def test_each_blob_is_hashed_once_and_the_manifest_parsed_once(counted):
    hashed, parsed = counted
    image = image_of(LAYERS)
    for blob in image.blobs:
        bytes(blob)
    hashed.clear()
    parsed.clear()
    first_push(image).run().result()
    contents = [bytes(blob) for blob in (*image.blobs, image.manifest())]
    assert {hashed[content] for content in contents} == {1}
    assert parsed.count(bytes(image.manifest())) == 1


def test_a_push_asks_as_much_of_a_large_registry_as_of_a_small_one():
    counts = [len(one_more_push(stocked(n), 1).run().trace.exchanges) for n in (50, 5_000)]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("builder", ["buildkit", "legacy"])
def test_a_build_of_fifty_steps_makes_and_hashes_no_made_up_byte(builder, counted, monkeypatch):
    hashed, _ = counted
    made: list[str] = []
    noise = MadeUp._noise

    def counting_noise(self, name, edits, size):
        made.append(name)
        return noise(self, name, edits, size)

    monkeypatch.setattr(MadeUp, "_noise", counting_noise)
    built = build_plan(builder, long_dockerfile(50))
    assert built.image is not None
    assert built.image.size > 300_000_000
    assert made == []
    assert sum(len(content) for content in hashed) < 400_000
