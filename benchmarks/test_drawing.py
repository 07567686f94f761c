"""Drawing costs grow with what is drawn: 500 rows at most twelve times what 60 cost.

The map is capped, but reads everything; it must be redrawn after each command without being felt.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.ratio import cpu_of, ratio
from labsim import catalogue
from labsim.figures.atlas import Atlas
from labsim.figures.figure import Figure
from labsim.figures.filter import filter_figure
from labsim.figures.keyring import key_ring
from labsim.figures.map import map_figure

pytestmark = pytest.mark.bench

SMALL, LARGE, MOST = 60, 500, 12
IMAGES = [catalogue.image(name) for name in sorted(catalogue.IMAGES)]


def names(count: int) -> list[str]:
    """So many image names."""
    return [f"localhost:5000/team-{at}/app:v{at}" for at in range(count)]


def lab_map(count: int) -> Figure:
    """A map of a laptop with so many names."""
    return map_figure(Atlas.of({n: IMAGES[at % len(IMAGES)] for at, n in enumerate(names(count))}))


DRAWINGS: dict[str, Callable[[int], Figure]] = {
    "key ring": lambda count: key_ring("", names(count)),
    "filter": lambda count: filter_figure("*/*/app:v?", names(count)),
    "map": lab_map,
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_five_hundred_cost_at_most_twelve_times_sixty(name: str) -> None:
    draw = DRAWINGS[name]
    draw(LARGE)  # what is remembered is remembered for both
    found = ratio(
        lambda: cpu_of(lambda: draw(LARGE), repeat=3),
        lambda: cpu_of(lambda: draw(SMALL), repeat=20),
        rounds=5,
    )
    print(
        f"\n{name}: {found.reference_s * 1e3:.1f} ms for {SMALL}, {found.times:.1f} × for {LARGE}"
    )
    assert found.times <= MOST
