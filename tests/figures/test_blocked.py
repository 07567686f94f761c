"""Figures import and draw where numpy, matplotlib and IPython are not (a browser's kernel)."""

from __future__ import annotations

from tests.repository.tree import ROOT, module_name, sources

BLOCK = "import sys; sys.modules.update(dict.fromkeys(('numpy', 'matplotlib', 'IPython')))\n"


def figure_modules() -> list[str]:
    return [module_name(path) for path in sources("labsim") if "figures" in path.parts]


def test_every_module_imports(fresh):
    names = figure_modules()
    assert len(names) > 15
    imports = "".join(f"import {name}\n" for name in names)
    assert fresh(BLOCK + imports + "print('all')").stdout.strip() == "all"


def test_every_figure_draws(fresh):
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{BLOCK}"
    code += "from tests.figures.kept import KEPT\n"
    code += "print(sum(make().svg.startswith('<svg') for make in KEPT.values()), len(KEPT))"
    drawn, kept = fresh(code).stdout.split()
    assert drawn == kept


def test_the_block_is_one(fresh):
    code = BLOCK + "\ntry:\n import matplotlib\nexcept ImportError: print('blocked')"
    assert fresh(code).stdout.strip() == "blocked"
