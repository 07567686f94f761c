"""Lines, here-documents, stages and variables of a Dockerfile that is in order."""

from __future__ import annotations

import pytest

from labsim.dockerfile import Ignore, expand, read
from labsim.dockerfile.durations import duration_ns, duration_text
from labsim.dockerfile.mounts import mounts_of
from labsim.errors import InvalidDockerfile


def only(text: str, **options: bool):
    [stage] = read(f"FROM scratch\n{text}", **options).stages
    return stage.steps[0]


def test_a_here_document_is_read_to_its_name():
    step = only("RUN <<EOF cat > /x\none\n\n# no comment\nEOF\nENV A=1\n")
    assert [(doc.name, doc.text) for doc in step.heredocs] == [("EOF", "one\n\n# no comment\n")]
    assert step.line == 2


def test_quotes_around_its_name_keep_variables_as_they_are():
    assert [only(f"COPY <<{name} /x\nE\n").heredocs[0].expand for name in ("E", "'E'", '"E"')] == [
        True,
        False,
        False,
    ]


def test_a_dash_takes_leading_tabs_away():
    [doc] = only("COPY <<-E /x\n\t\tone\n\t two\n\tE\n").heredocs
    assert doc.text == "one\n two\n"


def test_one_line_may_open_several():
    step = only("COPY <<one <<two /x/\n1\none\n2\ntwo\n")
    assert [(doc.name, doc.content) for doc in step.heredocs] == [("one", "1\n"), ("two", "2\n")]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("RUN <<EOF\necho\n", "unterminated heredoc"),
        ("COPY a.txt <<E\nE\n", "COPY cannot accept a heredoc as a destination"),
    ],
)
def test_a_here_document_can_be_wrong(text, fault):
    with pytest.raises(InvalidDockerfile, match=fault):
        only(text)


def test_only_some_instructions_open_one():
    with pytest.raises(InvalidDockerfile, match="unknown instruction: HI"):
        only("ENV A=<<E\nhi\nE\n")
    assert not only('RUN ["cat", "<<E"]\n').heredocs
    assert not only("RUN echo '<<E'\n").heredocs


def test_the_legacy_builder_knows_no_here_documents():
    with pytest.raises(InvalidDockerfile, match=r"^line 3: unknown instruction: HI$"):
        only("COPY <<E /x\nhi\nE\n", buildkit=False)


def test_directives_are_kept():
    found = read("# syntax=docker/dockerfile:1\n# check=skip=all\nFROM scratch\n")
    assert found.directives == {"syntax": "docker/dockerfile:1", "check": "skip=all"}


def test_an_empty_line_inside_a_line_is_noted():
    assert read("FROM scratch\nENV A=1 \\\n\n B=2\n").warnings == ("ENV A=1  B=2",)


def test_stages_are_found_by_name_and_by_number():
    found = read("FROM a AS One\nFROM b\nFROM c AS three\n")
    assert [stage.name for stage in found.stages] == ["one", "", "three"]
    assert [found.stage(name).number for name in ("ONE", "1", "three")] == [0, 1, 2]  # type: ignore[union-attr]  # they are there
    assert found.stage("four") is None


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("$A/${A}/$", "one.two.one//one.two.one/$"),
        ("${N:-x} ${A:-x} ${E:-x} ${E-x} ${N-x}", "x one.two.one x  x"),
        ("${N:+x}${A:+y}${E:+z}${E+z}", "yz"),
        ("${A#one.} ${A##*.} ${A%.*} ${A%%.*}", "two.one one one.two one"),
        ("${A/one/1} ${A//one/1} ${A/t?o/2} ${A/\\*/2}", "1.two.one 1.two.1 one.2.one one.two.one"),
        ('"$A" \'$A\' \\$A "\\$A"', "one.two.one $A $A $A"),
        ("${N:-${A:-x}}", "one.two.one"),
    ],
)
def test_variables_are_filled_in(word, value):
    assert expand(word, {"A": "one.two.one", "E": ""}).replace("//", "/") == value.replace(
        "//", "/"
    )


@pytest.mark.parametrize(
    ("word", "fault"),
    [
        ("${A", "syntax error: missing '}'"),
        ("${A?}", "A: is not allowed to be unset"),
        ("${E:?}", "E: is not allowed to be empty"),
        ("${A/b", "syntax error: missing '/' in ${}"),
        ("${A/b/c", "syntax error: missing '}'"),
        ("${A#\\x}", "invalid escape '\\x'"),
        ("${A@Q}", "unsupported modifier (@) in substitution"),
        ("${A:=x}", "unsupported modifier (:=) in substitution"),
    ],
)
def test_a_variable_can_be_wrong(word, fault):
    with pytest.raises(InvalidDockerfile) as caught:
        expand(word, {"E": ""})
    assert caught.value.fault.startswith("failed to process ")
    assert fault in caught.value.fault


