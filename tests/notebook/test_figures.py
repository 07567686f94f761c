"""Figures in a notebook: what shows itself, names to type, and the map after a command."""

from __future__ import annotations

from typing import Any

import pytest

from labsim import Lab, notebook
from tests.figures.kept import bench


def shown(shell: Any, value: object) -> tuple[dict[str, str], dict[str, object]]:
    bundle, metadata = shell.display_formatter.format(value)
    return bundle, metadata


def test_a_build_and_advice_show_their_steps(shell):
    lab = bench()
    reasons = lab.why(lab.docker("build -t cantdocpp/app ."))
    bundle, _ = shown(shell, reasons)
    assert bundle["text/html"].startswith("<svg")
    assert "the cut is above [2/4] WORKDIR /srv" in bundle["text/plain"]
    advice = lab.advise(edited="app.py")
    bundle, _ = shown(shell, advice)
    assert bundle["text/plain"].startswith(str(advice))
    assert "in the other: 3 of 4 steps cached" in bundle["text/plain"]
    assert "goes above" in bundle["text/html"]
    assert bundle["text/html"].count("<svg") == 1


def test_the_logins_of_a_laptop_show_as_a_ring(shell, lab):
    lab.login("cantdocpp", "lab")
    bundle, _ = shown(shell, lab.seat.engine.credentials)
    assert "cantdocpp" in bundle["text/html"]
    assert "password in the file" in bundle["text/plain"]


def test_a_plot_shows_itself_once_with_its_words(shell, lab):
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    from labsim import plots

    lab.pull("golang")
    ax = plots.size_against_disk(lab.images())
    bundle, _ = shown(shell, ax)
    assert bundle["text/html"].startswith('<svg role="img"')
    assert bundle["text/plain"] == plots.twin(ax).text
    foreign = Figure().subplots()
    bundle, _ = shown(shell, foreign)
    assert "text/html" not in bundle
    assert bundle["text/plain"] == repr(foreign)


def test_a_plot_on_pyplots_axes_is_left_to_pyplot(shell, lab):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("svg")
    from labsim import plots

    figure, ax = pyplot.subplots()
    try:
        bundle, _ = shown(shell, plots.size_against_disk({}, ax))
        assert "text/html" not in bundle
        assert bundle["text/plain"].startswith("The SIZE column adds up to 0 B")
    finally:
        pyplot.close(figure)


def test_the_names_to_type_show_the_current_lab(shell, lab):
    lab.pull("golang")
    assert "golang:latest" in notebook.lab_map().text
    assert [row["name"] for row in notebook.key_ring("ghcr.io/a").data["names"]] == ["ghcr.io/a"]
    assert notebook.filter_names("golang").data["names"][0]["listed"] is True
    other = bench()
    other.docker("build .")
    assert notebook.build_steps().data["builds"][0]["build"] == "the last build"


def test_a_command_with_map_draws_the_lab_below_its_lines(shell, lab, capsys, monkeypatch):
    drawn: list[Any] = []
    monkeypatch.setattr("labsim.notebook.magics.display", drawn.append)
    shell.run_cell("%docker --map pull -q golang")
    assert capsys.readouterr().out == "docker.io/library/golang:latest\n"
    assert lab.journal == [["docker", "pull -q golang"]]
    (figure,) = drawn
    assert "golang:latest" in figure.text
    shell.run_cell("%docker images -q")
    assert len(drawn) == 1


def test_a_cell_draws_it_after_each_command_that_asks(shell, lab, capsys, monkeypatch):
    drawn: list[Any] = []
    monkeypatch.setattr("labsim.notebook.magics.display", drawn.append)
    shell.run_cell("%%docker\n--map pull -q golang\n--map tag golang a/b:1\nimages -q")
    assert len({figure.svg for figure in drawn}) == 2


def test_a_lab_is_needed(shell, monkeypatch):
    monkeypatch.setattr(Lab, "_current", None)
    with pytest.raises(Exception, match="there is no lab yet"):
        notebook.lab_map()
