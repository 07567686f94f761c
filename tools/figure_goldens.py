"""Write the golden of each figure anew, as ``tests/figures`` compares it, and say what changed.

A golden is the drawing that somebody looked at.  So look at each that this names, in a browser,
before you commit it.

    python -m tools.figure_goldens
"""

from __future__ import annotations

from pathlib import Path

from tests.figures.scenes import FIGURES

GOLDEN = Path(__file__).parent.parent / "tests" / "figures" / "golden"


def main() -> None:
    """The first scene of each figure, as SVG and as text."""
    GOLDEN.mkdir(exist_ok=True)
    for name, draw in FIGURES.items():
        if " " in name:
            continue
        figure = draw()
        for kind, text in (("svg", figure.svg), ("txt", figure.text)):
            path = GOLDEN / f"{name}.{kind}"
            if not path.exists() or path.read_text(encoding="utf-8") != text + "\n":
                path.write_text(text + "\n", encoding="utf-8")
                print(f"look at {path.relative_to(GOLDEN.parent.parent.parent)}")


if __name__ == "__main__":
    main()
