"""A picture read as the tables that its text is: cells by their column, in groups that are rows."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

SVG = "{http://www.w3.org/2000/svg}"


def drawn_rows(svg: str, name: str = "") -> list[dict[str, str]]:
    """The rows whose ``data-row`` begins with the name, each as its cells by column."""
    groups = (g for g in fromstring(svg).iter(f"{SVG}g") if g.get("data-row") is not None)
    return [cells(g) for g in groups if g.get("data-row", "").startswith(name)]


def cells(group: Element) -> dict[str, str]:
    """Every cell of a group: the tooltip has all of it where the drawing shows less."""
    return {one.get("data-cell", ""): words(one) for one in with_cell(group)}


def with_cell(group: Element) -> Iterator[Element]:
    return (one for one in group.iter(f"{SVG}g") if one.get("data-cell"))


def words(cell: Element) -> str:
    said = cell.find(f"{SVG}title")
    drawn = cell.find(f"{SVG}text")
    found = said if said is not None else drawn
    assert found is not None
    return found.text or ""


def said_words(svg: str) -> list[str]:
    """Every line of words that is drawn."""
    return [one.text or "" for one in fromstring(svg).iter(f"{SVG}text")]
