"""Where the nodes of a layer graph stand: a layered layout by plain arithmetic.

A node's *generation* is one more than the highest of those that it stands on.  Generations become
columns, the lowest at the left, because names are written from left to right and a page scrolls
downwards: so five hundred images stay legible where five hundred columns would not.

Nodes that follow each other make a *run*, and each run has a row of its own: what continues stays
on its line and what branches off goes below, later branches nearer, so that in a tree no line
crosses another or a name.  Where lines merge, a few barycentre sweeps bring the branches of a node
into an order in which those that belong together are near (Sugiyama, Tagawa and Toda 1981).

>>> laid({"os": [], "go": ["os"], "app": ["go"], "mus": [], "tool": ["os"]})["tool"]
Place(column=1, row=1)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from labsim.errors import LabError

__all__ = ["Place", "laid"]

SWEEPS = 4

Below = Mapping[str, Sequence[str]]


class Place(NamedTuple):
    """Column and row, both from 0."""

    column: int
    row: int


def laid(below: Below) -> dict[str, Place]:
    """The place of each node; ``below`` says for each what it stands on, nearest relative first.

    LabError where a node stands on itself, or on something that is not there.
    """
    columns = _generations(below)
    runs = _Runs(below, columns)
    for _ in range(SWEEPS if runs.merges else 0):
        runs.sweep()
    return {node: Place(columns[node], row) for row, run in enumerate(runs.order()) for node in run}


def _above(below: Below) -> dict[str, list[str]]:
    """For each node those that stand on it."""
    above: dict[str, list[str]] = {node: [] for node in below}
    for node, feet in below.items():
        for foot in feet:
            if foot not in above:
                raise LabError(f"{node} stands on {foot}, which is not in the graph")
            above[foot].append(node)
    return above


def _generations(below: Below) -> dict[str, int]:
    """How many steps each node is above the ground, at the most; lower ones come first."""
    above = _above(below)
    waiting = {node: len(feet) for node, feet in below.items()}
    ready = [node for node, feet in waiting.items() if not feet]
    columns = dict.fromkeys(ready, 0)
    for node in ready:
        for upper in above[node]:
            columns[upper] = max(columns.get(upper, 0), columns[node] + 1)
            waiting[upper] -= 1
            if not waiting[upper]:
                ready.append(upper)
    if len(ready) < len(below):
        stuck = next(node for node in below if waiting[node])
        raise LabError(f"a layer graph has no circles, and {stuck} stands on itself")
    return {node: columns[node] for node in ready}


class _Runs:
    """Rows in the making: runs of nodes, and which run branches off at which node."""

    def __init__(self, below: Below, columns: dict[str, int]) -> None:
        self._below = below
        follower = _followers(_above(below), columns)
        following = set(follower.values())
        self._heads = [node for node in below if node not in following]
        self._runs = {head: list(_run(head, follower)) for head in self._heads}
        self._home = {node: head for head, run in self._runs.items() for node in run}
        self._branches: dict[str, list[str]] = {}
        for head in self._heads:
            if feet := below[head]:
                self._branches.setdefault(feet[0], []).append(head)
        self._roots = [head for head in self._heads if not below[head]]
        #: Lines from run to run besides those by which each began.
        self.merges = [
            (self._home[foot], self._home[node])
            for node, feet in below.items()
            for at, foot in enumerate(feet)
            if self._home[foot] != self._home[node] and (at or node not in self._runs)
        ]

    def order(self) -> list[list[str]]:
        """The runs from top to bottom."""
        ahead, found = self._roots[::-1], []
        while ahead:
            run = self._runs[ahead.pop()]
            found.append(run)
            for node in run:  # what branches off last is nearest
                ahead += reversed(self._branches.get(node, ()))
        return found

    def sweep(self) -> None:
        """Put each run's branches, and the roots, in the order of what they are merged with."""
        rows = {run[0]: row for row, run in enumerate(self.order())}
        drawn_to: dict[str, list[int]] = {}
        for one, other in self.merges:
            drawn_to.setdefault(one, []).append(rows[other])
            drawn_to.setdefault(other, []).append(rows[one])

        def centre(head: str) -> float:
            near = drawn_to.get(head) or [rows[head]]
            return sum(near) / len(near)

        for heads in (self._roots, *self._branches.values()):
            heads.sort(key=centre)


def _followers(above: Mapping[str, Sequence[str]], columns: dict[str, int]) -> dict[str, str]:
    """The node that goes on in each node's row: of those above, the one that leads furthest."""
    reach = dict.fromkeys(columns, 0)
    for node in reversed(columns):
        reach[node] = max((reach[upper] + 1 for upper in above[node]), default=0)
    taken: dict[str, None] = {}
    followers: dict[str, str] = {}
    for node in columns:
        free = [upper for upper in above[node] if upper not in taken]
        if free:
            followers[node] = max(free, key=reach.__getitem__)
            taken[followers[node]] = None
    return followers


def _run(head: str, followers: Mapping[str, str]) -> Iterator[str]:
    node: str | None = head
    while node is not None:
        yield node
        node = followers.get(node)
