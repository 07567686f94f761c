"""Picture and text say the same: the facts of one, read out of it, are the facts of the other."""

from __future__ import annotations

import re
from xml.etree.ElementTree import fromstring

import pytest

from labsim.course import views
from labsim.figures.piles import Strata
from labsim.figures.strata import ROWS
from tests.figures import seen
from tests.figures.scenes import drawn, pushed


def abouts(scene: str) -> list[str]:
    """What the parts of a drawing say of themselves, each once."""
    said = (part.get("data-about", "") for part in seen.parts(drawn(scene).svg))
    return list(dict.fromkeys(said))


def facts(pattern: str, words: str) -> tuple[str, ...]:
    """What the pattern finds in some words, all of which it must match."""
    found = re.fullmatch(pattern, words)
    assert found is not None, words
    return found.groups()


def groups(scene: str, word: str = "part") -> list[str]:
    """The words of each part, joined."""
    root = fromstring(drawn(scene).svg)
    return [
        " | ".join(text.text or "" for text in group.iter(f"{seen.SVG}text"))
        for group in root.iter(f"{seen.SVG}g")
        if group.get("class") == word
    ]


# --- graph ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", ["graph", "graph one", "graph sixty", "graph many"])
def test_a_graph_has_the_layers_and_lines_of_its_text(scene):
    drawn_layers = {
        (found[1], found[2], found[3] or "nothing")
        for about in abouts(scene)
        if (
            found := re.match(
                r"Layer (\S+) \(.*\), (.+) of files, on (?:nothing|(.*)), below", about
            )
        )
    }
    block = next(part for part in drawn(scene).text.split("\n\n") if part.startswith("LAYER"))
    told = {
        (found[1], found[2], found[3])
        for line in block.split("\n")[1:]
        if (found := re.match(r"(\S+)\s+[0-9a-f]{12}\s+([\d.]+ \S+)\s+(\S+)", line))
    }
    assert drawn_layers == told
    assert told


@pytest.mark.parametrize("scene", ["graph", "graph sixty", "graph merged"])
def test_a_graph_has_a_line_for_each_node_that_stands_on_another(scene):
    root = fromstring(drawn(scene).svg)
    lines = [one for one in root.iter(f"{seen.SVG}path") if one.get("class") == "part"]
    tree = drawn(scene).text.split("\n\n")[1].split("\n")
    joints = sum("─ " in line for line in tree)
    merged = sum(1 + line.count(",") for line in tree if "(also on" in line)
    assert len(lines) == joints + merged


def test_names_are_pinned_to_the_layer_that_the_text_says():
    tree = drawn("graph").text.split("\n\n")[1]
    pins = [about for about in abouts("graph") if about.startswith("Image ")]
    assert len(pins) == 4
    for pin in pins:
        short, names, size = facts(r"Image (\S+): (.*), (\S+ \S+) of files\.", pin)
        assert f"─ {names} ({short}, {size})" in tree


# --- strata --------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", ["strata", "strata packed", "strata both", "strata one"])
def test_strata_say_of_each_image_what_their_text_says(scene):
    told = [
        (found[1], re.findall(r"[\d.]+ [kM]?B", line))
        for line in drawn(scene).text.split("\n")
        if (found := re.match(r"([0-9a-f]{12})  ", line))
    ]
    columns = [
        words.split(" | ") for words in groups(scene) if re.search(r"[0-9a-f]{12} \|", words)
    ]
    shown = [
        (words[-len(ROWS) - 1], [one.split(",")[0] for one in words[-len(ROWS) :]])
        for words in columns
    ]
    assert shown == told
    assert shown


def test_the_last_running_total_and_the_shares_add_up_to_the_store():
    for counting in ("files", "packed"):
        shown = Strata.of(views.images(pushed()), counting=counting)
        assert shown.piles[-1].running == shown.stored
        assert sum(pile.proportional for pile in shown.piles) == shown.stored
        assert sum(pile.listed * len(pile.names) for pile in shown.piles) == shown.listed
        for pile in shown.piles:
            assert pile.listed == pile.shared + pile.unique
            assert pile.freed == (pile.unique if len(pile.names) == 1 else 0)


