"""Plots: the lines and bars that are drawn are the numbers of registry, engine and link."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

from labsim import Lab, LabError, export, plots
from labsim.course import series
from labsim.figures.data import tables_of
from labsim.graph import Sharing
from tests.figures.kept import bench, indexed

pytest.importorskip("matplotlib", reason="matplotlib is not installed (labsim[lab])")
MEGA = 1_000_000


@pytest.fixture(scope="module")
def lab() -> Lab:
    """Three pushes: a mount, a build on top, and an edit."""
    lab = Lab()
    lab.login("cantdocpp", "lab")
    lab.pull("golang")
    lab.tag("golang", "cantdocpp/golang:v1")
    lab.push("cantdocpp/golang:v1")
    for edited in ("", "src"):
        lab.build("cantdocpp/golang:1.0", base="golang", layers=["deps", "src"], edited=edited)
        lab.push("cantdocpp/golang:1.0")
    return lab


@pytest.fixture(scope="module")
def images():
    lab = Lab()
    for name in ("debian:stable", "golang", "python", "alpine:3"):
        lab.pull(name)
    return lab.images()


def line(ax, label):
    """The values of the line with this label."""
    (found,) = [one for one in ax.lines if one.get_label() == label]
    return [float(value) for value in found.get_ydata()]


def test_the_bars_of_a_push_are_its_ledger(lab):
    told = series.pushes(lab)
    ax = plots.saved_per_push(told)
    moved, saved = ([bar.get_width() for bar in bars] for bars in ax.containers)
    assert moved == [one.was / MEGA for one in told.values()] == [0, 16, 1]
    assert [a + b for a, b in zip(moved, saved, strict=True)] == [100, 116, 116]


def test_the_store_grows_as_the_registry_says(lab):
    points = series.growth(lab, "docker.io")
    before, after = (lab.at(n).registry("docker.io").store.size for n in (0, len(lab.journal)))
    ax = plots.store_growth(points)
    stored = line(ax, "stored, each blob once")
    assert stored[-1] == (after - before) / MEGA
    assert stored == sorted(stored)
    assert all(
        one <= other for one, other in zip(stored, line(ax, "images one by one"), strict=True)
    )


def test_a_push_that_failed_or_went_elsewhere_is_not_counted(lab):
    other = lab.fork()
    other.docker("push nowhere")
    other.tag("golang", "localhost:5000/g")
    other.push("localhost:5000/g")
    assert [one.push for one in series.growth(other, "localhost:5000")] == [
        "localhost:5000/g:latest"
    ]


def test_the_size_column_and_the_disk_are_those_of_the_engine(images):
    ax = plots.size_against_disk(images)
    assert line(ax, "SIZE column")[-1] == sum(image.size for image in images.values()) / MEGA
    assert line(ax, "on the disk")[-1] == Sharing(images).store / MEGA


def test_the_matrix_is_symmetric_and_its_diagonal_the_sizes(images):
    ax = plots.sharing_matrix(images)
    shared = {(row["image"], row["with"]): row["shared"] for row in plots.twin(ax).data["pairs"]}
    assert all(shared[one, one] == images[one].size for one in images)
    assert all(shared[one, other] == shared[other, one] for one in images for other in images)
    assert shared["golang:latest", "debian:stable"] == 80_000_000
    drawn = sorted(float(text.get_text()) for text in ax.texts)
    assert drawn == sorted(round(value / MEGA, 1) for value in shared.values())


def test_the_pulls_served_are_what_the_limit_allows():
    lab = Lab()
    lab.policy("docker.io", "pulls_anonymous=2")
    for name in ("debian:stable", "golang", "alpine:3", "busybox"):
        lab.docker(f"pull {name}")
    found = series.pulls(lab, "docker.io")
    assert [pull.served for pull in found] == [True, True, False, False]
    ax = plots.pulls_under_limit(found, 2, 21600)
    assert line(ax, "served so far") == [1, 2, 2, 2]
    assert line(ax, "refused (429)") == [2, 2]


def test_the_pulls_counted_are_those_that_the_registry_counts():
    lab = Lab()
    for name in ("hello-world", "golang", "debian:stable"):
        lab.pull(name)
    trace = lab.pull("alpine:3").trace
    assert trace is not None
    left = [
        said
        for one in trace.exchanges
        if one.response is not None and (said := one.response.headers.get("RateLimit-Remaining"))
    ]
    assert left[-1] == f"{100 - len(series.pulls(lab, 'docker.io'))};w=21600"
    assert len(series.pulls(lab, "docker.io")) == 4


def test_an_index_is_no_pull():
    lab = indexed()
    lab.as_user("alice")  # whose laptop has none of its manifests
    lab.pull("localhost:5000/tiny:many")
    assert lab.trace is not None
    reads = [one for one in lab.trace.exchanges if one.method == "GET" and "manif" in one.target]
    assert [one.status for one in reads] == [200, 200]
    assert len(series.pulls(lab, "localhost:5000")) == 1


def test_the_seconds_of_a_sweep_follow_the_bytes_that_the_advice_names():
    lab = bench()
    lab.login("cantdocpp", "lab")
    advice = lab.advise(edited="app.py")
    orders = {"COPY first": lab.read("Dockerfile"), "RUN first": advice.dockerfile}
    before = lab.journal
    curves = series.link_seconds(lab, orders, [1, 10], name="cantdocpp/app", edited="app.py")
    assert lab.journal == before
    ax = plots.link_sweep(curves)
    slow, fast = line(ax, "COPY first")
    bits = advice.before * 8 / 1e6
    assert slow - fast == pytest.approx(bits * (1 - 1 / 10), rel=0.01)
    assert max(line(ax, "RUN first")) < 1


@pytest.mark.parametrize(
    "plot",
    [
        plots.saved_per_push,
        plots.store_growth,
        plots.size_against_disk,
        plots.sharing_matrix,
        plots.link_sweep,
        lambda pulls: plots.pulls_under_limit(pulls or [], 100, 21600),
    ],
)
def test_nothing_at_all_is_plotted_too(plot):
    ax = plot({})
    assert ax.get_title(loc="left")
    assert plots.twin(ax).text.endswith(".")


def test_every_plot_says_what_it_shows_and_in_which_unit(lab, images):
    for ax in (
        plots.saved_per_push(series.pushes(lab)),
        plots.store_growth(series.growth(lab, "docker.io")),
        plots.size_against_disk(images),
        plots.sharing_matrix(images),
    ):
        assert ax.get_title(loc="left")
        assert "MB" in ax.get_xlabel() + ax.get_ylabel()
        tables = tables_of(plots.twin(ax).text)
        (rows,) = plots.twin(ax).data.values()
        (name,) = [name for name in tables if name != "words"]
        assert len(tables[name]) == len(rows)


def test_an_ax_that_is_given_comes_back(images):
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    assert plots.size_against_disk(images, ax) is ax
    assert plots.size_against_disk(images) is not ax


def test_axes_of_somebody_else_have_no_text():
    from matplotlib.figure import Figure

    with pytest.raises(LabError, match="these axes have no text"):
        plots.twin(Figure().subplots())


def test_a_plot_as_a_figure_is_the_same_bytes_and_says_what_it_shows(images):
    one, other = (plots.figure_of(plots.size_against_disk(images)) for _ in range(2))
    assert one.svg == other.svg
    root = fromstring(one.svg)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert root.get("role") == "img"
    assert {*root.get("aria-labelledby", "").split()} <= {*ids}
    assert all(str(name).startswith("lab") for name in ids)
    assert "<style" not in one.svg
    assert one.text in (root.findtext("{http://www.w3.org/2000/svg}desc") or "")


def test_two_plots_on_one_page_share_no_id(images, lab):
    def ids(ax):
        root = fromstring(plots.figure_of(ax).svg)
        return {element.get("id") for element in root.iter() if element.get("id")}

    assert not ids(plots.size_against_disk(images)) & ids(plots.sharing_matrix(images))


def test_a_plot_is_exported_as_any_figure(tmp_path, images):
    ax = plots.size_against_disk(images)
    assert export(ax, tmp_path / "x.svg").read_bytes().startswith(b"<?xml")
    assert "on the disk" in export(ax, tmp_path / "x.csv").read_text(encoding="utf-8")


def test_matplotlib_is_imported_when_something_is_plotted(fresh):
    code = "import sys; sys.modules['matplotlib'] = None\nfrom labsim import plots, LabError\n"
    code += "try: plots.size_against_disk({})\nexcept LabError as error: print(error)"
    assert fresh(code).stdout.strip() == 'plots need matplotlib: pip install "labsim[lab]"'


def test_a_hostile_name_stays_a_name(images):
    image = next(iter(images.values()))
    name = "<script>$x^2$-->"
    figure = plots.figure_of(plots.size_against_disk({name: image}))
    assert "<script" not in figure.svg
    words = [one.text for one in fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}text")]
    assert name in words
