"""A layer in one pass: its names, its sizes, its members; and what bounds the memory for them."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable

import pytest

from labsim.archive import directory, file, symlink, tar
from labsim.archive.measuring import measure
from labsim.archive.reading import Room, read_entries
from labsim.blob import CHUNK, Blob
from labsim.digest import DiffID, Digest
from labsim.errors import Mismatch
from tests.zstandard import zstd

LAYER = tar([directory("a"), file("a/b", b"hello\n" * 700), symlink("c", "a/b")])
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": zstd,
}


def measured(data: bytes, **options):
    return measure(iter([data]), **{"limit": 10**9, **options})


@pytest.mark.parametrize("how", PACKINGS)
def test_everything_is_found_in_one_pass(how):
    data = PACKINGS[how](bytes(LAYER))
    readings = []

    def chunks():
        readings.append("begun")
        yield from (data[at : at + 100] for at in range(0, len(data), 100))
        readings.append("ended")

    found = measure(chunks(), limit=10**9)
    assert readings == ["begun", "ended"]
    assert found.files_size == LAYER.files_size == 4200
    assert found == (Digest.of(data), len(data), how, LAYER.diff_id, LAYER.size, LAYER.entries)


def test_a_digest_is_taken_by_the_algorithm_that_is_asked_for():
    data = gzip.compress(bytes(LAYER))
    found = measured(data, algorithm="sha512")
    assert found.digest == Digest.of(data, "sha512")
    assert found.diff_id == DiffID.of(bytes(LAYER))


@pytest.mark.parametrize("how", PACKINGS)
def test_a_layer_that_unpacks_to_more_than_its_limit_is_refused(how):
    data = PACKINGS[how](bytes(LAYER))
    assert measured(data, limit=LAYER.size).tar_size == LAYER.size
    with pytest.raises(Mismatch, match=rf"^it unpacks to more than the {LAYER.size - 1} bytes all"):
        measured(data, limit=LAYER.size - 1)


@pytest.mark.parametrize("how", PACKINGS)
@pytest.mark.parametrize("change", [lambda data: data[:-700], lambda data: b"x" * 600])
def test_a_broken_layer_is_one_sentence(how, change):
    with pytest.raises(Mismatch, match=r"^(the (gzip|zstd) data|the tar archive|there is no tar) "):
        measured(PACKINGS[how](change(bytes(LAYER))))


@pytest.mark.parametrize("how", ["gzip", "zstd"])
def test_a_large_layer_needs_little_memory(how):
    content = tar([file("big", Blob.generated(lambda: iter([bytes(CHUNK)] * 64), 64 * CHUNK))])
    data = PACKINGS[how](bytes(content))
    tracemalloc.start()
    try:
        found = measured(data, limit=100 * CHUNK)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.tar_size == content.size
    assert peak < 8 * CHUNK


def test_an_archive_of_names_alone_is_refused_before_it_fills_the_memory():
    many = tar([file(f"{n:04d}") for n in range(1000)])
    assert len(read_entries(many.chunks(), Room(400_000))) == 1000
    with pytest.raises(Mismatch, match="more members than can be kept in memory"):
        read_entries(many.chunks(), Room(200_000))


def test_long_names_take_the_room_that_they_take():
    long = tar([file("n" * 5000), symlink("s", "t" * 5000)])
    with pytest.raises(Mismatch, match="more members than can be kept in memory"):
        measured(bytes(long), room=Room(10_000))
    assert len(measured(bytes(long), room=Room(11_000)).entries) == 2


def test_several_layers_share_a_room():
    room = Room(1_600)
    measured(bytes(LAYER), room=room)
    with pytest.raises(Mismatch, match="more members than can be kept in memory"):
        measured(bytes(LAYER), room=room)
