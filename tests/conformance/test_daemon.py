"""The private daemon works, and knows only what a test gave it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.peer


def test_a_private_daemon_starts_empty(dockerd):
    assert dockerd.began_with == []
    assert dockerd.docker("info", "--format", "{{.Driver}}").stdout == "vfs\n"


def test_a_real_client_has_a_home_of_its_own(real, tmp_path):
    assert "skopeo version" in real("skopeo", "--version").stdout
    login = real("skopeo", "login", "--get-login", "docker.io")
    assert login.returncode != 0
    assert "not logged" in login.stderr
