"""Tags and digest references: a table of pointers."""

from labsim.digest import Digest, ImageID
from labsim.engine.names import Names
from labsim.reference import Reference

ONE, OTHER = ImageID.of(b"one"), ImageID.of(b"other")
DIGEST = Digest.of(b"manifest")


def test_a_name_without_a_tag_means_latest():
    names = Names()
    names.point(Reference("golang"), ONE)
    assert names.get(Reference("golang:latest")) == ONE


def test_a_tag_moves_without_a_word():
    names = Names()
    names.point(Reference("app:1"), ONE)
    names.point(Reference("app:1"), OTHER)
    assert (names.get(Reference("app:1")), names.of(ONE)) == (OTHER, [])


def test_of_a_name_with_tag_and_digest_only_the_digest_counts():
    names = Names()
    names.point(Reference(f"app@{DIGEST}"), ONE)
    names.point(Reference("app:1"), OTHER)
    assert names.get(Reference(f"app:1@{DIGEST}")) == ONE


def test_names_of_an_image_come_in_the_order_of_their_texts():
    names = Names()
    for text in ("z:1", "a/b:2", "a/b:1", f"a/b@{DIGEST}"):
        names.point(Reference(text), ONE)
    assert [name.familiar for name in names.of(ONE)] == [
        "a/b:1",
        "a/b:2",
        f"a/b@{DIGEST}",
        "z:1",
    ]


def test_a_repository_lists_its_tags_in_order_and_no_digests():
    names = Names()
    for text in ("app:2", "app:1", f"app@{DIGEST}", "apple:3"):
        names.point(Reference(text), ONE)
    assert [name.tag for name, _ in names.tags("docker.io/library/app")] == ["1", "2"]


def test_a_repository_is_known_by_a_digest_alone():
    names = Names()
    names.point(Reference(f"app@{DIGEST}"), ONE)
    assert names.knows("docker.io/library/app")
    assert not names.knows("docker.io/library/ap")


def test_dropping_a_name_that_is_not_there_does_nothing():
    names = Names()
    names.drop(Reference("app:1"))
    assert list(names) == []
