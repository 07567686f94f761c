"""The file that ``docker login`` leaves behind."""

import json
from base64 import b64decode

import pytest

from labsim.engine.config_file import HUB_KEY, ConfigFile, server_key


@pytest.mark.parametrize(
    ("server", "key"),
    [
        ("", HUB_KEY),
        ("docker.io", HUB_KEY),
        ("index.docker.io", "index.docker.io"),
        ("https://index.docker.io/v1/", HUB_KEY),
        ("registry-1.docker.io", "registry-1.docker.io"),
        ("ghcr.io", "ghcr.io"),
        ("https://ghcr.io/v2/", "ghcr.io"),
        ("http://localhost:5000", "localhost:5000"),
    ],
)
def test_a_server_has_one_key(server, key):
    assert server_key(server) == key


def test_the_hubs_key_is_found_by_its_host():
    kept = ConfigFile()
    kept.store("", "alice", "one")
    assert tuple(kept.get("index.docker.io") or ()) == ("alice", "one")
    assert kept.get("registry-1.docker.io") is None


def test_a_login_to_a_host_of_the_hub_is_no_login_to_the_hub():
    kept = ConfigFile()
    kept.store("index.docker.io", "alice", "one")
    assert kept.get("docker.io") is None


def test_the_file_is_tab_indented_json_with_sorted_keys_and_no_newline():
    kept = ConfigFile()
    kept.store("ghcr.io", "alice", "one")
    kept.store("", "alice", "two")
    assert kept.text.startswith('{\n\t"auths": {\n\t\t"ghcr.io": {\n\t\t\t"auth": "')
    assert kept.text.endswith("\n\t\t}\n\t}\n}")
    assert list(json.loads(kept.text)["auths"]) == ["ghcr.io", HUB_KEY]


def test_a_password_is_encoded_and_not_encrypted():
    kept = ConfigFile()
    kept.store("", "alice", "s:ecret")
    auth = json.loads(kept.text)["auths"][HUB_KEY]["auth"]
    assert b64decode(auth) == b"alice:s:ecret"
    assert tuple(kept.get("docker.io") or ()) == ("alice", "s:ecret")


def test_storing_the_same_again_changes_nothing():
    kept = ConfigFile()
    assert [kept.store("", "alice", pw) for pw in ("one", "one", "two")] == [True, False, True]


def test_after_the_last_logout_the_file_is_still_there():
    kept = ConfigFile()
    assert not kept.written
    kept.store("", "alice", "one")
    assert (kept.erase(""), kept.erase("")) == (True, False)
    assert (kept.written, kept.text) == (True, '{\n\t"auths": {}\n}')


def test_no_repr_shows_a_secret():
    kept = ConfigFile()
    kept.store("", "alice", "s3cret")
    assert "s3cret" not in repr(kept) + repr(kept.get(""))
