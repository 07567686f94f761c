"""SVG as text: a few words for writing it, and nothing that knows what is drawn.

Plain ``str`` children are text and are escaped; :class:`Markup` children are elements and are not,
so a hostile image name cannot become an element by accident.

>>> print(element("text", "a < b", x=1 / 3, font_size=12))
<text x="0.33" font-size="12">a &lt; b</text>

Two drawings on one page must not share ids, yet the same drawing must be the same bytes for ever.
So an id is written as :func:`local` and completed by :func:`document` from the digest of everything
drawn: different drawings differ, equal drawings are equal.
"""

from __future__ import annotations

import hashlib
import re

from labsim.figures.theme import FONT, INK, MONO, PAPER, cut

__all__ = [
    "Markup",
    "document",
    "element",
    "escape",
    "fitted",
    "group",
    "line",
    "local",
    "mono_width",
    "path",
    "rect",
    "text",
    "text_width",
    "url",
]

#: A drawing that is wider than this scrolls when it would have to shrink below so much of itself.
WIDE, SHRUNK, LEAST = 1000, 900, 0.7
#: Advance of one monospaced character, in ems; :func:`text` makes every font keep to it.
MONO_EM = 0.6
#: The same for words in proportional letters, as wide as DejaVu Sans, than which few fonts are
#: wider: most characters, and by how much some differ from them.
TEXT_EM = 0.64
_NARROW = (("ijl", 0.35), (" .,:;'!|I", 0.3), ("ft()[]/", 0.25), ("r-", 0.2), ("mwMW@%", -0.3))
BOLD = 1.1
#: From here on characters tend to be as wide as they are high.
_FULL = "\u2e80"

_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
    # XML 1.0 section 2.2 has no place for these, not even escaped.
    | {chr(code): "\N{REPLACEMENT CHARACTER}" for code in range(32) if code not in (9, 10, 13)}
    | {chr(code): "\N{REPLACEMENT CHARACTER}" for code in (*range(0xD800, 0xE000), 0xFFFE, 0xFFFF)}
)
_SPECIAL = re.compile("[" + re.escape("".join(map(chr, _ESCAPES))) + "]")
_NAMES: dict[str, str] = {}
# Stands for the digest until it is known; escaped text can never contain it.
_PENDING = "\0"


class Markup(str):
    """Text that is SVG already."""

    __slots__ = ()


_BOLD, _PRESERVE, _STRETCH = Markup("600"), Markup("preserve"), Markup("spacingAndGlyphs")


def escape(words: str) -> Markup:
    """Any text as character data or attribute value."""
    return Markup(words.translate(_ESCAPES) if _SPECIAL.search(words) else words)


def element(name: str, /, *children: str, **attributes: str | float | None) -> Markup:
    """One element.

    ``font_size=12`` is written ``font-size="12"`` and ``class_=`` is ``class=``; None is left out.
    """
    head = name
    for key, value in attributes.items():
        if value is None:
            continue
        said = value if type(value) is Markup else _value(value)
        head += f' {_NAMES.get(key) or _named(key)}="{said}"'
    if not children:
        return Markup(f"<{head}/>")
    return Markup(f"<{head}>{''.join(map(_child, children))}</{name}>")


def _named(key: str) -> str:
    """The attribute that a keyword stands for; there are few, and each is worked out once."""
    return _NAMES.setdefault(key, key.rstrip("_").replace("_", "-"))


def _child(child: str) -> str:
    return child if type(child) is Markup else escape(child)


def _value(value: str | float) -> str:
    """An attribute's value: text, or a number to a hundredth without trailing zeros or ``-0``."""
    if isinstance(value, str):
        return escape(value)
    if value == (whole := int(value)):
        return str(whole)
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def group(*children: str, **attributes: str | float | None) -> Markup:
    """Elements that belong together."""
    return element("g", *children, **attributes)


def rect(
    x: float,
    y: float,
    width: float,
    height: float,
    *children: str,
    **attributes: str | float | None,
) -> Markup:
    """A box; a child ``<title>`` is its tooltip."""
    return element("rect", *children, x=x, y=y, width=width, height=height, **attributes)


