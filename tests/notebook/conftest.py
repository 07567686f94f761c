"""An IPython of its own for each test, with the extension loaded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell

from labsim import Lab


@pytest.fixture
def shell(tmp_path, monkeypatch) -> Iterator[InteractiveShell]:
    """A shell as a kernel has one; its history and profile are thrown away."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell.instance(colors="nocolor")
    shell.run_line_magic("load_ext", "labsim")
    yield shell
    if shell.history_manager is not None:
        shell.history_manager.end_session()
    InteractiveShell.clear_instance()


@pytest.fixture
def lab() -> Lab:
    """A new lab, which is the current one."""
    return Lab()
