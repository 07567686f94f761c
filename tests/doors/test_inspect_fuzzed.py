"""Archives with something turned over: looked into, or refused in a sentence, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim.doors.layouts import inspect, load
from labsim.errors import LabError
from tests.doors.written import Layout, config_json, docker_save, in_folder, in_tar, tar_of

LAYERS = [tar_of(("a", b"a" * 600), ("b/", None)), tar_of(("b/.wh.c", b""), ("a", b"A"))]
MANIFEST = [{"Config": "config.json", "RepoTags": ["shop/web:1.0"], "Layers": ["0.tar", "1.tar"]}]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=4,
)
ODD = JSON | st.sampled_from(
    [
        "a\0b",
        "x" * 5000,
        "../up",
        "/etc/passwd",
        "0.tar",
        "config.json",
        "sha256:0",
        "\ud800",
        ".",
        "",
    ]
)


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("fuzzed")


def places(value: object, path: tuple = ()) -> list[tuple]:
    """Where something stands in a document."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


def changed(value, path: tuple, new):
    """The document with something else in one place."""
    if not path:
        return new
    copy = json.loads(json.dumps(value))
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = new
    return copy


def refused_or_not(path: Path) -> None:
    refusals = []
    for read in (inspect, load):
        try:
            read(path, limit=100_000)
        except LabError as error:
            refusals.append(str(error))
    assert all(text.startswith(f"{path}: ") for text in refusals)


CONFIG = json.loads(config_json(LAYERS))


@given(data=st.data(), new=ODD, folder=st.booleans())
def test_a_docker_archive_with_another_document(here, data, new, folder):
    whole = data.draw(st.sampled_from([MANIFEST, CONFIG]))
    other = changed(whole, data.draw(st.sampled_from(places(whole))), new)
    manifest, config = (other, CONFIG) if whole is MANIFEST else (MANIFEST, other)
    files = {
        "manifest.json": json.dumps(manifest).encode(),
        "config.json": json.dumps(config).encode(),
        **{f"{n}.tar": tar for n, tar in enumerate(LAYERS)},
    }
    refused_or_not(in_folder(files, here / "folder") if folder else in_tar(files, here / "a.tar"))


@given(data=st.data(), new=ODD)
def test_an_oci_layout_with_another_document(here, data, new):
    layout = Layout()
    document = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": layout.blob("application/vnd.oci.image.config.v1+json", config_json(LAYERS)),
        "layers": [layout.layer(tar, "tar") for tar in LAYERS],
    }
    index = {"schemaVersion": 2, "manifests": [layout.blob(str(document["mediaType"]), b"")]}
    in_the_index = data.draw(st.booleans())
    if not in_the_index:
        document = changed(document, data.draw(st.sampled_from(places(document))), new)
    child = layout.blob("application/vnd.oci.image.manifest.v1+json", json.dumps(document).encode())
    index = {"schemaVersion": 2, "manifests": [child]}
    if in_the_index:
        index = changed(index, data.draw(st.sampled_from(places(index))), new)
    files = {**layout.files, "index.json": json.dumps(index).encode()}
    refused_or_not(in_tar(files, here / "oci.tar"))


@given(data=st.data(), packing=st.sampled_from(["gzip", "zstd", "tar"]))
def test_an_archive_with_other_bytes(here, data, packing):
    layout = Layout()
    path = in_tar(layout.add(layout.manifest(LAYERS, packing=packing)).finished(), here / "b.tar")
    whole = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole))) or None])
    refused_or_not(path)


@given(data=st.data(), packing=st.sampled_from(["gzip", "zstd", "tar"]))
def test_a_layer_with_other_bytes_that_nobody_promised_otherwise(here, data, packing):
    layout = Layout()
    layer = layout.files[
        f"blobs/{str(layout.layer(LAYERS[0], packing)['digest']).replace(':', '/')}"
    ]
    broken = bytearray(layer)
    for _ in range(data.draw(st.integers(1, 3))):
        broken[data.draw(st.integers(0, len(layer) - 1))] = data.draw(st.integers(0, 255))
    files = docker_save([(None, [LAYERS[0]])])
    files = {name: bytes(broken) if one == LAYERS[0] else one for name, one in files.items()}
    refused_or_not(in_tar(files, here / "layer.tar"))
