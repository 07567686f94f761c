"""Any two states compared: two labs, registries, stores of images, conversations, or images.

A comparison is drawn as what it compares: two registries as shelves with plus and minus, two images
as a tree of digests; of two labs, two stores and two conversations the facts that differ are
listed.  A whole script on two engines is :meth:`labsim.lab.Lab.compare`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from labsim.errors import LabError
from labsim.figures.differences import Fact, State, differences
from labsim.figures.figure import Figure, bytes_text
from labsim.figures.lanes import Lanes, seconds
from labsim.figures.merkle import merkle
from labsim.figures.shelves import shelves
from labsim.figures.stock import Stock
from labsim.graph import Sharing
from labsim.image import Image
from labsim.trace import Trace

__all__ = ["compare", "stocks"]

#: What two states are called.
Names = tuple[str, str]


def compare(before: Any, after: Any, names: Names = ("before", "after")) -> Figure:
    """What is different between two states of one kind, with the text twin.

    Two labs (``lab.at(3)`` and ``lab``), registries or :class:`~labsim.figures.stock.Stock`, images
    by name, traces, or images; ``names`` are what to call the two.  LabError for anything else,
    and for two that are not of one kind.

    >>> print(compare({}, {}))
    No difference: 3 facts are the same.
    """
    for is_one, draw in _KINDS:
        if is_one(before) and is_one(after):
            return draw(before, after, names)
    raise LabError(
        "two labs, two registries, two mappings of names to images, two traces or two images can"
        f" be compared, not {before!r:.60} and {after!r:.60}"
    )


def stocks(lab: Any) -> dict[str, Stock]:
    """What each simulated registry of a lab holds now, by host."""
    found = {}
    for host in lab.hosts:
        try:
            found[host] = Stock.of(lab.registry(host))
        except LabError:
            continue  # a real one: the lab cannot look into it
    return found


def _labs(before: Any, after: Any, names: Names) -> Figure:
    return differences(_lab(before), _lab(after), names)


def _lab(lab: Any) -> State:
    """The clock, the laptop (names, store, files), and every registry (tags, bytes)."""
    whose = f"{lab.user}'s laptop"
    facts: dict[str, Mapping[str, Fact]] = {
        "the lab": {
            "actions": Fact(str(len(lab.journal))),
            "clock": Fact(seconds(lab.now_us - lab.at(0).now_us)),
        }
    }
    images = _store(lab.images())
    facts |= {f"{whose}: {heading}": rows for heading, rows in images.items()}
    facts[f"{whose}: files"] = {
        path: Fact(bytes_text(len(content)), content) for path, content in lab.files.items()
    }
    for host, stock in stocks(lab).items():
        facts[host] = _registry(stock)
    return facts


def _registry(stock: Stock) -> dict[str, Fact]:
    facts = {
        f"{shelf.name}:{tag}": Fact(held.digest.partition(":")[2][:12])
        for shelf in stock.shelves
        for held in shelf.held
        for tag in held.tags
    }
    facts |= {f"{shelf.name} is": Fact(shelf.visibility) for shelf in stock.shelves}
    facts["stored"] = Fact(bytes_text(stock.size), stock.size)
    facts["garbage"] = Fact(bytes_text(stock.garbage), stock.garbage)
    return facts


def _stores(before: Mapping[str, Image], after: Mapping[str, Image], names: Names) -> Figure:
    return differences(_store(before), _store(after), names)


def _store(images: Mapping[str, Image]) -> State:
    """Each name and its image, and the sums; a layer is stored once."""
    named = {
        name: Fact(f"{image.id.short}, {bytes_text(image.size)}", str(image.id))
        for name, image in images.items()
    }
    sharing = Sharing(images)
    layers = {chain_id for image in images.values() for chain_id in image.chain_ids}
    return {
        "images": named,
        "layers": {
            "stored": Fact(bytes_text(sharing.store), sharing.store),
            "listed": Fact(bytes_text(sharing.listed), sharing.listed),
            "count": Fact(str(len(layers))),
        },
    }


def _traces(before: Trace, after: Trace, names: Names) -> Figure:
    return differences(_trace(before), _trace(after), names)


def _trace(trace: Trace) -> State:
    """What became of each blob, and what the whole conversation cost."""
    shown = Lanes.of(trace, {})
    return {
        "what became of": {row.title: Fact(row.outcome) for row in shown.rows},
        "the conversation": {
            "exchanges": Fact(str(len(trace.exchanges))),
            "took": Fact(seconds(shown.length_us)),
            "went up": Fact(bytes_text(trace.bytes_up), trace.bytes_up),
            "came down": Fact(bytes_text(trace.bytes_down), trace.bytes_down),
        },
    }


def _registries(before: Any, after: Any, names: Names) -> Figure:
    return shelves(after, before)


def _images(before: Image, after: Image, names: Names) -> Figure:
    return merkle(before, after)


def _is_images(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(one, Image) for one in value.values())


def _is_lab(value: object) -> bool:
    return all(hasattr(value, name) for name in ("images", "hosts", "registry", "journal"))


#: How each kind is recognised, and how two of it are compared.
_KINDS: tuple[tuple[Callable[[Any], bool], Callable[[Any, Any, Names], Figure]], ...] = (
    (lambda value: isinstance(value, Image), _images),
    (lambda value: isinstance(value, Trace), _traces),
    (_is_images, _stores),
    (_is_lab, _labs),
    (lambda value: isinstance(value, Stock) or hasattr(value, "store"), _registries),
)