def test_a_laptop_and_a_registry_have_the_same_mark_for_a_layer():
    both = {about.split(":")[0] for about in abouts("strata both")}
    marked = {about.split(":")[0] for about in abouts("strata both") if "on the laptop" in about}
    assert len({words.split()[1] for words in both}) == len(marked) == len(both) == 5


# --- ladder --------------------------------------------------------------------------------------

LADDERS = ["ladder", "ladder containerd", "ladder refused", "ladder broken"]


def test_a_cut_word_is_the_beginning_and_the_end_of_what_the_text_has():
    assert shortened(
        "POST blobs/uploads/?mo…from=library/golang",
        "POST blobs/uploads/?mount=1&from=library/golang",
    )
    assert not shortened("POST x…z", "POST y")


def shortened(words: str, whole: str) -> bool:
    first, cut, last = words.partition("…")
    return words == whole or bool(cut and whole.startswith(first) and whole.endswith(last))


@pytest.mark.parametrize("scene", LADDERS)
def test_a_ladder_has_a_rung_for_each_row_of_its_text(scene):
    block = next(part for part in drawn(scene).text.split("\n\n") if re.match(r"NO +AT", part))
    rows = block.split("\n")[1:]
    root = fromstring(drawn(scene).svg)
    rungs = [
        [text.text or "" for text in group.iter(f"{seen.SVG}text")]
        for group in root.iter(f"{seen.SVG}g")
        if group.find(f"{seen.SVG}path") is not None and group.find(f"{seen.SVG}text") is not None
    ]
    assert len(rungs) == len(rows)
    for words, row in zip(rungs, rows, strict=True):
        plain = [one for one in words if not re.fullmatch(r"[A-Z]\d*", one)]
        asks, answer, *moved = plain
        middle = re.split(r"  +", row.split(" s  ", 1)[1])
        assert shortened(asks, middle[1]), (asks, row)
        assert shortened(answer, middle[2]), (answer, row)
        assert [one[2:] for one in moved] == [
            one for one in middle[3:] if re.fullmatch(r"[\d.]+ [kM]?B", one)
        ]


@pytest.mark.parametrize("scene", LADDERS)
def test_a_ladder_shows_every_decision_with_its_rule(scene):
    block = next(part for part in drawn(scene).text.split("\n\n") if part.startswith("DECIDED"))
    words = seen.words(drawn(scene).svg)
    for row in block.split("\n")[1:]:
        decided, *rest = re.split(r"  +", row)
        assert any(one == decided or one.endswith(f": {decided}") for one in words), row
        rules = [one for one in rest[:-1] if not one.isdecimal()]
        assert all(any(shortened(one, rule) for one in words) for rule in rules), row


@pytest.mark.parametrize("scene", LADDERS)
def test_a_printed_line_a_decision_and_an_exchange_of_one_layer_have_one_key(scene):
    keys: dict[str, set[str]] = {}
    for part in seen.parts(drawn(scene).svg):
        inner = [text.text or "" for text in part.iter(f"{seen.SVG}text")]
        kind = (
            "rung"
            if part.find(f".//{seen.SVG}path") is not None
            else ("line" if any(re.match(r"[0-9a-f]{12}: ", one) for one in inner) else "other")
        )
        keys.setdefault(part.get("data-key", ""), set()).add(kind)
    layers = [kinds for key, kinds in keys.items() if key.startswith("lane") and "line" in kinds]
    assert layers
    assert all(kinds == {"line", "other", "rung"} for kinds in layers)


