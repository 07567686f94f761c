"""Docker 29's store: what an id names, what is kept as it came, and what goes with an image."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from labsim.archive import file, tar
from labsim.blob import Blob
from labsim.digest import ImageID
from labsim.engine.containerd import Containerd
from labsim.engine.removal import Conflict, Deleted, Untagged
from labsim.errors import LabError, Mismatch, UnknownImage
from labsim.image import (
    HERE,
    OCI_LAYER,
    OCI_MANIFEST,
    Config,
    Descriptor,
    Image,
    Index,
    Layer,
    Manifest,
    Platform,
    read_manifest,
)
from labsim.link import Link, Run, converse
from labsim.reference import Reference
from labsim.registry import Registry
from labsim.wire import Dialogue
from tests.engine.small import image, layer

HOST = "localhost:5000"
WEB, API = f"{HOST}/team/web:1", f"{HOST}/team/api:1"
ARM = Platform("linux", "arm64")


def engine_with(**images: Sequence[str]) -> Containerd:
    engine = Containerd()
    for text, names in images.items():
        engine.adopt(image(text), [Reference(name) for name in names])
    return engine


def run(registry: Registry, talk: Dialogue) -> Run:
    return converse(talk, registry.handle, Link(1_000, 1_000_000, 1_000_000))


def done(registry: Registry, talk: Dialogue) -> Run:
    finished = run(registry, talk)
    assert finished.error is None
    return finished


def methods(finished: Run) -> list[tuple[str, str, int]]:
    return [
        (x.method, x.request.path.rpartition("/")[2][:10], x.status)
        for x in finished.trace.exchanges
    ]


def for_platform(text: str, platform: Platform) -> Image:
    layers = [layer(text)]
    config = Config.make(
        [one.diff_id for one in layers], created="2025-01-01T00:00:00Z", platform=platform
    )
    return Image(config, layers)


def multi(registry_kind: str = "oci") -> tuple[Index, list[Image]]:
    """An index of an image for this machine and of one for another."""
    images = [for_platform("here", HERE), for_platform("arm", ARM)]
    rows = [
        Descriptor.of(OCI_MANIFEST, one.manifest(registry_kind), platform)
        for one, platform in zip(images, (HERE, ARM), strict=True)
    ]
    return Index.oci(rows), images


def multi_registry() -> Registry:
    index, images = multi()
    content = [("team/web", (), one.manifest("oci"), one.blobs, "public") for one in images]
    return Registry(HOST, content=[*content, ("team/web", ("1",), index, (), "public")])


# -- ids and names ---------------------------------------------------------------------------------


def test_the_id_of_an_image_is_its_manifests_digest():
    engine = engine_with(os=["app:1"])
    made = image("os")
    assert engine.resolve("app:1") == ImageID(str(made.manifest("oci").digest))
    assert engine.image("app:1").id == made.id, "the value is the image that it always was"


def test_a_name_wins_and_an_id_may_be_cut_short():
    engine = engine_with(os=["app:1"])
    image_id = engine.resolve("app:1")
    for text in (image_id.short, str(image_id), image_id.hex[:5], f"app@{image_id}"):
        assert engine.resolve(text) == image_id
    with pytest.raises(UnknownImage) as refused:
        engine.resolve("app")
    assert refused.value.name == "app:latest"
    with pytest.raises(UnknownImage):
        engine.resolve(f"other@{image_id}")


def test_a_built_image_has_a_digest_at_once_and_a_list_shows_it_beside_one_name():
    engine = engine_with(os=["lab/app:1", "127.0.0.1:5000/web:1"])
    (row,) = engine.images()
    assert [name.familiar for name in row.tags] == ["127.0.0.1:5000/web:1", "lab/app:1"]
    assert [name.familiar for name in row.digests] == [f"lab/app@{row.id}"]


def test_a_name_that_moves_leaves_an_image_without_one():
    engine = engine_with(old=["app:1"], new=["app:2"])
    old = engine.resolve("app:1")
    engine.tag("app:2", Reference("app:1"))
    assert {row.id: row.tags for row in engine.images()}[old] == ()
    with pytest.raises(LabError, match="cannot be given"):
        engine.tag("app:2", Reference(f"app@{old}"))


def test_sizes_are_packed_bytes_and_with_them_files():
    engine = engine_with(os=["app:1"])
    (row,) = engine.images()
    made = image("os")
    packed = made.packed_size + made.config.size + made.manifest("oci").size
    assert row.content_size == packed
    assert row.size == packed + made.size


def test_how_much_is_here_in_words():
    assert repr(Containerd()) == "<Containerd: 0 images>"
    assert repr(engine_with(os=["app:1"])).startswith("<Containerd: 1 image, ")


# -- removal ---------------------------------------------------------------------------------------


def test_the_last_name_takes_the_manifest_and_nothing_is_said_of_layers():
    engine = engine_with(os=["app:1", "app:2"])
    image_id = engine.resolve("app:1")
    assert engine.remove("app:1") == [Untagged("app:1")]
    assert engine.remove("app:2") == [Untagged("app:2"), Deleted(str(image_id))]
    assert len(engine.content) == 0


def test_by_id_an_image_with_two_names_is_refused_unless_forced():
    engine = engine_with(os=["app:1", "other:1"])
    image_id = engine.resolve("app:1")
    with pytest.raises(Conflict):
        engine.remove(image_id.short)
    assert engine.remove(image_id.short, force=True)[-1] == Deleted(str(image_id))


def test_what_another_image_needs_stays():
    engine = Containerd()
    engine.adopt(image("os", "one"), [Reference("one")])
    engine.adopt(image("os", "two"), [Reference("two")])
    engine.remove("one")
    assert engine.image("two") == image("os", "two")
    left = {one.digest for one in engine.content.walk(engine.target(engine.resolve("two")))}
    assert set(engine.content) == left


# -- bytes stay as they came -----------------------------------------------------------------------


def foreign() -> tuple[Config, Blob, Manifest]:
    """An image that somebody else has packed: not at all."""
    content = tar([file("a", b"a" * 5_000)])
    config = Config.make([content.diff_id], created="2025-01-01T00:00:00Z")
    blob = Blob(bytes(content))
    rows = [Descriptor.of("application/vnd.oci.image.layer.v1.tar", blob)]
    made = Manifest.oci(
        Descriptor.of("application/vnd.oci.image.config.v1+json", config), rows, [("by", "us")]
    )
    return config, blob, made


def test_what_was_pulled_is_pushed_under_the_same_digests():
    config, blob, manifest = foreign()
    registry = Registry(HOST, content=[("team/web", ("1",), manifest, (config, blob), "public")])
    engine = Containerd()
    done(registry, engine.pull(Reference(WEB)))
    engine.tag(WEB, Reference("localhost:6000/team/web:1"))
    elsewhere = Registry("localhost:6000")
    (outcome,) = done(elsewhere, engine.push(Reference("localhost:6000/team/web:1"))).outcome
    assert outcome.digest == manifest.digest
    stored = elsewhere.store.repositories["team/web"].manifests[manifest.digest]
    assert bytes(stored.blob) == bytes(manifest)


def test_what_is_loaded_keeps_its_blobs():
    config, blob, _ = foreign()
    engine = Containerd()
    made = engine.load(config, [blob], [Reference("app:1")])
    assert engine.image("app:1") == made
    manifest = engine.content.document(engine.target(engine.resolve("app:1")))
    assert isinstance(manifest, Manifest)
    assert [(one.media_type, one.digest) for one in manifest.layers] == [
        ("application/vnd.oci.image.layer.v1.tar", blob.digest)
    ]
    packed = layer("x").packed
    engine.load(Config.make([layer("x").diff_id], created="2025-01-01T00:00:00Z"), [packed], [])
    kinds = {one.media_type for image_id in (row.id for row in engine.images())
             for one in engine.content.walk(engine.target(image_id))}  # fmt: skip
    assert OCI_LAYER in kinds


# -- push ------------------------------------------------------------------------------------------


def test_a_first_push_asks_for_every_blob_and_a_second_sends_nothing():
    registry, engine = Registry(HOST), engine_with(os=[WEB])
    first = methods(done(registry, engine.push(Reference(WEB))))
    assert [row[0] for row in first].count("HEAD") == 3, "config, layer, manifest"
    assert [row[0] for row in first].count("PUT") == 3
    again = methods(done(registry, engine.push(Reference(WEB))))
    assert {row[0] for row in again} == {"HEAD"}


def test_another_repository_of_the_host_is_offered_for_mounting_whatever_its_port():
    registry, engine = Registry(HOST), engine_with(os=[WEB, API])
    done(registry, engine.push(Reference(WEB)))
    mounted = done(registry, engine.push(Reference(API)))
    posts = [x for x in mounted.trace.exchanges if x.method == "POST"]
    assert {x.status for x in posts} == {201}
    assert all(x.request.target.endswith("&from=team/web") for x in posts)
    engine.tag(WEB, Reference("localhost:6000/team/web:1"))
    other = done(Registry("localhost:6000"), engine.push(Reference("localhost:6000/team/web:1")))
    posts = [x for x in other.trace.exchanges if x.method == "POST"]
    assert {(x.status, x.request.target.partition("from=")[2]) for x in posts} == {
        (202, "team/api")
    }, "a registry that cannot mount opens an upload, which is used"
    assert all(x.status != 404 for x in other.trace.exchanges if x.method == "PUT")


def test_a_push_that_fails_teaches_nothing():
    registry, engine = Registry(HOST), engine_with(os=[WEB])
    failed = run(registry, engine.push(Reference(f"{HOST}/team/nosuch:1")))
    assert isinstance(failed.error, UnknownImage)
    assert failed.error.name == f"{HOST}/team/nosuch:1"
    digest = engine.target(engine.resolve(WEB)).digest
    assert engine.content.labels.repositories(digest, HOST) == ()


def test_all_tags_go_in_their_order():
    registry, engine = Registry(HOST), engine_with(os=[WEB, f"{HOST}/team/web:0"])
    outcomes = done(registry, engine.push(Reference(f"{HOST}/team/web"), all_tags=True)).outcome
    assert [one.reference.tag for one in outcomes] == ["0", "1"]
    nothing = run(registry, engine.push(Reference(f"{HOST}/team/no"), all_tags=True))
    assert isinstance(nothing.error, UnknownImage)
    assert nothing.error.name == f"{HOST}/team/no"


# -- many platforms --------------------------------------------------------------------------------


def test_a_pull_keeps_the_index_whole_and_one_platforms_image():
    registry, engine = multi_registry(), Containerd()
    index, images = multi()
    outcome = done(registry, engine.pull(Reference(WEB))).outcome
    assert outcome.digest == index.digest == engine.target(engine.resolve(WEB)).digest
    (row,) = engine.images()
    assert [(str(one.platform), one.content_size > 0) for one in row.platforms] == [
        ("linux/amd64", True),
        ("linux/arm64", False),
    ]
    assert row.image == images[0]


def test_another_platform_joins_the_first_under_the_same_id():
    registry, engine = multi_registry(), Containerd()
    done(registry, engine.pull(Reference(WEB)))
    before = engine.resolve(WEB)
    outcome = done(registry, engine.pull(Reference(WEB), platform=ARM)).outcome
    assert (engine.resolve(WEB), outcome.new) == (before, False)
    assert all(one.content_size for one in engine.images()[0].platforms)
    assert engine.image(WEB) == multi()[1][0], "this machine's own comes first"


def test_only_another_platforms_image_is_one_too():
    registry, engine = multi_registry(), Containerd()
    done(registry, engine.pull(Reference(WEB), platform=ARM))
    assert engine.image(WEB) == multi()[1][1]


def test_a_platform_that_the_index_lacks_is_refused():
    refused = run(multi_registry(), Containerd().pull(Reference(WEB), platform=Platform("a", "b")))
    assert isinstance(refused.error, UnknownImage)
    assert refused.error.name == "a/b"


def test_an_index_goes_whole_only_when_all_of_it_is_here():
    registry, engine = multi_registry(), Containerd()
    name = Reference("localhost:6000/team/web:1")
    done(registry, engine.pull(Reference(WEB)))
    engine.tag(WEB, name)
    elsewhere = Registry("localhost:6000")
    index, images = multi()
    (part,) = done(elsewhere, engine.push(name)).outcome
    assert (part.digest, part.instead_of) == (images[0].manifest("oci").digest, index.digest)
    done(registry, engine.pull(Reference(WEB), platform=ARM))
    (whole,) = done(elsewhere, engine.push(name)).outcome
    assert (whole.digest, whole.instead_of) == (index.digest, None)
    stored = elsewhere.store.repositories["team/web"]
    assert stored.tags["1"] == index.digest
    assert {one.manifest("oci").digest for one in images} <= stored.manifests.keys()


def test_one_platform_can_be_pushed_by_choice():
    registry, engine = multi_registry(), Containerd()
    done(registry, engine.pull(Reference(WEB)))
    refused = run(registry, engine.push(Reference(WEB), platform=ARM))
    assert isinstance(refused.error, UnknownImage)
    assert (refused.error.subject, refused.error.name) == ("platform", "linux/arm64")
    assert not refused.trace.exchanges, "nobody was asked"
    (outcome,) = done(registry, engine.push(Reference(WEB), platform=HERE)).outcome
    assert outcome.digest == multi()[1][0].manifest("oci").digest


# -- pull ------------------------------------------------------------------------------------------


def test_a_pull_resolves_fetches_the_manifest_the_config_and_the_layers():
    made = image("os", "app")
    registry = Registry(
        HOST, content=[("team/web", ("1",), made.manifest("oci"), made.blobs, "public")]
    )
    engine = Containerd()
    first = done(registry, engine.pull(Reference(WEB)))
    assert [row[0] for row in methods(first)] == ["HEAD", "GET", "GET", "GET", "GET"]
    again = done(registry, engine.pull(Reference(WEB)))
    assert [row[0] for row in methods(again)] == ["HEAD"]
    assert (first.outcome.new, again.outcome.new) == (True, False)


def test_a_blob_that_is_here_is_not_fetched_again_whatever_it_stands_on():
    made = image("app", "os")
    registry = Registry(
        HOST, content=[("team/web", ("1",), made.manifest("oci"), made.blobs, "public")]
    )
    engine = Containerd()
    engine.adopt(image("os"), [Reference("base")])
    second = done(registry, engine.pull(Reference(WEB)))
    fetched = [x for x in second.trace.exchanges if x.method == "GET" and "/blobs/" in x.target]
    assert len(fetched) == 2, "the config and the one layer"


def test_a_layer_that_unpacks_to_other_files_is_refused():
    config, blob, _ = foreign()
    other = Layer.of(tar([file("b", b"b")])).packed
    rows = [Descriptor.of(OCI_LAYER, other)]
    wrong = Manifest.oci(Descriptor.of("application/vnd.oci.image.config.v1+json", config), rows)
    registry = Registry(HOST, content=[("team/web", ("1",), wrong, (config, other), "public")])
    engine = Containerd()
    refused = run(registry, engine.pull(Reference(WEB)))
    assert isinstance(refused.error, Mismatch)
    assert engine.images() == []
    assert blob.digest not in engine.content


def test_a_pull_by_digest_names_the_image_by_it():
    made = image("os")
    registry = Registry(
        HOST, content=[("team/web", ("1",), made.manifest("oci"), made.blobs, "public")]
    )
    engine = Containerd()
    digest = made.manifest("oci").digest
    done(registry, engine.pull(Reference(f"{HOST}/team/web@{digest}")))
    (row,) = engine.images()
    assert (row.tags, [str(name.digest) for name in row.digests]) == ((), [str(digest)])
    assert read_manifest("", engine.content[digest]) == made.manifest("oci")


def test_every_tag_of_a_repository_can_be_pulled():
    made = image("os")
    content = [("team/web", ("1", "2"), made.manifest("oci"), made.blobs, "public")]
    engine = Containerd()
    talk = engine.pull(Reference(f"{HOST}/team/web"), all_tags=True)
    pulled = run(Registry(HOST, content=content), talk)
    assert [one.reference.tag for one in pulled.outcome] == ["1", "2"]
