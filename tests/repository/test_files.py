"""What every tracked file owes: one line ending, no trace of a machine, a first sentence."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

from tests.repository.tree import ROOT, parsed, shown, sources, tracked

BINARY = {".png", ".tar", ".gz", ".ico", ".woff2"}

#: Addresses of package files and indexes have shapes of their own; no host needs to be named.
PACKAGE_INDEX = re.compile(r"--(?:extra-)?index-url|https?://\S+?(?:/simple/?\b|/-/\S+\.tgz|\.whl)")
#: This checkout, and this person's folder (unless it is everybody's, as ``/root`` is).
HERE = tuple(str(path) for path in (ROOT, Path.home()) if len(path.parts) > 2)


def traces(text: str, here: tuple[str, ...] = HERE) -> list[str]:
    """Paths of a machine, and addresses of a package index, in a text."""
    paths = [path for path in here if f"{path}/" in text]
    return paths + [match.group() for match in PACKAGE_INDEX.finditer(text)]


def faults_of_form(data: bytes) -> list[str]:
    """What is wrong with the bytes of a text file."""
    faults = []
    if b"\r" in data:
        faults.append("a carriage return")
    if data and not data.endswith(b"\n"):
        faults.append("no newline at the end")
    if re.search(rb"[ \t]\n", data):
        faults.append("blanks at the end of a line")
    return faults


def texts() -> list[Path]:
    """Tracked text files, but for recordings, which stay as a real program wrote them."""
    return [p for p in tracked() if p.suffix not in BINARY and "golden" not in p.parts]


def test_no_tracked_file_names_a_machine_or_a_package_registry():
    found = {
        shown(path): traces(path.read_bytes().decode("utf-8", "replace"))
        for path in tracked()
        if path.suffix not in BINARY
    }
    assert {name: what for name, what in found.items() if what} == {}


def test_text_files_end_their_lines_alike():
    # Two blanks mean something, or Docker printed them.
    kept_as_printed = {".md", ".ipynb", ".tsv", ".txt"}
    found = {}
    for path in texts():
        faults = faults_of_form(path.read_bytes())
        if path.suffix in kept_as_printed and "blanks at the end of a line" in faults:
            faults.remove("blanks at the end of a line")
        found[shown(path)] = faults
    assert {name: what for name, what in found.items() if what} == {}


def test_every_source_file_opens_with_a_sentence():
    files = [p for folder in ("labsim", "tests", "tools", "benchmarks") for p in sources(folder)]
    assert [shown(path) for path in files if not opens_with_a_sentence(parsed(path))] == []


def opens_with_a_sentence(tree: ast.Module) -> bool:
    """Whether the docstring's first paragraph ends as a sentence does."""
    first = (ast.get_docstring(tree) or "").split("\n\n")[0].strip()
    return first.endswith((".", "!", "?", ":", "::", "…"))


def silenced(text: str) -> list[str]:
    """Comments that silence a check and do not say why on the same line."""
    comments = re.findall(r"# (?:noqa|type: ignore|pragma)\b.*", text)
    reason = re.compile(r"# (?:noqa: [A-Z]+\d+|type: ignore\[[a-z,-]+\]|pragma: [a-z ]+)[ #]+\w.*")
    return [comment for comment in comments if not reason.fullmatch(comment)]


def test_whoever_silences_a_check_says_why():
    files = [p for folder in ("labsim", "tests", "tools", "benchmarks") for p in sources(folder)]
    found = {shown(p): silenced(p.read_text(encoding="utf-8")) for p in files}
    found.pop("tests/repository/test_files.py")
    assert {name: what for name, what in found.items() if what} == {}


def test_git_keeps_line_feeds_and_leaves_recordings_alone():
    def attributes(name: str) -> str:
        command = ["git", "check-attr", "text", "eol", "--", name]
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, check=True, encoding="utf-8"
        ).stdout

    assert "eol: lf" in attributes("labsim/digest.py")
    assert "eol: lf" in attributes("notebooks/01-your-first-push.ipynb")
    assert "text: unset" in attributes("tests/transcripts/golden/docker_push_first.txt")


def test_the_guards_see_what_they_look_for():
    index = "https://index.example" + "/simple"
    assert traces(f"pip install -i {index} labsim") == [index]
    assert traces("see /home/ann/labsim/x", ("/home/ann/labsim",)) == ["/home/ann/labsim"]
    assert traces("docker.io/library/golang, https://registry-1.docker.io/v2/") == []
    assert faults_of_form(b"a\r\nb \nc") == [
        "a carriage return",
        "no newline at the end",
        "blanks at the end of a line",
    ]
    assert faults_of_form(b"a\n") == []
    assert silenced("x = 1  # noqa: F821") == ["# noqa: F821"]
    assert silenced("x = 1  # type: ignore") == ["# type: ignore"]
    assert silenced("x = 1  # type: ignore[index]  # the point") == []
    assert not opens_with_a_sentence(ast.parse("x = 1"))
    assert not opens_with_a_sentence(ast.parse('"""helpers"""'))
