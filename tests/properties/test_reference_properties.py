"""What holds for every name, and for every text that is none."""

from __future__ import annotations

import time

from hypothesis import example, given
from hypothesis import strategies as st

from labsim.errors import InvalidReference
from labsim.reference import Reference, grammar

#: Pieces that names are made of, and pieces that spoil them.
PIECES = st.sampled_from(
    [
        *("a", "b1", "golang", "x" * 130, "y" * 250, "A", "Z", "é", "K", "İ", "~", "$", "+", " "),
        *(".", "..", "_", "__", "___", "-", "--", "/", ":", "@", "[", "]", "[::1]", "\n", "\0"),
        *("localhost", "docker.io", "index.docker.io", "library/", "test_com.x", "https://"),
        *("hub.docker.com/_/", "5000", ":v1", "sha256:", "sha512:", "md5:", "SHA256:"),
        *("\ud800", "e" * 32, "f" * 64, "F" * 64, "@sha256:" + "f" * 64),
    ]
)
#: A lone surrogate is in a text when a name in a shell was not UTF-8.
CHARACTERS = st.characters() | st.characters(categories=["Cs"])
TEXTS = st.one_of(st.text(CHARACTERS), st.lists(PIECES, max_size=7).map("".join))

COMPONENT = st.from_regex(grammar.COMPONENT.replace("+", "{1,6}"), fullmatch=True)
NAMES = st.builds(
    lambda host, path, tag, digest: host + "/".join(path) + tag + digest,
    st.sampled_from(["", "localhost/", "ghcr.io/", "h:5000/", "[::1]:80/", "docker.io/", "Up/"]),
    st.lists(COMPONENT, min_size=1, max_size=4).filter(lambda path: sum(map(len, path)) < 200),
    st.one_of(st.just(""), st.from_regex(f":{grammar.TAG}", fullmatch=True)),
    st.one_of(st.just(""), st.from_regex("@sha256:[0-9a-f]{64}", fullmatch=True)),
)


def read(text: str) -> Reference | InvalidReference:
    """The name, or the only error there may be."""
    try:
        return Reference(text)
    except InvalidReference as error:
        return error


@given(TEXTS)
@example("\ud800/\udfff")
@example("ghcr.io/A\ud800\n")
@example("hub.docker.com/_/\x85")
def test_any_text_is_a_name_or_an_invalid_reference_with_a_place(text: str) -> None:
    name = read(text)
    if isinstance(name, InvalidReference):
        start, stop = name.span
        assert 0 <= start < stop <= len(text) or not text
        assert name.source == text
        assert name.hint not in ("", "this is no image name")
        _, shown, caret = str(name).splitlines()
        assert str(name).encode()
        assert len(shown) == len(text) + 4
        assert caret.index("^") == start + 4


@given(NAMES)
def test_a_name_made_by_the_grammar_is_read(text: str) -> None:
    assert isinstance(read(text), Reference)


@given(st.one_of(TEXTS, NAMES))
def test_the_canonical_text_reads_as_the_same_name(text: str) -> None:
    name = read(text)
    if isinstance(name, Reference):
        again = Reference(str(name))
        assert again == name
        parts = (name.registry, name.repository, name.tag, name.digest)
        assert (again.registry, again.repository, again.tag, again.digest) == parts
        assert str(again) == str(name)


@given(st.one_of(TEXTS, NAMES))
def test_the_familiar_text_reads_as_the_same_name_unless_its_front_looks_like_a_host(
    text: str,
) -> None:
    name = read(text)
    if isinstance(name, InvalidReference):
        return
    front, slash, _ = name.familiar_name.partition("/")
    hub = name.registry == grammar.DEFAULT_REGISTRY
    if hub and (grammar.names_host(front) if slash else grammar.IDENTIFIER.fullmatch(front)):
        return  # Docker's short forms are wrong there, and so are ours
    assert Reference(name.familiar) == name


@given(st.one_of(TEXTS, NAMES))
def test_the_default_tag_is_added_to_names_without_tag_and_digest_only(text: str) -> None:
    name = read(text)
    if isinstance(name, Reference):
        filled = name.with_default_tag()
        assert filled.name == name.name
        bare = name.tag is None and name.digest is None
        assert (filled.tag == "latest") if bare else (filled == name)


@given(st.one_of(TEXTS, NAMES))
def test_an_explanation_rebuilds_the_meaning(text: str) -> None:
    name = read(text)
    if isinstance(name, InvalidReference):
        return
    host, namespace, repository, tag, digest = (part.text for part in name.explain().parts)
    path = "/".join(part for part in (host, namespace, repository) if part)
    assert path + (tag and f":{tag}") + (digest and f"@{digest}") == name.explain().meaning
    for part in name.explain().parts:
        assert (part.origin == "written") == (part.span is not None)


#: One of these, after the text before a caret, gives what the grammar lets pass, if anything does.
ENDINGS = (
    "", "a", "a/a", "/a", ":0/a", "0/a", "]/a", "1]/a", "::1]/a", "@sha256:" + "f" * 64,
    "sha256:" + "f" * 64, "a:" + "f" * 64, ":" + "f" * 64, *("f" * n for n in range(1, 65)),
)  # fmt: skip


def well_formed(text: str) -> bool:
    """Whether the grammar has nothing against it (a digest may still be the wrong length)."""
    name = read(text)
    return isinstance(name, Reference) or name.fault != grammar.BAD_FORMAT


@given(TEXTS)
def test_what_stands_before_the_caret_could_still_become_a_name(text: str) -> None:
    error = read(text)
    if isinstance(error, InvalidReference) and error.fault == grammar.BAD_FORMAT:
        sound = text[: error.span[0]]
        assert any(well_formed(sound + ending) for ending in ENDINGS), sound


def test_reading_takes_time_in_proportion_to_the_text() -> None:
    size = 200_000
    for hostile in ("a", "a.", "-", "a-", "_", "a/", ":", "@", "[", "a_", "A.", "0:"):
        text = hostile * (size // len(hostile)) + "!"
        started = time.process_time()
        assert isinstance(read(text), InvalidReference)
        assert time.process_time() - started < 1.0, hostile
