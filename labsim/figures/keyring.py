r"""The key ring: which login of ``config.json`` a name would use, drawn from name to key.

>>> file = '{"auths": {"localhost:5000": {"auth": "YWxpY2U6c2VjcmV0"}}}'
>>> figure = key_ring(file, ["localhost:5000/app", "localhost/app"])
>>> print(figure.text.partition("\n\nNAME")[0])
1 of 2 names would log in; the file has 1 key.
<BLANKLINE>
KEY             ACCOUNT  KEPT                  OPENS
localhost:5000  alice    password in the file  localhost:5000/app
>>> [row["why"] for row in figure.data["names"]]
['the key is this host', 'localhost:5000 is another host: the port counts']
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from labsim.figures import svg, theme
from labsim.figures.cells import cell, chip
from labsim.figures.data import Row
from labsim.figures.figure import Figure, columns
from labsim.figures.keys import Fit, Key, Ring
from labsim.figures.svg import Markup
from labsim.reference import Reference

__all__ = ["key_ring"]

WIDTH = 900
MARGIN = 24
TOP = 84
#: A name's card, and a key's; the cables run between them.
CARD, CARD_HIGH = 412, 114
KEY_LEFT, KEY_HIGH = 532, 114
KEY_WIDE = WIDTH - MARGIN - KEY_LEFT
STEP = 128
PAD = 16
NONE = "none"


def key_ring(config: str, references: Iterable[str | Reference] = ()) -> Figure:
    """Which key of ``config.json`` (its text, empty for no file) each name would use.

    No secret gets into the figure: of a login it has the account's name.  LabError where the text
    is no such file, InvalidReference where a name is none.
    """
    ring = Ring.of(config, references)
    keys, names = _keys(ring), [_name(fit) for fit in ring.fits]
    parts = [_summary(ring)]
    parts += [_table(rows) for rows in (keys, names) if rows]
    data = {"keys": keys, "names": names}
    return Figure(_drawn(ring, keys, names), "\n\n".join(parts), data)


def _summary(ring: Ring) -> str:
    used = sum(fit.key is not None for fit in ring.fits)
    names = "1 name" if len(ring.fits) == 1 else f"{len(ring.fits)} names"
    keys = "1 key" if len(ring.keys) == 1 else f"{len(ring.keys)} keys"
    there = f"the file has {keys}" if ring.keys else "the file has no key: nobody is logged in"
    return f"{used} of {names} would log in; {there}." if ring.fits else f"{there.capitalize()}."


def _keys(ring: Ring) -> list[Row]:
    return [
        {
            "key": key.server,
            "account": key.account or "not said",
            "kept": key.kept,
            "opens": ", ".join(ring.opened(at)) or NONE,
        }
        for at, key in enumerate(ring.keys)
    ]


def _name(fit: Fit) -> Row:
    return {
        "name": fit.reference,
        "registry": fit.host,
        "asks for": fit.wanted,
        "logs in": fit.outcome,
        "why": fit.why,
    }


def _table(rows: list[Row]) -> str:
    header = [name.upper() for name in rows[0]]
    return columns([header, *([str(cell) for cell in row.values()] for row in rows)])


# --- picture -------------------------------------------------------------------------------------


def _drawn(ring: Ring, keys: list[Row], names: list[Row]) -> Markup:
    summary = _summary(ring)
    title = "The key ring: which login each name would use"
    if not ring.keys and not ring.fits:
        words = svg.text(MARGIN, 36, summary, fill=theme.QUIET)
        return svg.document(640, 60, words, title=title, description=summary)
    return svg.document(
        WIDTH,
        TOP + STEP * max(len(keys), len(names)) + 6,
        svg.text(MARGIN, 34, summary, size=14, bold=True),
        svg.text(MARGIN, 66, "names", fill=theme.QUIET),
        svg.text(KEY_LEFT, 66, "keys in ~/.docker/config.json", fill=theme.QUIET),
        *(_cable(at, fit.key) for at, fit in enumerate(ring.fits) if fit.key is not None),
        *(_card(row, ring.fits[at], at) for at, row in enumerate(names)),
        *(_key(row, ring.keys[at], at) for at, row in enumerate(keys)),
        title=title,
        description=summary,
    )


def _card(row: Row, fit: Fit, at: int) -> Markup:
    """A name: where it leads, what it asks for, and what comes of that."""
    top = TOP + STEP * at
    lost = fit.key is None
    ink = theme.FAULT if lost else theme.INK
    room = CARD - 2 * PAD
    x = MARGIN + PAD
    return svg.group(
        chip(MARGIN, top, CARD, CARD_HIGH, stroke_dasharray="5 4" if lost else None),
        cell(x, top + 27, str(row["name"]), "name", room=room, size=14, mono=True, bold=True),
        _said(x, top + 48, row, "registry", "leads to "),
        _said(x, top + 65, row, "asks for", "asks for the key "),
        cell(x, top + 86, str(row["logs in"]), "logs in", room=room - 20, bold=True, fill=ink),
        _said(x, top + 103, row, "why"),
        *_badges(fit.key, MARGIN + CARD, top + CARD_HIGH / 2),
        data_row=f"names {at}",
    )


def _said(x: float, y: float, row: Row, column: str, before: str = "") -> Markup:
    """One of the quiet lines of a name's card."""
    room = CARD - 2 * PAD
    return cell(x, y, str(row[column]), column, before=before, room=room, fill=theme.QUIET)


