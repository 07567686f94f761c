"""How a typed line becomes words, and what only a shell could do is refused."""

from __future__ import annotations

import pytest

from labsim.docker import redact
from labsim.docker.shell import split
from labsim.errors import CommandError
from tests.docker.seat import BareSeat


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", ()),
        ("  pull\tgolang\n", ("pull", "golang")),
        ("pull 'my app' # a comment", ("pull", "my app")),
        ("pull a#b", ("pull", "a#b")),
        (r'a "b \" \\ c" d\ e', ("a", 'b " \\ c', "d e")),
        ("x'y'\"z\"", ("xyz",)),
        ("a '' b", ("a", "", "b")),
        ("a \\\n b", ("a", "", "b")),
        ("--filter 'reference=*/golang'", ("--filter", "reference=*/golang")),
        ("--format '{{.ID}}: $x | y'", ("--format", "{{.ID}}: $x | y")),
        (r"a \$x \| b", ("a", "$x", "|", "b")),
    ],
)
def test_words(line, words):
    assert split(line).words == words


@pytest.mark.parametrize("line", ["login < token.txt", "login <token.txt", "< 'token.txt' login"])
def test_a_file_to_read_from(line):
    assert split(line) == (("login",), "token.txt")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("pull a:$TAG", "the lab has no variables"),
        ('pull "a:$TAG"', "the lab has no variables"),
        ("pull `cat x`", "no command inside a command"),
        ("echo x | docker login", "write  < file"),
        ("images > list.txt", "in Python, look at .stdout of lab.docker("),
        ("pull a; pull b", "one command a line"),
        ("pull a && pull b", "one command a line"),
        ("pull 'a", "the ' is never closed"),
        ('pull "a', 'the " is never closed'),
        ("login <", "one file name must follow  <"),
        ("login < a < b", "one file name must follow  <"),
    ],
)
def test_what_only_a_shell_can_do_is_refused_in_one_sentence(line, sentence):
    with pytest.raises(CommandError) as refused:
        split(line)
    assert sentence in refused.value.stderr
    assert refused.value.stderr.count("\n") == 1
    assert BareSeat().docker(line).exit_code == 2


def test_a_file_that_is_not_there_is_named():
    result = BareSeat().docker("login -u a --password-stdin < token.txt")
    assert (result.stderr, result.exit_code) == ("labsim: there is no file token.txt here\n", 1)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("login -u a -p secret", "login -u a -p ********"),
        ("docker login --password=secret ghcr.io", "docker login --password=******** ghcr.io"),
        ("login --password 'my secret'", "login --password ********"),
        ("login -psecret", "login -p********"),
        ("login -p=secret", "login -p=********"),
        ("login -u a --password-stdin < t", "login -u a --password-stdin < t"),
        ("run -p 80:80 nginx", "run -p 80:80 nginx"),
        ("login -u a -p 'unclosed", "login -u a -p ********"),
        ("login -u a --password=$SECRET", "login -u a --password ********"),
    ],
)
def test_a_password_on_the_line_can_be_hidden(line, shown):
    assert redact(line) == shown
