"""What is untagged, what is deleted, and what refuses."""

import pytest

from labsim.digest import Digest
from labsim.engine.classic import Classic
from labsim.engine.removal import Conflict, Deleted, Untagged
from labsim.errors import UnknownImage
from labsim.reference import Reference
from tests.engine.small import image

DIGEST = Digest.of(b"manifest")


def engine_with(*named):
    """An engine with these (image, names) pairs."""
    engine = Classic()
    for one, *names in named:
        engine.adopt(one, [Reference(name) for name in names])
    return engine


def test_with_other_tags_left_only_the_name_goes():
    engine = engine_with((image("os"), "app:1", "app:2"))
    assert engine.remove("app:1") == [Untagged("app:1")]
    assert len(engine.images()) == 1


def test_the_last_name_takes_the_image_and_its_layers_from_the_top():
    app = image("os", "go", "src")
    engine = engine_with((app, "app:1"))
    chain = [Deleted(chain_id) for chain_id in reversed(app.chain_ids)]
    assert engine.remove("app:1") == [Untagged("app:1"), Deleted(app.id), *chain]
    assert (engine.images(), len(engine.layers)) == ([], 0)


def test_layers_that_another_image_needs_stay():
    base, app = image("os"), image("os", "src")
    engine = engine_with((base, "os:1"), (app, "app:1"))
    assert engine.remove("app:1")[2:] == [Deleted(app.chain_ids[1])]


def test_a_repository_s_last_tag_takes_its_digest_references_along():
    engine = engine_with((image("os"), "app:1", f"app@{DIGEST}", "other:1"))
    assert engine.remove("app:1") == [Untagged("app:1"), Untagged(f"app@{DIGEST}")]


def test_a_digest_reference_of_another_repository_keeps_the_image():
    app = image("os")
    engine = engine_with((app, "app:1", f"app@{DIGEST}", f"other@{DIGEST}"))
    assert engine.remove("app:1") == [Untagged("app:1"), Untagged(f"app@{DIGEST}")]
    assert engine.images()[0].tags == ()


def test_a_digest_reference_can_be_removed_alone():
    engine = engine_with((image("os"), "app:1", f"app@{DIGEST}"))
    assert engine.remove(f"app@{DIGEST}") == [Untagged(f"app@{DIGEST}")]


def test_by_id_an_image_in_one_repository_goes_with_its_name():
    app = image("os")
    engine = engine_with((app, "app:1", f"app@{DIGEST}"))
    assert engine.remove(app.id.short)[:2] == [Untagged("app:1"), Untagged(f"app@{DIGEST}")]
    assert engine.images() == []


@pytest.mark.parametrize("second", ["app:2", "other:1", f"other@{DIGEST}"])
def test_by_id_an_image_with_names_in_several_places_is_refused(second):
    app = image("os")
    engine = engine_with((app, "app:1", second))
    with pytest.raises(Conflict) as refused:
        engine.remove(app.id.short)
    assert refused.value.image_id == app.id
    assert len(engine.names.of(app.id)) == 2


def test_force_takes_every_name_and_the_image():
    app = image("os")
    engine = engine_with((app, "app:1", "other:1"))
    records = engine.remove(app.id.hex[:7], force=True)
    assert records[:3] == [Untagged("app:1"), Untagged("other:1"), Deleted(app.id)]


def test_a_dangling_image_goes_by_id():
    app = image("os")
    engine = engine_with((app,))
    assert engine.remove(app.id)[0] == Deleted(app.id)


def test_no_tag_means_latest_and_never_all():
    engine = engine_with((image("os"), "app:1"))
    with pytest.raises(UnknownImage) as unknown:
        engine.remove("app")
    assert unknown.value.name == "app:latest"
