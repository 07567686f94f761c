"""The catalogue: exact sizes, shared bases, and digests that are those of the bytes."""

from __future__ import annotations

import hashlib
import zlib

import pytest

from labsim.archive import Tar
from labsim.catalogue import IMAGES, LAYERS, content, image, layer, recipe
from labsim.catalogue.digests import KNOWN
from labsim.errors import UnknownImage
from tools import catalogue_digests

MB = 1_000_000


@pytest.mark.parametrize(
    ("name", "packed", "files"),
    [
        ("os", 30, 80),
        ("go", 70, 220),
        ("deps", 15, 40),
        ("src", 1, 2),
        ("bin", 6, 12),
        ("mus", 4, 8),
    ],
)
def test_the_layers_of_the_teaching_world_have_round_sizes(name, packed, files):
    assert (layer(name).packed_size, layer(name).files_size) == (packed * MB, files * MB)


@pytest.mark.parametrize(
    ("name", "parts"),
    [("debian", ["os"]), ("alpine", ["mus"]), ("golang", ["os", "go"])],
)
def test_the_images_of_the_teaching_world_have_exactly_these_layers(name, parts):
    assert list(image(name).layers) == [layer(part) for part in parts]


def test_every_tag_of_an_image_is_that_image():
    for name, found in IMAGES.items():
        assert {image(f"{name}:{tag}") for tag in found.tags} == {image(name)}
    assert IMAGES["golang"].tags == ("1.23", "latest")
    for unknown in ("golang:1", "nothing", "library/golang", ""):
        with pytest.raises(UnknownImage):
            image(unknown)


def test_familiar_images_share_their_bases():
    on_debian = [name for name in IMAGES if image(name).layers[0] == layer("os")]
    assert on_debian == ["debian", "golang", "python", "node", "nginx", "redis", "postgres"]
    assert image("python").layers[:3] == image("node").layers[:3]
    assert len(image("hello-world").layers) == len(image("busybox").layers) == 1
    assert image("hello-world").size < 20_000


def test_history_has_a_step_for_every_layer_and_believable_dates():
    for name in IMAGES:
        config = image(name).config
        steps = [step for step in config.history if not step.empty_layer]
        assert len(steps) == len(config.diff_ids)
        assert "2023-01-01" < config.created < "2025-01-20"
        assert config.cmd


def test_what_the_hub_holds_is_complete():
    shelves = list(content())
    assert [name for name, *_ in shelves] == [f"library/{name}" for name in IMAGES]
    for _, tags, manifest, blobs, visibility in shelves:
        assert tags
        assert visibility == "public"
        assert [row.digest for row in manifest.blobs] == [blob.digest for blob in blobs]
        assert [row.size for row in manifest.blobs] == [blob.size for blob in blobs]


def test_no_layer_is_held_in_memory():
    large = [found for name in LAYERS if (found := layer(name)).packed_size > MB]
    assert len(large) > 10
    assert not any(found.packed.held or found.tar.held for found in large)


@pytest.mark.parametrize("edition", [(name, 1) for name in LAYERS if LAYERS[name].packed <= 2 * MB])
def test_small_layers_hash_to_what_is_shipped(edition):
    assert catalogue_digests.computed(*edition) == KNOWN[edition]


def test_a_shipped_layer_unpacks_with_the_standard_library_alone():
    packed = bytes(layer("src").packed)
    unpacked = zlib.decompress(packed, 31)
    assert f"sha256:{hashlib.sha256(packed).hexdigest()}" == layer("src").packed.digest
    assert f"sha256:{hashlib.sha256(unpacked).hexdigest()}" == layer("src").diff_id
    assert Tar(unpacked).entries == layer("src").tar.entries
    assert (len(packed), Tar(unpacked).files_size) == (1 * MB, 2 * MB)


def test_large_layers_begin_and_end_as_gzip_does():
    for name in ("os", "go"):
        chunks = layer(name).packed.chunks()
        assert next(chunks) == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
        chunks.close()  # type: ignore[attr-defined] # a generator, as every made-up blob's


def test_an_edited_layer_is_as_large_and_another():
    editions = [layer("src", edition) for edition in range(1, 10)]
    assert len(set(editions)) == 9
    assert {found.packed_size for found in editions} == {1 * MB}
    assert all(("src", edition) in KNOWN for edition in range(1, 10))


def test_editions_beyond_the_shipped_ones_are_computed():
    assert ("src", 11) not in KNOWN
    beyond = layer("src", 11)
    assert (beyond.packed_size, beyond.files_size) == (1 * MB, 2 * MB)
    assert beyond not in {layer("src", edition) for edition in range(1, 10)}
    assert beyond.packed.digest == recipe("src", 11).packed().digest


def test_every_layer_that_can_be_edited_has_the_file_that_is():
    for name, found in LAYERS.items():
        files = [line.rpartition(" ")[0] for line in found.listing.split("\n")]
        assert found.edited in files or found.edited == "", name


def test_the_tool_sees_a_digest_that_is_wrong(monkeypatch, capsys):
    monkeypatch.setattr(catalogue_digests, "editions", lambda: iter([("hello", 1)]))
    known = {("hello", 1): KNOWN["hello", 1]}
    monkeypatch.setattr(catalogue_digests, "KNOWN", known)
    assert catalogue_digests.main(["--check"]) == 0
    known["hello", 1] = (1, "", "")
    assert catalogue_digests.main(["--check"]) == 1
    assert capsys.readouterr().out.split("\n")[-2] == "hello, edition 1: differs"


@pytest.mark.slow
def test_every_digest_that_is_shipped_is_that_of_the_bytes():
    assert catalogue_digests.main(["--check"]) == 0
