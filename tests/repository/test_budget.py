"""``import labsim`` and a first command stay lean: what they must not load, they do not load."""

from __future__ import annotations

import json

#: Each costs as much as an interpreter's own start, or many times that (docs/architecture.md).
HEAVY = {
    "IPython", "anywidget", "asyncio", "dataclasses", "http", "importlib.metadata", "inspect",
    "ipywidgets", "matplotlib", "networkx", "numpy", "socket", "ssl", "subprocess", "tempfile",
    "threading", "urllib.request",
}  # fmt: skip

SAY = "\nimport json, sys; print(json.dumps(sorted(sys.modules)))"


def loaded(fresh, code: str) -> set[str]:
    """The modules that a fresh interpreter holds after this code, beyond its own."""
    own = set(json.loads(fresh(SAY).stdout))
    return set(json.loads(fresh(code + SAY).stdout)) - own


def test_import_labsim_loads_labsim_alone(fresh):
    assert loaded(fresh, "import labsim") == {"labsim", "__future__"}


def test_a_first_command_loads_nothing_heavy(fresh):
    modules = loaded(fresh, "from labsim import Lab; Lab().docker('images').stdout")
    assert "labsim.lab" in modules
    assert modules & HEAVY == set()


def test_every_public_name_loads_nothing_heavy(fresh):
    code = "import labsim; [getattr(labsim, n) for n in labsim.__all__ if 'ipython' not in n]"
    assert loaded(fresh, code) & (HEAVY - {"tempfile"}) == set()


def test_a_push_needs_neither_numpy_nor_matplotlib(fresh):
    code = "import sys; sys.modules.update(numpy=None, matplotlib=None)\n"
    code += "from labsim import Lab; lab = Lab(); lab.docker('pull golang'); lab.graph()\n"
    code += "print(lab.docker('images -q').stdout)"
    assert len(fresh(code).stdout.strip()) == 12


def test_the_guard_sees_a_heavy_module(fresh):
    assert loaded(fresh, "import networkx") & HEAVY >= {"networkx"}