# --- the others ----------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", ["timeline", "timeline broken", "timeline refused"])
def test_a_timeline_ends_each_row_as_its_text_does(scene):
    root = fromstring(drawn(scene).svg)
    ends = [one.text for one in root.iter(f"{seen.SVG}text") if one.get("data-words")]
    told = drawn(scene).text.split("\n\n")
    rows = told[1].split("\n")[1:]
    assert ends[-1] == told[0]
    assert len(ends) == len(rows) + 1
    for end, row in zip(ends, rows, strict=False):
        assert row.endswith(f"B  {end}")


def test_an_instant_says_of_each_row_what_its_text_says():
    root = fromstring(drawn("timeline instant").svg)
    words = [one.text for one in root.iter(f"{seen.SVG}text") if one.get("data-words")]
    rows = drawn("timeline instant").text.split("\n\n")[1].split("\n")[1:]
    assert all(row.endswith(f"  {said}") for row, said in zip(rows, words, strict=False))
    assert f"At 1.500 s: {words[-1]}" in drawn("timeline instant").text
    assert "5.9 MB of 15 MB" in words


@pytest.mark.parametrize("scene", ["shelves", "shelves hub", "shelves compared"])
def test_shelves_hold_the_contents_of_their_text(scene):
    pattern = r".*, ([0-9a-f]{12}): (\S+ \S+), stored once, linked from (.*); (.*)\."
    shown = {facts(pattern, about) for about in abouts(scene)}
    block = next(part for part in drawn(scene).text.split("\n\n") if part.startswith("CONTENT"))
    told = set()
    for row in block.split("\n")[1:]:
        pattern = r"\S.*?  ([0-9a-f]{12})\s+(\S+ \S+)  (in use|untagged|garbage)\s+(.*?)(?:  .*)?"
        digest, size, state, homes = facts(pattern, row)
        told.add((digest, size, homes.replace("no repository", "nowhere"), state))
    assert shown == told


def test_compared_shelves_mark_what_is_new_what_is_gone_and_what_is_garbage():
    text, words = drawn("shelves compared").text, seen.words(drawn("shelves compared").svg)
    assert words.count("+ new") == len(re.findall(r"in use +team/app +\+ new", text)) == 3
    assert words.count("garbage") == text.count("  garbage  ") == 3
    assert {"− 2", "+ 2", "− 1"} <= set(words)
    assert "2 (gone)" in text
    assert "2 (new)" in text


@pytest.mark.parametrize(
    ("scene", "changed"),
    [
        ("merkle", {"index", "manifest", "config", "layer 4", "files 4"}),
        ("merkle config", {"index", "manifest", "config"}),
        ("merkle manifest", {"index", "manifest"}),
        ("merkle still", set()),
    ],
)
def test_a_changed_byte_changes_what_names_it_and_nothing_else(scene, changed):
    shown = {about.split(",")[0] for about in abouts(scene) if "; changed: " in about}
    assert {re.sub(r" [A-Z].*", "", words) for words in shown} == changed
    told = {
        re.sub(r" [A-Z].*", "", re.split(r"  +", line)[0])
        for line in drawn(scene).text.split("\n")
        if "  changed  " in line
    }
    assert told == changed
    assert seen.words(drawn(scene).svg).count("changed") == len(changed)


def test_both_digests_of_a_changed_part_are_shown():
    words = seen.words(drawn("merkle").svg)
    pairs = re.findall(r"([0-9a-f]{12})  ([0-9a-f]{12})  changed", drawn("merkle").text)
    assert len(pairs) == 5
    assert all(before != after and {before, after} <= set(words) for before, after in pairs)


@pytest.mark.parametrize("scene", ["differences", "differences stores", "differences traces"])
def test_differences_draw_the_rows_of_their_text(scene):
    rows = [words.split(" | ") for words in groups(scene)]
    lines = drawn(scene).text.split("\n\n")[1].split("\n")[1:]
    assert len(rows) == len(lines)
    for (sign, *values), line in zip(rows, lines, strict=True):
        assert line.endswith(sign)
        told = [part for part in re.split(r"  +", line)[1:-1] if part]
        assert all(any(shortened(value, one) for one in told) for value in values)
