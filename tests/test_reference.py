"""How a name is read: every row of the recorded table, every fault at its place."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from labsim.digest import Digest
from labsim.errors import InvalidReference, LabError, Mismatch
from labsim.reference import Reference, sorted_references

F64 = "f" * 64
PINNED = f"sha256:{F64}"

# What the parser of docker CLI 29 says to each name; "caret" is ours, read over by hand.
DATA = Path(__file__).parent / "data"
_HEAD, *_LINES = (DATA / "references.tsv").read_text("utf-8").splitlines()
ROWS = [line.split("\t") for line in _LINES]
GOOD = [row for row in ROWS if row[2] != "error"]
WRONG = [row for row in ROWS if row[2] == "error"]
#: What a Python user sees, whole; the second line is what was typed.
SLIPS = (DATA / "slips.txt").read_text("utf-8").rstrip("\n").split("\n\n")


def by_row(row: list[str]) -> str:
    return f"{row[0]}-{row[1][:24]}"


def fault(text: str) -> InvalidReference:
    with pytest.raises(InvalidReference) as caught:
        Reference(text)
    return caught.value


def test_the_table_is_whole() -> None:
    assert (len(GOOD), len(WRONG)) == (60, 47)
    assert all(len(row) == len(_HEAD.split("\t")) for row in ROWS)


@pytest.mark.parametrize("row", GOOD, ids=by_row)
def test_a_name_is_read_as_docker_reads_it(row: list[str]) -> None:
    _, text, registry, repository, tag, digest, familiar, _ = row
    name = Reference(text)
    assert (name.registry, name.repository) == (registry, repository)
    assert (name.tag or "", str(name.digest or "")) == (tag, digest)
    assert name.with_default_tag().familiar == familiar
    assert name.source == text


@pytest.mark.parametrize("row", WRONG, ids=by_row)
def test_a_wrong_name_earns_dockers_sentence_at_the_right_place(row: list[str]) -> None:
    _, text, *_, sentence, caret = row
    error = fault(text)
    assert error.fault == sentence
    assert "{}-{}".format(*error.span) == caret
    assert error.source == text
    assert error.hint


def test_nothing_is_added_that_was_not_written() -> None:
    name = Reference("golang")
    assert (name.tag, name.digest, str(name)) == (None, None, "docker.io/library/golang")
    assert str(name.with_default_tag()) == "docker.io/library/golang:latest"


@pytest.mark.parametrize("message", SLIPS, ids=lambda message: message.split("\n")[1].strip())
def test_a_typical_slip_is_shown_with_a_caret(message: str) -> None:
    text = message.split("\n")[1].removeprefix("    ")
    assert str(fault(text)) == message


def test_the_caret_stands_below_its_place_whatever_is_before_it() -> None:
    assert str(fault("golang:1.23\n")).split("\n")[1:] == [
        "    golang:1.23\N{REPLACEMENT CHARACTER}",
        "               ^",
    ]
    assert str(fault("")).split("\n") == [
        "invalid reference format: the name is empty",
        "    ",
        "    ^",
    ]


@pytest.mark.parametrize(
    ("text", "sentence", "place"),
    [
        # What remains before the first ':' is the "repository name", an algorithm in capitals too.
        (
            f"app@SHA256:{F64}",
            "invalid reference format: repository name (library/app@SHA256) must be lowercase",
            "SHA",
        ),
        (f"app:v1@SHA256:{F64}", "invalid checksum digest format", "SHA"),
        (f"app@sha512:{F64}", "invalid checksum digest length", F64),
        (f"app@sha256+b64:{F64}", "unsupported digest algorithm", "sha256+b64"),
        (f"app@sha256:{F64[:-1]}F", "invalid checksum digest format", "F"),
        ("app@sha256:" + "g" * 64, "invalid reference format", "g"),
        ("app@sha256:" + "f" * 31, "invalid reference format", "f" * 31),
        ("app@sha256:" + "f" * 32, "invalid checksum digest length", "f" * 32),
        ("app@:abc", "invalid reference format", ":"),
        ("a___b", "invalid reference format", "___"),
        ("a._b", "invalid reference format", "._"),
        ("a/b-.c", "invalid reference format", "-."),
        (f"app@sha256!:{F64}", "invalid reference format", "!"),
        ("ghcr.io/:x", "invalid reference format", ":"),
        ("ghcr.io//x", "invalid reference format", "/"),
        (":5000/x", "invalid reference format", ":"),
        ("ghcr.io:/x", "invalid reference format", ":"),
        ("[::1/x", "invalid reference format", "["),
        ("[::1]x/y.z", "invalid reference format", "x"),
        ("[::1]:5a/y", "invalid reference format", "a"),
        ("[.]/y", "invalid reference format", "."),
        ("'app'", "invalid reference format", "'"),
        ("a\\b", "invalid reference format", "\\"),
        # The only letters outside ASCII with an ASCII lower case (K and İ).
        ("x:\N{KELVIN SIGN}", "repository name must be lowercase", "\N{KELVIN SIGN}"),
        (
            "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}.x/y",
            "repository name must be lowercase",
            "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}",
        ),
    ],
)
def test_rarer_faults_have_a_place_too(text: str, sentence: str, place: str) -> None:
    error = fault(text)
    start, stop = error.span
    assert (error.fault, text[start:stop]) == (sentence, place)


def test_a_fault_is_a_lab_error_and_a_value_error() -> None:
    assert isinstance(fault("-"), LabError)
    assert isinstance(fault("-"), ValueError)


@pytest.mark.parametrize("thing", [None, 3, b"golang", Path("golang")])
def test_only_text_is_a_name(thing: object) -> None:
    with pytest.raises(TypeError, match="an image name is text"):
        Reference(thing)  # type: ignore[arg-type]  # the point of the test


def test_tags_and_digests_can_be_exchanged() -> None:
    name = Reference("ghcr.io/team/app:v1")
    digest = Digest(PINNED)
    assert str(name.with_tag("v2")) == "ghcr.io/team/app:v2"
    assert str(name.with_digest(digest)) == f"ghcr.io/team/app:v1@{PINNED}"
    assert str(name.with_digest(digest).with_tag("v2")) == f"ghcr.io/team/app:v2@{PINNED}"
    assert str(name.without_tag()) == "ghcr.io/team/app"
    assert name.with_tag("v2").source == "ghcr.io/team/app:v2"
    assert Reference("golang").with_default_tag().source == "golang"
    assert Reference(f"golang@{PINNED}").with_default_tag().tag is None


@pytest.mark.parametrize("tag", ["", "-x", "a b", "t" * 129, "é", "a\n"])
def test_a_tag_is_checked(tag: str) -> None:
    with pytest.raises(InvalidReference) as caught:
        Reference("golang").with_tag(tag)
    assert caught.value.fault == "invalid tag format"


def test_equality_is_by_canonical_text() -> None:
    assert Reference("golang") == Reference("docker.io/library/golang")
    assert len({Reference("golang"), Reference("index.docker.io/golang")}) == 1
    assert Reference("golang") != Reference("golang:latest")
    assert Reference("golang") != "docker.io/library/golang"


def test_a_reference_never_changes_but_can_be_copied() -> None:
    name = Reference("golang").with_default_tag()
    with pytest.raises(AttributeError, match="never changes"):
        name.tag = "v2"
    assert copy.deepcopy(name) == name == pickle.loads(pickle.dumps(name))
    assert copy.copy(name).source == "golang"


def test_any_reads_ids_as_well_as_names() -> None:
    assert Reference.any(F64) == Digest(PINNED)
    assert Reference.any(PINNED) == Digest(PINNED)
    assert Reference.any("sha256:abcdef") == Reference("library/sha256:abcdef")
    assert Reference.any("golang") == Reference("golang")
    with pytest.raises(InvalidReference):
        Reference.any("Golang")
    with pytest.raises(Mismatch):  # what any() tries first really is stricter than a name
        Digest("sha256:abcdef")


def test_references_are_listed_in_dockers_order() -> None:
    texts = ["!", "b", PINNED, f"a@{PINNED}", "z:1", "Bad", f"y:1@{PINNED}", "a:2", "a"]
    hub = "docker.io/library/"
    assert sorted_references(texts) == [
        f"{hub}y:1@{PINNED}",
        f"{hub}a:2",
        f"{hub}z:1",
        f"{hub}a@{PINNED}",
        f"{hub}a",
        f"{hub}b",
        PINNED,
        "!",
        "Bad",
    ]
    assert sorted(map(Reference, ["a", "b:1"])) == [Reference("b:1"), Reference("a")]


def test_the_short_form_of_some_names_is_another_name() -> None:
    """Docker's short form is not always readable; ours says exactly what Docker's does."""
    assert Reference("docker.io/library/foo/bar").familiar == "library/foo/bar"
    assert Reference("docker.io/foo.bar/app").familiar == "foo.bar/app"
    assert Reference("foo.bar/app").registry == "foo.bar"
    assert fault(Reference(f"docker.io/{F64}").familiar).fault.startswith("invalid repository name")