def line(
    x1: float, y1: float, x2: float, y2: float, *children: str, **attributes: str | float | None
) -> Markup:
    """A straight stroke; say ``stroke=``."""
    return element("line", *children, x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def path(d: str, *children: str, **attributes: str | float | None) -> Markup:
    """Any other outline."""
    return element("path", *children, d=d, **attributes)


_MONO = escape(MONO)


def text(
    x: float,
    y: float,
    words: str,
    *children: str,
    size: float = 13,
    mono: bool = False,
    bold: bool = False,
    fill: str = INK,
    **attributes: str | float | None,
) -> Markup:
    """One line of words with its baseline at ``y``; ``text_anchor="middle"`` centres it on ``x``.

    Monospaced words are fitted to :func:`mono_width`: a layout holds whatever font is there.
    A child ``<title>`` is the tooltip, for words that were cut.
    """
    if mono:
        attributes["font_family"] = _MONO
        attributes["xml:space"] = _PRESERVE
        if len(words) > 1:
            attributes["textLength"] = mono_width(words, size)
            attributes["lengthAdjust"] = _STRETCH
    if bold:
        attributes["font_weight"] = _BOLD
    if fill != INK:
        attributes["fill"] = fill
    return element("text", words, *children, x=x, y=y, font_size=size, **attributes)


def mono_width(words: str, size: float = 13) -> float:
    """How wide monospaced words are, in pixels."""
    return len(words) * size * MONO_EM


def text_width(words: str, size: float = 13, *, bold: bool = False) -> float:
    """About how wide words are in whatever font is there, in pixels; rather too much than less."""
    ems = TEXT_EM * len(words)
    for characters, less in _NARROW:
        ems -= less * sum(map(words.count, characters))
    if not words.isascii():
        ems += (1 - TEXT_EM) * sum(character >= _FULL for character in words)
    return ems * size * (BOLD if bold else 1)


def fitted(
    words: str, width: float, size: float = 13, *, mono: bool = False, bold: bool = False
) -> str:
    """As much of some words as so many pixels hold; what is longer loses its middle.

    >>> fitted("registry.example.com:5000/team/app:v1.0", 150, 12, mono=True)
    'registry.…m/app:v1.0'
    """
    if mono:
        return cut(words, int(width // mono_width("m", size)))
    room = len(words)
    while room > 1 and text_width(cut(words, room), size, bold=bold) > width:
        room -= 1
    return cut(words, room)


def local(name: str) -> Markup:
    """An id that no other drawing on the page has; give it to ``id=``."""
    return Markup(f"{_PENDING}-{name}")


def url(name: str) -> Markup:
    """A reference to the element whose id is ``local(name)``, for ``fill=`` and the like."""
    return Markup(f"url(#{_PENDING}-{name})")


def document(width: float, height: float, *children: str, title: str, description: str) -> Markup:
    """The whole drawing: an inline ``<svg>`` that says what it shows to those who cannot see it.

    It brings its own paper, so that its inks have the same contrast on a light page and a dark one.
    It shrinks with a narrow column, though a wide one not until it cannot be read, and never grows
    beyond its own size.
    """
    least = f"min-width:{round(min(width, max(SHRUNK, width * LEAST)))}px;" if width > WIDE else ""
    drawing = element(
        "svg",
        element("title", title, id=local("title")),
        element("desc", description, id=local("desc")),
        rect(0, 0, width, height, rx=6, fill=PAPER),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        aria_labelledby=Markup(f"{local('title')} {local('desc')}"),
        viewBox=f"0 0 {_value(width)} {_value(height)}",
        width=width,
        height=height,
        style=f"max-width:100%;{least}height:auto",
        font_family=FONT,
        fill=INK,
    )
    name = hashlib.sha256(drawing.encode()).hexdigest()[:10]
    return Markup(drawing.replace(_PENDING, f"lab{name}"))
