"""Every example in a docstring says what really happens."""

from __future__ import annotations

import doctest
import importlib

import pytest

from tests.repository.tree import module_name, sources

MODULES = [module_name(path) for path in sources() if path.name != "__main__.py"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    module = importlib.import_module(name)
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


def test_a_wrong_example_is_seen(capsys):
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    runner.run(parser.get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0))
    assert runner.failures == 1
