"""How the lab's values show themselves in a notebook: as a picture or a table beside their text.

Values below the doors know nothing of notebooks.  They are registered by name, so that a kernel
loads a drawing module when the first such value is shown and not before.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

__all__ = ["register"]


def _trace(value: Any) -> Any:
    from labsim.figures.timeline import timeline

    return timeline(value, _looks())


def _looks() -> Any:
    """What is known of layers: those of the current lab look alike in all its pictures."""
    from labsim.course import views
    from labsim.lab import Lab

    return {} if Lab._current is None else views.known(Lab._current)


def _ledger(value: Any) -> Any:
    from labsim.figures.ledger import ledger_table

    return ledger_table(value, _looks())


def _name(value: Any) -> Any:
    from labsim.figures.name import name_figure

    return name_figure(value.source)


def _comparison(value: Any) -> Any:
    from labsim.figures.comparison import comparison_figure

    return comparison_figure(value)


def _registry(value: Any) -> Any:
    from labsim.figures.shelves import shelves

    return shelves(value)


def _image(value: Any) -> Any:
    from labsim.figures.merkle import merkle

    return merkle(value, layers=_looks())


def _graph(value: Any) -> Any:
    """A layer graph as a picture; anybody else's graph as networkx shows it."""
    from labsim.figures.figure import Figure
    from labsim.figures.graph import graph

    if value and all("kind" in data for _, data in value.nodes(data=True)):
        return graph(value)
    return Figure(f"<pre>{escape(repr(value))}</pre>", repr(value))


def _reasons(value: Any) -> Any:
    from labsim.figures.build import build_figure

    return build_figure(value.built, _looks())


def _advice(value: Any) -> Any:
    from labsim.figures.build import advice_figure

    return advice_figure(value)


def _credentials(value: Any) -> Any:
    from labsim.figures.keyring import key_ring

    return key_ring(value.text)


def _verdict(value: Any) -> Any:
    from labsim.figures.figure import Figure

    text = str(value)
    return Figure(f'<pre role="status" style="margin:0">{escape(text)}</pre>', text)


#: (module, class) → the figure or table that shows such a value.
FIGURES: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("labsim.trace", "Trace"): _trace,
    ("labsim.story.ledger", "Ledger"): _ledger,
    ("labsim.reference", "Reference"): _name,
    ("labsim.lab.comparison", "Comparison"): _comparison,
    ("labsim.registry.registry", "Registry"): _registry,
    ("labsim.image.image", "Image"): _image,
    ("networkx.classes.digraph", "DiGraph"): _graph,
    ("labsim.engine.builder.reasons", "Reasons"): _reasons,
    ("labsim.engine.builder.advice", "Advice"): _advice,
    ("labsim.engine.config_file", "ConfigFile"): _credentials,
    ("labsim.course.exercise", "Verdict"): _verdict,
    ("labsim.course.predict", "Outcome"): _verdict,
}


def register(shell: InteractiveShell) -> None:
    """Teach the shell's formatters about the lab's values."""
    formatters: Any = shell.display_formatter
    rich, plain = formatters.formatters["text/html"], formatters.formatters["text/plain"]
    for (module, name), figure in FIGURES.items():
        rich.for_type_by_name(module, name, lambda value, figure=figure: figure(value).html)
        plain.for_type_by_name(
            module, name, lambda value, page, _, figure=figure: page.text(figure(value).text)
        )
    rich.for_type_by_name(*_AXES, _plot)
    plain.for_type_by_name(*_AXES, _plot_text)


_AXES = ("matplotlib.axes._axes", "Axes")


def _plot(value: Any) -> str | None:
    """A plot of ours with its words; what pyplot has, pyplot shows, and others show themselves."""
    from labsim import plots

    if not hasattr(value, plots.TWIN) or hasattr(value.get_figure(root=True), "number"):
        return None
    return plots.figure_of(value).html


def _plot_text(value: Any, page: Any, cycle: bool) -> None:
    from labsim import plots

    said = hasattr(value, plots.TWIN)
    page.text(plots.twin(value).text if said else repr(value))
