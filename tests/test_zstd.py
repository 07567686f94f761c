"""Zstandard: read where this Python can, bounded, and believed only when it was read to its end."""

from __future__ import annotations

import sys

import pytest

from labsim.archive import Zipped, file, tar, unpack
from labsim.archive.unpacking import packing
from labsim.archive.zstd import unzstd
from labsim.blob import CHUNK, Blob
from labsim.errors import Mismatch, NotSimulated
from labsim.image import OCI_LAYER_ZSTD, Layer
from tests.zstandard import zstd

SMALL = tar([file("app/hello.txt", b"hello\n" * 100)])
SKIPPED = b"\x5a\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"table"


def in_pieces(data: bytes, size: int = 7) -> bytes:
    """What comes out when it goes in so many bytes at a time."""
    return b"".join(unzstd(data[at : at + size] for at in range(0, len(data), size)))


def test_a_layer_in_zstd_is_unpacked_and_knows_what_it_was():
    blob = Blob(zstd(bytes(SMALL)))
    assert unpack(blob) == SMALL
    layer = Layer.from_packed(blob)
    assert layer.diff_id == SMALL.diff_id
    assert layer.source is not None
    assert (layer.source.media_type, layer.source.digest) == (OCI_LAYER_ZSTD, blob.digest)


def test_a_large_one_is_unpacked_without_being_held():
    big = tar([file("big", b"\7" * 5_000_000)])
    found = unpack(Blob(zstd(bytes(big))))
    assert not found.held
    assert found == big
    assert bytes(found) == bytes(big)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_several_frames_are_one_content_and_skipped_ones_are_none(size):
    data = bytes(SMALL)
    frames = SKIPPED + zstd(data[:600]) + SKIPPED + zstd(data[600:]) + SKIPPED
    assert in_pieces(frames, size) == data
    assert unpack(Blob(frames)) == SMALL


def test_a_frame_comes_out_in_pieces_of_a_mebibyte():
    pieces = list(unzstd(iter([zstd(bytes(10_000_000))])))
    assert max(map(len, pieces)) <= CHUNK
    assert sum(map(len, pieces)) == 10_000_000


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda data: data[:-1], "the zstd data is truncated"),
        (lambda data: data[:5], "the zstd data is truncated"),
        (lambda data: data[:4] + b"\xff" * 8 + data[12:], "the zstd data is corrupt"),
        (lambda data: data + b"garbage", "followed by something else"),
        (lambda data: zstd(b"hello"), "the tar archive is truncated"),
    ],
)
def test_broken_zstd_is_refused_in_one_sentence(change, sentence):
    with pytest.raises(Mismatch, match=sentence):
        unpack(Blob(change(zstd(bytes(SMALL)))))


def test_unpacking_zstd_stops_at_its_limit():
    with pytest.raises(Mismatch, match="the zstd data unpacks to more bytes than allowed"):
        unpack(Blob(zstd(bytes(100_000_000))), limit=10_000_000)


def test_a_frame_that_wants_a_window_too_large_is_refused():
    window_of_a_gibibyte = bytes([0x00, (30 - 10) << 3])
    with pytest.raises(Mismatch, match="the zstd data is corrupt"):
        in_pieces(b"\x28\xb5\x2f\xfd" + window_of_a_gibibyte + bytes(100))


def test_without_a_decoder_the_sentence_says_what_to_install(monkeypatch):
    for name in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(NotSimulated, match=r"packed with zstd.*pip install backports\.zstd$"):
        unpack(Blob(b"\x28\xb5\x2f\xfd\x00"))


def test_packing_is_told_by_the_first_bytes():
    starts = (zstd(b"x"), SKIPPED, b"\x1f\x8b\x08\x00", bytes(SMALL), b"", b"\x50")
    told = [packing(start[:4]) for start in starts]
    assert told == ["zstd", "zstd", "gzip", "plain", "plain", "plain"]


def test_a_large_packed_layer_gives_its_parts_too():
    data = zstd(bytes(tar([file("big", b"\7" * 3_000_000)])))
    streamed = Blob.generated(lambda: iter([data]), len(data))
    assert bytes(Zipped(streamed).slice(1, 5)) == data[1:5]
