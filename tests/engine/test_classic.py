"""The classic engine: finding, naming and listing images; what a push and a pull leave behind."""

import pytest

from labsim.digest import Digest
from labsim.engine.classic import Classic
from labsim.errors import InvalidReference, LabError, UnknownImage
from labsim.link import answer
from labsim.reference import Reference
from labsim.registry import Registry
from tests.engine.small import image, layer

DIGEST = Digest.of(b"manifest")


def engine_with(*named):
    engine = Classic()
    for one, *names in named:
        engine.adopt(one, [Reference(name) for name in names])
    return engine


def test_an_image_is_found_by_name_by_short_id_and_by_full_id():
    app = image("os")
    engine = engine_with((app, "app:1"))
    for text in ("app:1", app.id.short, app.id.hex[:3], app.id.hex, str(app.id), app.id[:12]):
        assert engine.resolve(text) == app.id


def test_the_images_of_the_same_layers_are_found_the_last_created_first():
    old, new = image("os", "app"), image("os", "app", created="2025-01-02T00:00:00Z")
    engine = engine_with((new,), (image("os"),), (old,), (image("other", "app"),))
    assert engine.standing_on(old.diff_ids) == [new, old]
    assert engine.standing_on(old.diff_ids[:0]) == []


def test_a_name_wins_over_an_id():
    one, other = image("one"), image("other")
    engine = engine_with((one,), (other, f"{one.id.short}:latest"))
    assert engine.resolve(one.id.short) == other.id


def test_an_ambiguous_beginning_of_an_id_is_unknown():
    images = [image(str(n)) for n in range(17)]
    engine = engine_with(*[(one,) for one in images])
    first = [one.id.hex[0] for one in images]
    ambiguous = next(digit for digit in first if first.count(digit) > 1)
    with pytest.raises(UnknownImage):
        engine.resolve(ambiguous)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nosuch", "nosuch:latest"),
        ("docker.io/library/nosuch:1", "nosuch:1"),
        (f"nosuch@{DIGEST}", f"nosuch@{DIGEST}"),
        (str(DIGEST), str(DIGEST)),
    ],
)
def test_an_unknown_image_is_named_with_its_default_tag(text, name):
    with pytest.raises(UnknownImage) as unknown:
        Classic().resolve(text)
    assert unknown.value.name == name


def test_what_is_no_name_is_refused_as_such():
    with pytest.raises(InvalidReference):
        Classic().resolve("Golang")


def test_a_tag_that_moves_leaves_its_old_image_dangling():
    old, new = image("old"), image("new")
    engine = engine_with((old, "app:1"), (new, "new:1"))
    engine.tag("new:1", Reference("app:1"))
    assert {row.id: row.tags for row in engine.images()}[old.id] == ()
    assert engine.resolve("app:1") == new.id


def test_a_digest_cannot_be_given_as_a_tag():
    engine = engine_with((image("os"), "app:1"))
    with pytest.raises(LabError, match="is no tag"):
        engine.tag("app:1", Reference(f"app@{DIGEST}"))


def test_images_are_listed_by_creation_newest_first_whatever_came_last():
    old = image("old", created="2024-01-01T00:00:00Z")
    new = image("new", created="2025-01-01T00:00:00.5Z")
    engine = engine_with((new, "new:1"), (old, "old:1"))
    assert [row.id for row in engine.images()] == [new.id, old.id]


def test_of_two_images_created_at_once_the_one_that_came_last_is_listed_first():
    one, other = image("one"), image("other")
    engine = engine_with((one, "one:1"), (other, "other:1"))
    assert [row.id for row in engine.images()] == [other.id, one.id]


def test_size_is_the_sum_of_the_files_and_counts_shared_layers_again():
    engine = engine_with((image("os"), "os:1"), (image("os", "app"), "app:1"))
    assert sum(row.size for row in engine.images()) == 2 * len("os") + len("app")
    assert engine.layers.size == len("os") + len("app")


def pushed(engine, registry, name):
    return answer(engine.push(Reference(name)), registry.handle)


def test_a_push_leaves_a_digest_reference_and_a_memory():
    engine, registry = (
        engine_with((image("os"), "localhost:5000/app:1")),
        Registry("localhost:5000"),
    )
    (outcome,) = pushed(engine, registry, "localhost:5000/app:1")
    (row,) = engine.images()
    assert [name.digest for name in row.digests] == [outcome.digest]
    (known,) = engine.memory.recall(layer("os").diff_id)
    assert (known.digest, known.repository) == (layer("os").packed.digest, "localhost:5000/app")


def test_a_push_says_whether_the_repository_or_only_the_tag_is_missing():
    engine, registry = (
        engine_with((image("os"), "localhost:5000/app:1")),
        Registry("localhost:5000"),
    )
    with pytest.raises(UnknownImage) as unknown:
        next(engine.push(Reference("localhost:5000/other")))
    assert unknown.value.name == "localhost:5000/other"
    with pytest.raises(UnknownImage) as unknown:
        pushed(engine, registry, "localhost:5000/app:2")
    assert unknown.value.name == "localhost:5000/app:2"


def test_all_tags_are_pushed_in_order_and_layers_go_once():
    engine, registry = Classic(), Registry("localhost:5000")
    names = [Reference(f"localhost:5000/app:{n}") for n in (2, 1)]
    engine.adopt(image("os"), names)
    one, two = answer(engine.push(Reference("localhost:5000/app"), all_tags=True), registry.handle)
    assert [one.reference.tag, two.reference.tag] == ["1", "2"]
    assert [one.layers[0].decision, two.layers[0].decision] == ["sent", "known"]


def test_a_pulled_image_is_the_pushed_one_and_a_removed_one_keeps_its_manifest():
    registry, mine, theirs = Registry("localhost:5000"), Classic(), Classic()
    mine.adopt(image("os", "app"), [Reference("localhost:5000/app:1")])
    pushed(mine, registry, "localhost:5000/app:1")
    outcome = answer(theirs.pull(Reference("localhost:5000/app:1")), registry.handle)
    assert (outcome.new, theirs.image("localhost:5000/app:1")) == (True, image("os", "app"))
    theirs.remove("localhost:5000/app:1")
    asked = []

    def watched(request):
        asked.append((request.method, request.path.rpartition("/")[0]))
        return registry.handle(request)

    answer(theirs.pull(Reference("localhost:5000/app:1")), watched)
    assert ("GET", "/v2/app/manifests") not in asked


def test_pulling_again_what_has_not_moved_is_nothing_new():
    registry, engine = Registry("localhost:5000"), Classic()
    engine.adopt(image("os"), [Reference("localhost:5000/app:1")])
    pushed(engine, registry, "localhost:5000/app:1")
    outcome = answer(engine.pull(Reference("localhost:5000/app:1")), registry.handle)
    assert not outcome.new
