"""Gzip: the same bytes on every machine, valid for every tool; anybody's gzip, read carefully."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import tracemalloc
import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim.archive import Tar, Zipped, directory, file, pack, tar, unpack
from labsim.archive.madeup import MadeUp
from labsim.archive.packing import lengths, packed_size
from labsim.blob import CHUNK, Blob
from labsim.errors import Mismatch

SMALL = tar([directory("app"), file("app/hello.txt", b"hello\n", mtime=1_700_000_000)])


# -- packing ---------------------------------------------------------------------------------------

RUNS = st.lists(
    st.one_of(
        st.binary(max_size=300),
        st.integers(0, 1200).map(bytes),
        st.integers(1, 255).flatmap(
            lambda byte: st.integers(0, 140_000).map(bytes([byte]).__mul__)
        ),
    ),
    max_size=8,
).map(b"".join)


def chopped(data: bytes, at: list[int]) -> Tar:
    """A generated tar of these bytes, cut at these places."""
    cuts = [0, *sorted(place % (len(data) + 1) for place in at), len(data)]
    parts = [data[start:stop] for start, stop in pairwise(cuts)]
    return Tar.streamed(lambda: iter(parts), len(data))


@given(RUNS)
def test_gunzip_gives_back_every_byte(data):
    packed = bytes(pack(Tar(data)))
    assert gzip.decompress(packed) == data
    assert zlib.decompress(packed, 31) == data
    assert len(packed) == packed_size(lengths(data))


@given(RUNS, st.lists(st.integers(0, 1 << 20), max_size=6))
def test_the_packed_bytes_depend_on_the_content_alone(data, at):
    assert bytes(pack(chopped(data, at))) == bytes(pack(Tar(data)))


@given(st.binary(min_size=1, max_size=99), st.integers(0, 5000), st.binary(max_size=99))
def test_zeros_said_as_a_number_pack_as_zeros_written_out(before, zeros, after):
    written = before + bytes(zeros) + after
    counted = Tar.streamed(lambda: iter((before, zeros, after)), len(written))
    assert bytes(counted) == written
    assert bytes(pack(counted)) == bytes(pack(Tar(written)))


@pytest.mark.parametrize("zeros", [63, 64, 65, 66, 67, 258, 259, 260, 261, 322, 10_000, 1_000_000])
def test_every_length_of_a_run_of_zeros_is_said_exactly(zeros):
    data = b"a" + bytes(zeros) + b"b"
    packed = bytes(pack(Tar(data)))
    assert zlib.decompress(packed, 31) == data
    assert len(packed) == packed_size([1, -zeros, 1])
    if zeros > 100:
        assert len(packed) < 50 + zeros / 150


def test_all_lengths_of_the_last_match_are_right():
    data = b"".join(b"x" + bytes(64 + n) for n in range(600))
    assert zlib.decompress(bytes(pack(Tar(data))), 31) == data


def test_a_large_tar_is_packed_without_being_held():
    big = Tar.streamed(lambda: iter([b"x" * 1000, 3_000_000]), 3_001_000)
    packed = pack(big)
    assert not packed.held
    assert packed.size == len(bytes(packed)) == packed_size([1000, -3_000_000])
    assert packed.digest == Blob(bytes(packed)).digest


@pytest.mark.parametrize("program", ["gzip", "tar"])
def test_the_programs_of_this_machine_read_it(program, tmp_path):
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} here")
    path = tmp_path / "layer.tar.gz"
    path.write_bytes(bytes(pack(SMALL)))
    words = {"gzip": ["-dc", path], "tar": ["-xzOf", path, "app/hello.txt"]}[program]
    ran = subprocess.run([program, *words], capture_output=True, check=True)
    assert ran.stdout == {"gzip": bytes(SMALL), "tar": b"hello\n"}[program]
    assert ran.stderr == b""


# -- unpacking -------------------------------------------------------------------------------------


def test_unpacking_our_own_packing_is_free():
    packed = pack(SMALL)
    assert unpack(packed) is SMALL
    assert unpack(SMALL) is SMALL


def test_somebody_elses_gzip_is_unpacked_once_and_remembered():
    foreign = Zipped(Blob(gzip.compress(bytes(SMALL))))
    assert unpack(foreign) is foreign.tar
    assert foreign.tar == SMALL
    assert foreign.tar.diff_id == SMALL.diff_id


def test_a_gzip_of_several_members_is_one_archive():
    data = bytes(SMALL)
    blob = Blob(gzip.compress(data[:700]) + gzip.compress(data[700:]))
    assert unpack(blob) == SMALL


def test_a_large_gzip_is_unpacked_without_being_held():
    big = bytes(tar([file("big", b"\7" * 5_000_000)]))
    found = unpack(Blob(gzip.compress(big)))
    assert not found.held
    assert (found.size, found.files_size) == (len(big), 5_000_000)
    assert bytes(found) == big


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda data: data[:-1], "the gzip data is truncated"),
        (lambda data: data[:30], "the gzip data is truncated"),
        (lambda data: data[:60] + bytes([data[60] ^ 255]) + data[61:], "the gzip data is corrupt"),
        (lambda data: data[:-8] + b"\0\0\0\0" + data[-4:], "the gzip data is corrupt"),
        (lambda data: data + b"garbage", "followed by something else"),
        (lambda data: data + bytes(16), "followed by something else"),
        (lambda data: gzip.compress(b"hello"), "the tar archive is truncated"),
    ],
)
@pytest.mark.parametrize("level", [0, 6])
def test_broken_gzip_is_refused_in_one_sentence(change, sentence, level):
    with pytest.raises(Mismatch, match=sentence):
        unpack(Blob(change(gzip.compress(bytes(SMALL), level))))


def test_unpacking_stops_at_its_limit():
    bomb = Blob(gzip.compress(bytes(100_000_000)))
    with pytest.raises(Mismatch, match="more bytes than allowed"):
        unpack(bomb, limit=10_000_000)


def test_a_small_bomb_is_not_held_before_it_is_refused():
    bomb = gzip.compress(bytes(100_000_000))
    assert len(bomb) < CHUNK
    tracemalloc.start()
    try:
        with pytest.raises(Mismatch, match="more bytes than allowed"):
            unpack(Blob(bomb), limit=60_000_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


def test_a_large_packed_layer_gives_its_parts_too():
    large = pack(tar([file("big", b"\7" * 3_000_000)]))
    assert not large.held
    assert bytes(large.slice(10, 20)) == bytes(large)[10:20]


# -- made-up layers --------------------------------------------------------------------------------

FILES = [("usr/bin/tool", 7), ("usr/lib/thing.so", 20), ("etc/conf", 1)]


@given(st.integers(20_000, 400_000), st.integers(2, 5))
def test_a_made_up_layer_has_exactly_the_sizes_asked_for(packed_bytes, ratio):
    made = MadeUp("seed", packed_bytes, packed_bytes * ratio, FILES).packed()
    held = Tar(zlib.decompress(bytes(made), 31))
    assert len(bytes(made)) == made.size == packed_bytes
    assert held.files_size == made.tar.files_size == packed_bytes * ratio
    assert held.entries == made.tar.entries
    assert (held.size, held.digest) == (made.tar.size, made.tar.digest)
    assert pack(held) == made


def test_a_made_up_layer_says_so_and_lists_its_folders():
    made = MadeUp("seed", 50_000, 100_000, FILES, mtime=7).packed()
    assert [entry.name for entry in made.tar.entries] == [
        "etc/",
        "etc/conf",
        "usr/",
        "usr/bin/",
        "usr/bin/tool",
        "usr/lib/",
        "usr/lib/thing.so",
    ]
    assert bytes(made.tar.content("etc/conf")).startswith(b"labsim made this file up: etc/conf\n")
    assert {entry.mtime for entry in made.tar.entries} == {7}


def test_an_edit_changes_one_file_and_no_size():
    recipe = MadeUp("seed", 50_000, 100_000, FILES)
    before, after = recipe.packed(), recipe._replace(edits=[("etc/conf", 1)]).packed()
    assert (before.size, before.tar.entries) == (after.size, after.tar.entries)
    changed = [
        entry.name
        for entry in before.tar.entries
        if entry.kind == "0" and before.tar.content(entry.name) != after.tar.content(entry.name)
    ]
    assert changed == ["etc/conf"]


def test_sizes_that_cannot_be_are_refused():
    with pytest.raises(Mismatch, match="cannot be packed into exactly 90000"):
        MadeUp("seed", 90_000, 80_000, FILES).packed()
    with pytest.raises(Mismatch, match="cannot be packed into exactly 100"):
        MadeUp("seed", 100, 80_000, FILES).packed()