@pytest.mark.parametrize(
    ("patterns", "out", "kept"),
    [
        ("*.md", ["a.md"], ["x/a.md", "a.mdx"]),
        ("**/*.md", ["a.md", "x/y/a.md"], ["a.txt"]),
        ("/app", ["app", "app/x/y"], ["x/app"]),
        ("app/", ["app/x"], ["application"]),
        ("temp?", ["tempa", "tempb/x"], ["temp", "temp/x"]),
        ("*/temp*", ["a/temp1", "a/temp/x"], ["temp1", "a/b/temp"]),
        ("*\n!keep", ["a", "b/keep"], ["keep", "keep/x"]),
        ("*.md\n!README*.md\nREADME-secret.md", ["x.md", "README-secret.md"], ["README.md"]),
        ("# c\n\n  a.txt  ", ["a.txt"], ["# c", "b.txt"]),
        ("./a/../b", ["b"], ["a"]),
        ("**", ["a", "a/b"], []),
        ("a/**", ["a/b", "a/b/c"], ["b"]),
        ("a/**/z", ["a/z", "a/b/c/z"], ["a/zz"]),
        ("[ab].txt", ["a.txt", "b.txt"], ["c.txt"]),
        ("*.[0-9]", ["log.1", "log.7"], ["log.x", "log.-"]),
        ("[^a].txt", ["b.txt", "^.txt"], ["a.txt"]),
        ("[!a].txt", ["!.txt", "a.txt"], ["b.txt"]),
        ("[a\\]].txt", ["].txt"], ["b.txt"]),
        ("a.b+c(d)", ["a.b+c(d)"], ["aXb+c(d)"]),
        ("\\*.txt", ["*.txt"], ["a.txt"]),
    ],
)
def test_the_patterns_of_dockerignore(patterns, out, kept):
    ignore = Ignore.read(patterns)
    assert [path for path in out if not ignore.excludes(path)] == []
    assert [path for path in kept if ignore.excludes(path)] == []


def test_an_ignored_file_says_which_pattern_it_was():
    ignore = Ignore.read("*.md\n!README.md\nREADME.md")
    assert [ignore.reason(path) for path in ("a.md", "README.md", "x")] == ["*.md", "README.md", ""]


@pytest.mark.parametrize("pattern", ["!", "[", "a["])
def test_a_pattern_can_be_wrong(pattern):
    with pytest.raises(InvalidDockerfile):
        Ignore.read(pattern)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("90s", "1m30s"),
        ("1h", "1h0m0s"),
        ("1500ms", "1.5s"),
        ("2us", "2µs"),
        ("0", "0s"),
        ("", "0s"),
    ],
)
def test_durations_are_read_and_printed_as_go_does(text, printed):
    ns, fault = duration_ns(text)
    assert (duration_text(ns), fault) == (printed, "")


@pytest.mark.parametrize(
    ("flag", "fault"),
    [
        ("--mount=type=foo,target=/c", 'unsupported mount type "foo"'),
        ("--mount=foo", "invalid field 'foo' must be a key=value pair"),
        ("--mount=type=bind,nosuch=1", "unexpected key 'nosuch' in 'nosuch=1'"),
        ("--mount=type=cache,target=/c,sharing=x", 'unsupported sharing value "x"'),
        ("--mount=type=bind,size=1", "unexpected key 'size' for mount type 'bind'"),
        ("--mount=from=$X1,target=/c", "'from' doesn't support variable expansion"),
        ("--mount=type=secret,from=x,id=y", "secret mount should not have a from"),
        ("--mount=type=secret", "invalid secret mount. one of source, target required"),
        ("--mount=type=secret,src=x,id=y", "both source and id can't be set"),
        ("--network=foo", 'invalid network mode "foo"'),
    ],
)
def test_a_mount_or_a_network_can_be_wrong(flag, fault):
    with pytest.raises(InvalidDockerfile) as caught:
        only(f"RUN {flag} x\n")
    assert caught.value.fault.startswith(fault)
    assert (caught.value.line, caught.value.numbered) == (2, True)


def test_a_mount_says_what_is_where():
    step = only('RUN --mount=type=secret,id=w --mount=type=bind,from=one,src=a,"dst=/b" x\n')
    secret, bind = mounts_of(step)
    assert (secret.secret, secret.place) == ("w", "/run/secrets/w")
    assert (bind.source_of, bind.source, bind.place) == ("one", "a", "/b")