def _key(row: Row, key: Key, at: int) -> Markup:
    top, x = TOP + STEP * at, KEY_LEFT + 70
    room = KEY_WIDE - 70 - PAD
    dashed = "5 4" if key.helper else None
    return svg.group(
        chip(KEY_LEFT, top, KEY_WIDE, KEY_HIGH, stroke_dasharray=dashed, rx=12),
        _shape(KEY_LEFT + 36, top + 34, at),
        cell(x, top + 27, str(row["key"]), "key", room=room, size=13, mono=True, bold=True),
        cell(x, top + 50, str(row["account"]), "account", room=room, before="account "),
        cell(x, top + 69, str(row["kept"]), "kept", room=room, before="kept "),
        cell(x, top + 98, str(row["opens"]), "opens", room=room, before="opens ", fill=theme.QUIET),
        *_badges(at, KEY_LEFT, top + KEY_HIGH / 2),
        data_row=f"keys {at}",
    )


def _shape(x: float, y: float, at: int) -> Markup:
    """A key, its bow above and its bit below."""
    fill = theme.PALETTE[at % len(theme.PALETTE)]
    outline = (
        f"M{x - 11:g},{y} a11,11 0 1 1 22,0 a11,11 0 0 1 -8,10.6 v26 h-5 v-4 h-5 v-6 h4 v-4 h-4"
        f" v-12.4 a11,11 0 0 1 -4,-10.2 z M{x - 4:g},{y - 2} a4,4 0 1 0 8,0 a4,4 0 1 0 -8,0 z"
    )
    return svg.path(outline, fill=fill, fill_rule="evenodd", stroke=theme.QUIET, stroke_width=1)


def _badges(at: int | None, x: float, y: float) -> Iterator[Markup]:
    """The number by which both ends of a cable are known."""
    if at is None:
        return
    fill = theme.PALETTE[at % len(theme.PALETTE)]
    ink = max((theme.INK, theme.PAPER), key=lambda one: theme.contrast(one, fill))
    yield svg.element("circle", cx=x, cy=y, r=11, fill=fill, stroke=theme.QUIET)
    yield svg.text(x, y + 4, str(at + 1), size=12, bold=True, fill=ink, text_anchor="middle")


def _cable(name: int, key: int) -> Markup:
    x1, y1 = MARGIN + CARD, TOP + STEP * name + CARD_HIGH / 2
    x2, y2 = KEY_LEFT, TOP + STEP * key + KEY_HIGH / 2
    bend = f"M{x1:g},{y1:g} C{x1 + 60:g},{y1:g} {x2 - 60:g},{y2:g} {x2:g},{y2:g}"
    fill = theme.PALETTE[key % len(theme.PALETTE)]
    return svg.group(
        svg.path(bend, fill="none", stroke=theme.QUIET, stroke_width=5),
        svg.path(bend, fill="none", stroke=fill, stroke_width=3),
    )
