"""Who may know whom, held by import-linter; and shown to be held."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib

import pytest

from tests.repository.tree import ROOT, parsed, shown, sources

#: Rows at and above the doors, where clocks and files are welcome.
ABOVE = {"__main__", "terminal", "notebook", "doors"}


def contracts():
    """The two contracts of pyproject.toml, by id."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {one["id"]: one for one in settings["tool"]["importlinter"]["contracts"]}


def rows() -> list[str]:
    """Every module that has a row in the layers contract."""
    listed = " | ".join(contracts()["layers"]["layers"]).split(" | ")
    return [name.strip(" ()") for name in listed]


def lint(folder) -> subprocess.CompletedProcess[str]:
    """Both contracts of the repository, on the package in this folder."""
    command = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports as l;"
    command += "sys.exit(l(config_filename='pyproject.toml', no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", command],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_every_import_goes_down():
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout
    assert "2 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("labsim/errors.py", "import labsim.wire", "Who may know whom"),
        ("labsim/docker/units.py", "def f():\n    import labsim.figures", "Who may know whom"),
        ("labsim/newcomer.py", "", "Who may know whom"),
        ("labsim/digest.py", "import time", "No clock"),
        ("labsim/lab/state.py", "from pathlib import Path", "No clock"),
    ],
)
def test_an_import_that_goes_up_is_refused(tmp_path, file, line, contract):
    for name in ("labsim", "pyproject.toml"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    with (tmp_path / file).open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    result = lint(tmp_path)
    assert result.returncode != 0
    broken = [row for row in result.stdout.splitlines() if " BROKEN" in row]
    assert [row.startswith(contract) for row in broken] == [True]


def test_both_contracts_name_every_row():
    below = {f"labsim.{name}" for name in rows() if name not in ABOVE}
    there = {f"labsim.{path.stem}" for path in (ROOT / "labsim").iterdir()}
    assert set(contracts()["pure"]["source_modules"]) == below & there


def test_every_folder_is_a_package_and_so_is_seen():
    folders = {path.parent for path in sources()}
    assert [shown(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def clocks_and_files(tree: ast.Module) -> list[str]:
    """Calls that import-linter cannot see: ``open()``, and asking datetime for the time."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    opened = [f.id for f in calls if isinstance(f, ast.Name) and f.id in {"open", "input", "print"}]
    asked = [f.attr for f in calls if isinstance(f, ast.Attribute)]
    return sorted(opened + [name for name in asked if name in {"now", "utcnow", "today"}])


def test_no_call_below_the_doors_reads_a_clock_or_a_file():
    below = [path for path in sources() if path.relative_to(ROOT).parts[1] not in ABOVE]
    below = [path for path in below if path.stem not in ABOVE]
    found = {shown(path): clocks_and_files(parsed(path)) for path in below}
    assert {name: what for name, what in found.items() if what} == {}


def test_the_guard_sees_a_clock_and_a_file():
    tree = ast.parse("open('x'); print(datetime.now()); date.today()")
    assert clocks_and_files(tree) == ["now", "open", "print", "today"]
