"""A table as a drawing: what stands under each head, on its line, amounts flush right."""

from __future__ import annotations

from collections.abc import Sequence

from labsim.figures import svg, theme
from labsim.figures.cells import BROAD_EM, cell
from labsim.figures.figure import Table
from labsim.figures.svg import Markup
from labsim.story.tables import AMOUNT

__all__ = ["drawn_table"]

MARGIN = 24
GAP = 22
ROW = 26
TOP = 84
SIZE = 13
NARROWEST, WIDEST = 56, 330


def drawn_table(table: Table) -> Markup:
    """The table, its caption above and its total below."""
    widths = [_width(at, table) for at in range(len(table.header))] if table.rows else []
    words = [table.caption, table.total] if table.rows else [table.total or table.caption]
    needed = max(svg.text_width(line, 14) * 1.06 for line in words)
    width = 2 * MARGIN + max(needed, sum(widths) + GAP * max(0, len(widths) - 1))
    if not table.rows:
        line = svg.text(MARGIN, 36, words[0], fill=theme.QUIET)
        return svg.document(width, 60, line, title=table.caption, description=words[0])
    bottom = TOP + ROW * len(table.rows)
    total = svg.text(MARGIN, bottom + 20, table.total, size=14, bold=True)
    return svg.document(
        width,
        bottom + (40 if table.total else 8),
        svg.text(MARGIN, 34, table.caption, size=14, bold=True),
        *_row(table, [word.upper() for word in table.header], widths, -1),
        svg.line(MARGIN, TOP - 12, width - MARGIN, TOP - 12, stroke=theme.INK, stroke_width=1),
        *(
            svg.group(*_row(table, row, widths, at), data_row=str(at))
            for at, row in enumerate(table.rows)
        ),
        *([total] if table.total else []),
        title=table.caption,
        description=table.total or f"{len(table.rows)} rows.",
    )


def _width(at: int, table: Table) -> float:
    cells = [table.header[at].upper(), *(row[at] for row in table.rows)]
    return min(WIDEST, max(NARROWEST, *((len(words) + 0.5) * BROAD_EM * SIZE for words in cells)))


def _row(table: Table, row: Sequence[str], widths: Sequence[float], at: int) -> list[Markup]:
    """One line of cells; line -1 is the head."""
    x, y, shapes = float(MARGIN), TOP + ROW * at + (12 if at >= 0 else 4), []
    for number, (words, wide) in enumerate(zip(row, widths, strict=True)):
        right = all(AMOUNT.fullmatch(one[number]) for one in table.rows)
        shapes.append(
            cell(
                x + wide if right else x,
                y,
                words,
                table.header[number],
                room=wide + 1,
                size=SIZE if at >= 0 else 11,
                bold=number == 0 and at >= 0,
                fill=theme.INK if at >= 0 else theme.QUIET,
                text_anchor="end" if right else None,
            )
        )
        x += wide + GAP
    return shapes
