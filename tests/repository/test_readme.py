"""What the pages for people say is what happens: examples run, verbs and links exist."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys

import pytest

from tests.repository.tree import ROOT, shown, tracked

PAGES = [path for path in tracked() if path.suffix == ".md"]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return [body for kind, body in FENCE.findall(text) if kind == language]


def typed(session: str) -> list[tuple[str, str]]:
    """``$ command`` lines with what was printed below each."""
    parts = re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in parts]


def missing_verbs(text: str, makefile: str) -> list[str]:
    """``make x`` in a page where the Makefile has no x."""
    verbs = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)
    return [verb for verb in named if verb not in verbs]


def dead_links(text: str, folder) -> list[str]:
    """Links to files that are not there."""
    targets = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", text)
    return [target for target in targets if not (folder / target).exists()]


def lost_files(text: str) -> list[str]:
    """Files and folders named in backticks that are not in the repository."""
    named = re.findall(
        r"`((?:labsim|tests|tools|docs|notebooks|benchmarks)/[\w./-]*(?:/|\.\w+))`", text
    )
    return [name for name in named if not (ROOT / name).exists()]


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_python_examples_print_what_the_page_says(path):
    names: dict[str, object] = {}  # a page is read from its top: later blocks know earlier names
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for number, block in enumerate(blocks(path.read_text(encoding="utf-8"), "python")):
        assert ">>>" in block, f"block {number} of {shown(path)} shows no output to check"
        example = parser.get_doctest(block, names, f"{shown(path)}[{number}]", None, 0)
        runner.run(example, clear_globs=False)
        names.update(example.globs)
    assert runner.failures == 0


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_terminal_examples_print_what_the_page_says(path, tmp_path):
    for session in blocks(path.read_text(encoding="utf-8"), "console"):
        for command, printed in typed(session):
            assert run(command, tmp_path) == printed


def run(command: str, folder) -> str:
    """One ``labsim …`` line of a page, perhaps with ``echo WORD |`` before it: both streams."""
    said, pipe, line = command.rpartition(" | ")
    words = line.split()
    assert words.pop(0) == "labsim", f"only labsim is run from a page, not {command}"
    ran = subprocess.run(
        [sys.executable, "-m", "labsim", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        input=said.removeprefix("echo ") + "\n" if pipe else "",
        encoding="utf-8",
        check=False,
        env={**os.environ, "LABSIM_FILE": str(folder / "my.lab"), "PYTHONPATH": str(ROOT)},
    )
    return ran.stdout


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_shell_lines_are_of_one_system(path):
    text = path.read_text(encoding="utf-8")
    assert not [line for block in blocks(text, "sh") for line in foreign(block, "posix")]
    assert not [line for block in blocks(text, "bat") for line in foreign(block, "windows")]


def foreign(block: str, system: str) -> list[str]:
    """Lines that this system does not run: the other one's slashes, or its name of Python."""
    other = {"posix": r"\\\w|^python -m venv", "windows": r"\w/\w|^python3"}[system]
    return [line for line in block.splitlines() if re.search(other, line)]


def test_every_way_to_install_ends_in_jupyter_on_the_lesson_that_there_is():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    ways = [*blocks(text, "sh")[1:], *blocks(text, "bat")]
    assert len(ways) == 3
    for way in ways:
        *_, copying, opening = way.replace("\\", "/").splitlines()
        assert copying.endswith("tools/working_copy.py my-lessons")
        lesson = re.fullmatch(r"\S*jupyter lab my-lessons/(\S+\.ipynb)", opening)
        assert lesson is not None
        assert (ROOT / "notebooks" / lesson[1]).exists()


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_verbs_links_and_files_exist(path):
    text = path.read_text(encoding="utf-8")
    assert missing_verbs(text, (ROOT / "Makefile").read_text(encoding="utf-8")) == []
    assert dead_links(text, path.parent) == []
    assert lost_files(text) == []


def test_the_guards_see_what_is_missing():
    page = "Type `make coffee`.\n[here](nowhere.md) [there](README.md) [web](https://a.example)\n"
    assert missing_verbs(page, "lab: x\n") == ["coffee"]
    assert dead_links(page, ROOT) == ["nowhere.md"]
    assert lost_files("`labsim/nowhere.py`, `labsim/digest.py` and `tests/`") == [
        "labsim/nowhere.py"
    ]
    assert typed("$ a\nb\n$ c\n") == [("a", "b\n"), ("c", "")]
    assert foreign(".venv\\Scripts\\pip\npython -m venv .venv\n.venv/bin/pip\n", "posix") == [
        ".venv\\Scripts\\pip",
        "python -m venv .venv",
    ]
    assert foreign(".venv/bin/pip\n.venv\\Scripts\\pip\n", "windows") == [".venv/bin/pip"]
    assert blocks("```python\n>>> 1\n1\n```\n", "python") == [">>> 1\n1\n"]
