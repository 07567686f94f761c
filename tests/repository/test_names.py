"""Public names: those that were promised exist, are said in ``__all__``, and carry a sentence."""

from __future__ import annotations

import importlib
import inspect
import re
from types import ModuleType

import pytest

import labsim
from tests.repository.tree import ROOT, module_name, sources

PROMISED = {"Lab", "Reference", "Registry", "Image", "Request", "Response", "load", "save"}
PUBLIC = [
    module_name(path)
    for path in sources()
    if not any(part.startswith("_") and part != "__init__.py" for part in path.parts)
]


def faults(module) -> list[str]:
    """What a module owes its readers: ``__all__``, names that exist, a sentence on each."""
    if not hasattr(module, "__all__"):
        return ["no __all__"]
    found = []
    for name in module.__all__:
        value = getattr(module, name, None)
        if value is None:
            found.append(f"{name} does not exist")
        elif (inspect.isclass(value) or inspect.isfunction(value)) and not value.__doc__:
            found.append(f"{name} has no docstring")
    return found


def test_what_was_promised_is_there():
    assert set(labsim.__all__) >= PROMISED
    assert faults(labsim) == []


#: Parameters as promised; keyword-only ones with their ``*``.  More may follow, with a default.
SIGNATURES = {
    "Lab": "engine='classic', world='w1', seed=0",
    "Registry": "host, *, policy=None, users=None, seed=0",
    "Request": "method, target, headers=(), body=b'', *, host='', peer='', at_us=0",
    "Response": "status",
    "load": "path, into=None",
    "save": "lab, name, path",
}


@pytest.mark.parametrize(("name", "promised"), SIGNATURES.items())
def test_a_promised_name_takes_what_was_promised(name, promised):
    def kinds(text):
        scope: dict[str, object] = {}
        exec(f"def it({text}): ...", scope)
        return [(one.name, one.kind, one.default) for one in parameters(scope["it"])]

    taken = [(one.name, one.kind, one.default) for one in parameters(getattr(labsim, name))]
    for wanted, found in zip(kinds(promised), taken, strict=False):
        assert wanted[:2] == found[:2]
        assert wanted[2] == found[2] or not (wanted[2] or found[2])  # b"" and no bytes are one
    assert len(taken) >= len(kinds(promised))


def parameters(thing):
    return inspect.signature(thing).parameters.values()


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_module_says_what_is_public(name):
    module = importlib.import_module(name)
    assert faults(module) == [] or not defines_anything(module)


def defines_anything(module) -> bool:
    """Whether there is a class or a function; a page of data explains itself."""
    defined = (value for name, value in vars(module).items() if not name.startswith("_"))
    return any(getattr(value, "__module__", None) == module.__name__ for value in defined)


def test_the_readme_lists_them_all():
    rows = re.findall(
        r"^\| `(\w+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(rows) == sorted(set(labsim.__all__) - {"load_ipython_extension"})


def test_completion_shows_the_syllabus():
    assert dir(labsim) == sorted([*labsim.__all__, "__version__"])


def test_the_version_is_the_one_of_the_changelog():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {labsim.__version__}" in changelog


def test_an_unknown_name_is_refused_as_python_does():
    with pytest.raises(AttributeError, match="module 'labsim' has no attribute 'nonsense'"):
        labsim.nonsense  # noqa: B018  the look-up is the deed


def test_the_guard_sees_a_missing_list_a_missing_name_and_a_missing_sentence():
    module = ModuleType("made_up")
    assert faults(module) == ["no __all__"]
    vars(module).update(__all__=["gone", "mute"], mute=lambda: None)
    assert faults(module) == ["gone does not exist", "mute has no docstring"]
