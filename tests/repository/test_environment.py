"""environment.yml, for conda and Binder, promises what pyproject.toml asks for."""

from __future__ import annotations

import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.repository.tree import ROOT

#: What a package is called by conda, where that differs.
CONDA_NAMES = {"matplotlib-base": "matplotlib"}
#: There for hubs, not for labsim.
ONLY_CONDA = {"python", "pip", "nbgitpuller"}


def asked_for() -> dict[str, SpecifierSet]:
    """The ranges of the core and of the lab, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = project["dependencies"] + project["optional-dependencies"]["lab"]
    return {one.name: one.specifier for one in map(Requirement, lines)}


def promised(environment) -> dict[str, SpecifierSet]:
    """The ranges of environment.yml, under pip's names."""
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    (nested,) = [line["pip"] for line in environment["dependencies"] if isinstance(line, dict)]
    assert "." in nested, "labsim itself is not installed"
    read = [conda(line) for line in lines] + [Requirement(line) for line in nested if line != "."]
    return {CONDA_NAMES.get(one.name, one.name): one.specifier for one in read}


def conda(line: str) -> Requirement:
    """``python=3.12`` is what pip writes ``python==3.12.*``."""
    name, equals, version = line.partition("=")
    if equals and version[0].isdigit() and name[-1] not in "<>!":
        return Requirement(f"{name}=={version}.*")
    return Requirement(line)


@pytest.fixture
def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def test_the_same_packages_in_the_same_ranges(environment):
    ranges = promised(environment)
    assert {name: ranges[name] for name in set(ranges) - ONLY_CONDA} == asked_for()


def test_its_python_is_one_that_labsim_supports(environment):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (pinned,) = [line for line in environment["dependencies"] if str(line).startswith("python=")]
    assert Version(pinned.partition("=")[2]) in SpecifierSet(project["requires-python"])


def test_another_range_is_seen(environment):
    lines = environment["dependencies"]
    lines[lines.index("networkx>=3.4,<4")] = "networkx>=3.3,<4"
    assert promised(environment)["networkx"] != asked_for()["networkx"]
    assert str(conda("python=3.12").specifier) == "==3.12.*"
