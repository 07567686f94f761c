"""What holds of each figure, whatever it draws: legible, labelled, complete, and the same again."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from labsim.figures import svg, theme
from tests.figures import seen
from tests.figures.scenes import FIGURES, drawn

GOLDEN = Path(__file__).parent / "golden"
#: The first scene of each figure.
FIRST = [name for name in FIGURES if " " not in name]
every = pytest.mark.parametrize("scene", FIGURES)


@every
def test_nothing_overlaps_nothing_is_cut_and_all_can_be_read(scene):
    assert seen.faults(drawn(scene).svg) == []


@every
def test_a_drawing_says_what_it_is_and_its_ids_are_its_own(scene):
    root = fromstring(drawn(scene).svg)
    assert root.get("role") == "img"
    names = [root.find(f"{seen.SVG}{tag}") for tag in ("title", "desc")]
    there = [one for one in names if one is not None and (one.text or "").strip()]
    assert len(there) == 2
    assert root.get("aria-labelledby") == " ".join(one.get("id", "") for one in there)
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    asked = set(re.findall(r"url\(#([^)]+)\)", drawn(scene).svg))
    assert asked <= set(ids)


@every
def test_parts_that_can_be_chosen_say_what_they_are(scene):
    for part in seen.parts(drawn(scene).svg):
        assert part.get("data-about")
        assert part.get("aria-label") == part.get("data-about")
        assert part.get("data-key") in part.get("data-with", "").split()


@every
def test_nothing_that_was_drawn_is_alive(scene):
    figure = drawn(scene)
    tags = {one.tag.removeprefix(seen.SVG) for one in fromstring(figure.svg).iter()}
    assert tags <= {
        "svg", "title", "desc", "rect", "g", "text", "line", "path", "defs", "pattern", "circle",
        "clipPath",
    }  # fmt: skip
    attributes = [pair for one in fromstring(figure.svg).iter() for pair in one.attrib.items()]
    assert not [name for name, _ in attributes if name.startswith("on") or "href" in name]


@every
def test_the_text_has_every_amount_and_every_digest_of_the_picture(scene):
    figure = drawn(scene)
    said = "\n".join(seen.words(figure.svg) + seen.titles(figure.svg))
    found = set(re.findall(r"\b\d[\d.]* (?:[kM]?B|s)\b|\b[0-9a-f]{12}\b", said))
    ticks = {words for words in seen.words(figure.svg) if re.fullmatch(r"[\d.]+ s", words)}
    assert sorted(one for one in found - ticks if one not in figure.text) == []


@every
def test_without_colours_letter_and_pattern_still_tell_layers_apart(scene):
    letters = seen.swatches(seen.grey(drawn(scene).svg))
    looks: dict[str, set[str]] = {}
    for letter, pattern in letters:
        looks.setdefault(letter, set()).add(pattern)
    assert all(len(patterns) == 1 for patterns in looks.values())
    assert seen.faults(seen.grey(drawn(scene).svg)) == []


@pytest.mark.parametrize("scene", FIRST)
def test_the_same_values_give_the_same_bytes(scene):
    again = FIGURES[scene]()
    assert (again.svg, again.text) == (drawn(scene).svg, drawn(scene).text)


@pytest.mark.parametrize("scene", FIRST)
@pytest.mark.parametrize("kind", ["svg", "txt"])
def test_each_figure_is_as_it_was_looked_at(scene, kind):
    """``python -m tools.figure_goldens`` writes them anew: look at each before you keep it."""
    kept = (GOLDEN / f"{scene}.{kind}").read_text(encoding="utf-8")
    assert (drawn(scene).svg if kind == "svg" else drawn(scene).text) + "\n" == kept


def test_there_is_no_golden_without_a_figure():
    assert sorted({path.stem for path in GOLDEN.iterdir()}) == sorted(FIRST)


# --- the guards, seen red ------------------------------------------------------------------------


def page(*shapes: str, width: float = 200) -> str:
    return svg.document(width, 60, *shapes, title="T", description="D")


def test_the_guard_sees_words_over_words():
    over = page(svg.text(10, 30, "one two"), svg.text(30, 34, "three"))
    assert seen.faults(over) == ["'one two' and 'three' overlap"]
    assert seen.faults(page(svg.text(10, 20, "one two"), svg.text(30, 44, "three"))) == []


def test_the_guard_sees_words_beyond_the_edge():
    assert seen.faults(page(svg.text(150, 30, "much too long"))) == ["'much too long' is cut off"]
    anchored = svg.text(20, 30, "to the left", text_anchor="end")
    assert seen.faults(page(anchored)) == ["'to the left' is cut off"]


def test_the_guard_sees_words_that_cannot_be_read():
    pale = page(svg.text(10, 30, "pale", fill="#aaaaaa"))
    assert seen.faults(pale) == ["'pale' in #aaaaaa on #ffffff cannot be read"]
    dark = page(svg.rect(0, 0, 200, 60, fill="#333333"), svg.text(10, 30, "dark"))
    assert seen.faults(dark) == ["'dark' in #111111 on #333333 cannot be read"]
    half = page(svg.rect(0, 0, 20, 60, fill="#333333"), svg.text(10, 30, "half"))
    assert seen.faults(half) == ["'half' in #111111 on #333333 cannot be read"]
    veil = page(
        svg.rect(0, 0, 200, 60, fill=theme.INK, fill_opacity=0.9), svg.text(10, 30, "veiled")
    )
    assert seen.faults(veil) == ["'veiled' in #111111 on #292929 cannot be read"]


def test_the_guard_sees_words_on_a_pattern():
    striped = page(svg.rect(0, 0, 200, 60, fill=svg.url("stripes")), svg.text(10, 30, "stripes"))
    assert len(seen.faults(striped)) == 1


def test_a_moved_group_is_where_it_was_moved_to():
    there = svg.group(svg.text(10, 20, "moved"), transform="translate(180 0)")
    assert seen.faults(page(there)) == ["'moved' is cut off"]
