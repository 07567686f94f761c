"""Images: the four names, the exact bytes of Docker's documents, and what is refused."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from labsim.archive import file, pack, tar
from labsim.blob import Blob
from labsim.digest import DiffID, Digest
from labsim.errors import Mismatch, UnknownImage
from labsim.image import (
    DOCKER_CONFIG,
    DOCKER_INDEX,
    DOCKER_LAYER,
    DOCKER_LAYER_TAR,
    DOCKER_MANIFEST,
    HERE,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_LAYER,
    OCI_MANIFEST,
    Config,
    Descriptor,
    History,
    Image,
    Index,
    Layer,
    Manifest,
    Platform,
    read_manifest,
)

MADE = "2024-05-01T12:00:00Z"
ONE, TWO = (Layer.of(tar([file(name, name.encode())])) for name in ("one", "second"))


def image(*layers: Layer, **config: object) -> Image:
    made = Config.make([layer.diff_id for layer in layers], created=MADE, **config)  # type: ignore[arg-type] # passed on as they are
    return Image(made, layers)


# -- the four names --------------------------------------------------------------------------------


def test_each_name_is_the_hash_of_its_own_bytes():
    made = image(ONE, TWO)
    assert made.id == f"sha256:{sha256(bytes(made.config)).hexdigest()}"
    assert made.diff_ids[1] == f"sha256:{sha256(bytes(TWO.tar)).hexdigest()}"
    assert TWO.packed.digest == f"sha256:{sha256(bytes(TWO.packed)).hexdigest()}"
    chained = sha256(f"{made.diff_ids[0]} {made.diff_ids[1]}".encode()).hexdigest()
    assert made.chain_ids == (str(made.diff_ids[0]), f"sha256:{chained}")
    manifest = made.manifest("docker")
    assert manifest.digest == f"sha256:{sha256(bytes(manifest)).hexdigest()}"


def test_sizes_say_which_bytes_they_count():
    made = image(ONE, TWO)
    assert made.size == len("one") + len("second")
    assert made.packed_size == ONE.packed.size + TWO.packed.size
    assert ONE.packed == pack(ONE.tar)


def test_images_and_layers_are_equal_by_name():
    assert image(ONE) == image(Layer.from_packed(Blob(bytes(ONE.packed))))
    assert image(ONE) != image(ONE, env=["A=1"])
    assert len({ONE, Layer.of(ONE.tar), TWO}) == 2


def test_a_layer_packed_elsewhere_remembers_its_source_and_is_packed_anew():
    plain = Layer.from_packed(Blob(bytes(ONE.tar)))
    assert plain.source == (DOCKER_LAYER_TAR, ONE.tar.digest, ONE.tar.size, None, ())
    assert plain.packed.digest == ONE.packed.digest
    assert Layer.from_packed(ONE.packed).source is None
    assert Layer.from_packed(ONE.packed).packed is ONE.packed


# -- Docker's documents ----------------------------------------------------------------------------

RECORDED = [  # sizes and digests of a recorded push of four layers (Docker 20.10.24)
    (200314, "a983b05711bc0a9daa854e9139acb340d5ed63d5abe793aa95c4b880f1214dfc"),
    (150300, "1b89d8e4ef64f283bd42fe0a617a2759ca16fdd297a30daa07754de21507d6d9"),
    (100290, "54f12a33e880558d678e18a457c40ce57556c6a6c227de7ca4e2d1a4bc03e88d"),
    (50270, "1702f631ae2ac4efbb573037f8722b7db7c6bcaf831484b0d2c9738cdfbafbc3"),
]
RECORDED_CONFIG = "ab4723aa9960565523bf75b00eb873009305ab028e4a871601d4f36e9e801718"


def recorded_manifest() -> Manifest:
    config = Descriptor(DOCKER_CONFIG, Digest.from_hex(RECORDED_CONFIG), 2202)
    layers = [Descriptor(DOCKER_LAYER, Digest.from_hex(name), size) for size, name in RECORDED]
    return Manifest.docker(config, layers)


def test_a_manifest_has_the_digest_that_docker_gave_the_same_image():
    made = recorded_manifest()
    assert made.size == 1156
    assert made.digest.hex == "26eae6926d42b03f3ecf60cbe307171df44b5d9cbbaf5a135035d311e9b64ab9"


def test_a_manifest_list_has_the_digest_that_docker_gave_it():
    child = recorded_manifest().descriptor._replace(platform=Platform("linux", "arm64"))
    made = Index.docker([child])
    assert made.digest.hex == "c06ff972791f34914c8add3027c801bd05beb2d0b62939dcfcc12aa63a8fa6b8"


def test_a_manifest_made_and_the_same_bytes_read_are_the_same_view():
    made = image(ONE, TWO)
    for kind in ("docker", "oci"):
        written = made.manifest(kind)
        read = Manifest.read(written.media_type, Blob(bytes(written)))
        assert (read.config, read.layers) == (written.config, written.layers)
        assert Manifest.read(written.media_type, written) is written
        assert read_manifest("", written) is written
        assert made.manifest(kind) is written


def test_manifests_point_at_the_packed_layers_in_their_own_family_of_types():
    made = image(ONE, TWO)
    docker, oci = made.manifest("docker"), made.manifest("oci")
    assert [docker.media_type, *(row.media_type for row in docker.blobs)] == [
        DOCKER_MANIFEST,
        DOCKER_CONFIG,
        DOCKER_LAYER,
        DOCKER_LAYER,
    ]
    assert [oci.media_type, *(row.media_type for row in oci.blobs)] == [
        OCI_MANIFEST,
        OCI_CONFIG,
        OCI_LAYER,
        OCI_LAYER,
    ]
    for manifest in (docker, oci):
        for row, blob in zip(manifest.blobs, made.blobs, strict=True):
            row.check(blob)
    assert bytes(oci).count(b" ") == 0


def test_a_manifest_without_layers_is_still_json():
    config = Descriptor(DOCKER_CONFIG, Digest.of(b"{}"), 2)
    assert json.loads(bytes(Manifest.docker(config, [])))["layers"] == []


# -- the config ------------------------------------------------------------------------------------


def test_a_config_is_written_as_go_writes_it():
    config = Config.make(
        [ONE.diff_id],
        created=MADE,
        history=[
            History(MADE, "RUN a && b > c # é"),
            History(MADE, 'CMD ["x"]', comment="buildkit", empty_layer=True),
        ],
        env=["A=1"],
        cmd=["x"],
        labels=[("b", "2"), ("a", "1")],
        exposed_ports=["80/tcp"],
    )
    assert bytes(config).decode() == (
        '{"architecture":"amd64","config":{"ExposedPorts":{"80/tcp":{}},"Env":["A=1"],"Cmd":["x"],'
        '"Labels":{"a":"1","b":"2"}},"created":"2024-05-01T12:00:00Z","history":['
        '{"created":"2024-05-01T12:00:00Z","created_by":"RUN a \\u0026\\u0026 b \\u003e c # é"},'
        '{"created":"2024-05-01T12:00:00Z","created_by":"CMD [\\"x\\"]","comment":"buildkit",'
        '"empty_layer":true}],"os":"linux","rootfs":{"type":"layers","diff_ids":["'
        + ONE.diff_id
        + '"]}}'
    )


def test_what_is_written_into_a_config_can_be_read_back():
    history = (History(MADE, "ADD", "me", "why"), History(MADE, "ENV", empty_layer=True))
    made = Config.make(
        [ONE.diff_id],
        created=MADE,
        history=history,
        platform=Platform("linux", "arm64", "v8"),
        entrypoint=["/run"],
        labels=[("a", "1")],
    )
    config = Config.read(Blob(bytes(made)))
    assert config.history == history
    assert (config.created, str(config.platform)) == (MADE, "linux/arm64/v8")
    assert (config.entrypoint, config.cmd, config.env) == (("/run",), (), ())
    assert config.labels == {"a": "1"}
    assert config.image_id == made.image_id
    assert Config.read(made) is made


def read_config(**fields: object) -> Config:
    document = {"rootfs": {"type": "layers", "diff_ids": []}, **fields}
    return Config.read(Blob(json.dumps(document).encode()))


@pytest.mark.parametrize("created", ["yesterday", "2024-05-01", "", 5, "2023-02-29T00:00:00Z"])
def test_a_time_that_is_none_is_refused(created):
    sentence = f"^the config was created at {created!r}, which is no RFC 3339 time$"
    with pytest.raises(Mismatch, match=sentence):
        read_config(created=created)
    with pytest.raises(Mismatch, match=sentence):
        read_config(history=[{"created": created, "empty_layer": True}])


def test_a_config_need_not_say_when():
    assert [read_config(**fields).created for fields in ({}, {"created": None})] == ["", ""]
    silent = Config.make([], created="", history=[History("", "x", empty_layer=True)])
    assert "created" not in silent.document
    assert Config.read(Blob(bytes(silent))).history == silent.history


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (b"", "the config is not JSON"),
        (b"[" * 100_000, "the config is not JSON"),
        (b"[]", "the config is not a JSON object"),
        (b"{}", "does not list its layers"),
        (b'{"rootfs": {"diff_ids": [1]}}', "does not list its layers"),
        (b'{"rootfs": {"diff_ids": ["sha256:12"]}}', "is no digest"),
        (b'{"rootfs": {"diff_ids": []}, "history": [1]}', "history is not a list of steps"),
        (b'{"rootfs": {"diff_ids": []}, "history": [{}]}', "tells of 1 layers, but it lists 0"),
    ],
)
def test_a_config_that_is_none_is_refused_in_one_sentence(document, sentence):
    with pytest.raises(Mismatch, match=sentence):
        Image.read(Blob(document), [])


def test_a_config_of_no_layers_may_say_null():
    assert Config(b'{"rootfs": {"type": "layers", "diff_ids": null}}').diff_ids == ()


# -- what is refused -------------------------------------------------------------------------------


def test_an_image_must_have_the_layers_its_config_lists():
    config = image(ONE, TWO).config
    with pytest.raises(Mismatch, match="the config lists 2 layers, but there are 1"):
        Image(config, [ONE])
    with pytest.raises(Mismatch, match=f"layer 1 unpacks to {TWO.diff_id}, but the config lists"):
        Image(config, [TWO, ONE])
    with pytest.raises(Mismatch, match="layer 2 unpacks to"):
        Image.read(config, [ONE.packed, ONE.packed])


def manifest_with(**changes: object) -> bytes:
    document = json.loads(bytes(image(ONE).manifest("docker")))
    return json.dumps({**document, **changes}).encode()


@pytest.mark.parametrize(
    ("media_type", "data", "sentence"),
    [
        (DOCKER_MANIFEST, b"{", "the manifest is not JSON"),
        (DOCKER_MANIFEST, b"\xff", "the manifest is not JSON"),
        (DOCKER_MANIFEST, b"3", "not a JSON object"),
        (DOCKER_MANIFEST, manifest_with(schemaVersion=1), "schemaVersion is 1, not 2"),
        (OCI_MANIFEST, manifest_with(), "was sent as .*oci.* but calls itself .*docker"),
        ("text/plain", manifest_with(mediaType=""), "'text/plain' is not the media type of"),
        ("", manifest_with(mediaType=""), "'' is not the media type of"),
        (DOCKER_MANIFEST, manifest_with(layers={}), "lacks its config or its layers"),
        (DOCKER_MANIFEST, manifest_with(config=None), "a descriptor is not a JSON object"),
        (DOCKER_MANIFEST, manifest_with(config={}), "lacks its mediaType or its digest"),
        (
            DOCKER_MANIFEST,
            manifest_with(layers=[{"mediaType": "a", "digest": str(ONE.diff_id), "size": True}]),
            "lacks its size",
        ),
        (
            DOCKER_MANIFEST,
            manifest_with(layers=[{"mediaType": "a", "digest": "md5:12", "size": 1}]),
            "'md5:12' is no digest",
        ),
        (OCI_INDEX, b'{"schemaVersion": 2}', "the index lacks its manifests"),
    ],
)
def test_a_document_that_is_no_manifest_is_refused_in_one_sentence(media_type, data, sentence):
    with pytest.raises(Mismatch, match=sentence):
        read_manifest(media_type, Blob(data))


def test_a_descriptor_checks_size_then_digest():
    row = Descriptor.of(DOCKER_LAYER, Blob(b"abc"))
    row.check(Blob(b"abc"))
    with pytest.raises(Mismatch, match="is 2 bytes long, not 3 as promised"):
        row.check(Blob(b"ab"))
    with pytest.raises(Mismatch, match=r"the bytes promised as sha256:ba78.* hash to sha256:"):
        row.check(Blob(b"abd"))
    long = Descriptor(DOCKER_LAYER, Digest.of(b"abc", "sha512"), 3)
    long.check(Blob(b"abc"))
    with pytest.raises(Mismatch, match="hash to sha512"):
        long.check(Blob(b"abd"))


# -- platforms -------------------------------------------------------------------------------------


def test_an_index_is_read_whichever_family_wrote_it_and_a_platform_chosen():
    children = [
        Descriptor.of(OCI_MANIFEST, Blob(text.encode()), Platform.read(text))
        for text in ("unknown/unknown", "linux/arm64/v8", "linux/arm/v6", "linux/arm/v7")
    ]
    for media_type, made in (
        (OCI_INDEX, Index.oci(children)),
        (DOCKER_INDEX, Index.docker(children)),
    ):
        index = read_manifest("", Blob(bytes(made)))
        assert isinstance(index, Index)
        assert (index.media_type, index.manifests) == (media_type, tuple(children))
        assert index.choose(Platform.read("linux/arm/v7")) == children[3]
        assert index.choose(Platform.read("linux/arm64")) == children[1]
        with pytest.raises(UnknownImage, match="no image for linux/amd64"):
            index.choose()


def test_annotations_travel():
    child = Descriptor.of(OCI_MANIFEST, Blob(b"x"))._replace(annotations=(("a", "b"),))
    (read,) = Index.read(OCI_INDEX, Blob(bytes(Index.oci([child])))).manifests
    assert read.annotation("a") == "b"
    assert read.annotation("c") == ""


def test_a_platform_is_two_or_three_words():
    assert Platform.read("linux/amd64") == HERE
    for text in ("linux", "linux/", "a/b/c/d"):
        with pytest.raises(Mismatch, match="is no platform"):
            Platform.read(text)


def test_diff_ids_and_digests_never_mix():
    assert isinstance(ONE.diff_id, DiffID)
    assert ONE.diff_id != ONE.tar.digest
    assert str(ONE.diff_id) == str(ONE.tar.digest)
