"""The Tab key after ``%docker``: in a line, in a cell, and nowhere else."""

from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter

from labsim.notebook.completion import typed


def offered(shell, text: str) -> list[str]:
    """What the shell offers at the end of this cell, as a kernel asks for it."""
    with provisionalcompleter():
        return [found.text for found in shell.Completer.completions(text, len(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%docker pu", ["pull", "push"]),
        ("%docker image l", ["list", "load", "ls"]),
        ("%docker image t", ["tag"]),
        ("%%docker\npull golang\nimage ta", ["tag"]),
        ("%%docker\ndocker logo", ["logout"]),
        ("%docker tag gol", ["golang:latest"]),
        ("%docker push cantdocpp/", ["cantdocpp/golang:v1"]),
        ("%docker image inspect cantd", ["cantdocpp/golang:v1"]),
        ("%docker system d", ["df"]),
        ("%docker manifest i", ["inspect"]),
        ("%docker images --no", ["--no-trunc"]),
    ],
)
def test_what_is_offered(shell, lab, text, expected):
    lab.pull("golang")
    lab.tag("golang", "cantdocpp/golang:v1")
    assert offered(shell, text) == expected


def test_python_completes_as_before(shell, lab):
    shell.run_cell("docker_images = 1")
    assert offered(shell, "docker_im") == ["docker_images"]
    assert "docker" in "".join(offered(shell, "%dock"))


def test_without_a_lab_nothing_is_offered_and_nothing_breaks(shell, monkeypatch):
    monkeypatch.setattr("labsim.lab.Lab._current", None)
    assert "push" not in offered(shell, "%docker pu")


def test_what_counts_as_a_docker_line():
    assert typed("%docker  pull", 0, 13) == "pull"
    assert typed("  %docker pull x", 0, 11) == "p"
    assert typed("%%docker", 0, 8) is None
    assert typed("%%dockerx\npull", 1, 4) is None
    assert typed("a = '%docker x'", 0, 15) is None
