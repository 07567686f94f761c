"""A registry as somebody sees it: what Docker could pull is there, what it could not is not."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.course.browsing import ANYONE, browse, may, onlookers, references, repositories
from labsim.errors import LabError

HOSTS = ("docker.io", "ghcr.io", "registry.example.com:5000", "localhost:5000")


@pytest.fixture(scope="module")
def lab() -> Lab:
    """An image at each registry, public and private where there is a choice."""
    lab = Lab()
    lab.pull("golang")
    for host in HOSTS[:3]:
        lab.login("cantdocpp", "lab", host)
    for host in HOSTS:
        for name in ("open", "secret"):
            lab.tag("golang", f"{host}/cantdocpp/{name}:v1")
            lab.push(f"{host}/cantdocpp/{name}:v1")
    lab.visibility("docker.io/cantdocpp/secret", "private")
    lab.visibility("ghcr.io/cantdocpp/open", "public")
    return lab


def pulls(lab: Lab, person: str, name: str) -> bool:
    """Whether Docker can pull it on a laptop where this person, or nobody, is logged in."""
    other = lab.fork()
    other.as_user("alice")
    host = name.partition("/")[0]
    if person != ANYONE and host != "localhost:5000":
        other.login(person, "lab", host)
    return other.docker(f"pull {name}").ok


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("person", ["cantdocpp", "alice", ANYONE])
def test_what_is_shown_is_what_docker_could_pull(lab, host, person):
    seen = {one.name for one in repositories(lab, host, person)}
    for name in ("cantdocpp/open", "cantdocpp/secret"):
        assert (name in seen) == pulls(lab, person, f"{host}/{name}:v1")
        assert (name in seen) == ("pull" in may(lab.registry(host), person, name))


def test_oneself_comes_first_and_anyone_last(lab):
    assert onlookers(lab, "docker.io") == ("cantdocpp", "alice", ANYONE)
    assert onlookers(lab, "localhost:5000") == (ANYONE,)
    other = lab.fork()
    other.as_user("alice")
    assert onlookers(other, "docker.io") == ("alice", "cantdocpp", ANYONE)


def test_what_is_hidden_is_counted_and_nothing_else(lab):
    text = browse(lab, "docker.io").text
    assert text.startswith("As anyone, docker.io has 11 repositories; 1 more is not there for them")
    assert "secret" not in text
    assert "cantdocpp/secret" in browse(lab, "docker.io", "cantdocpp").text


def test_a_hidden_repository_and_a_missing_one_are_refused_alike(lab):
    for name in ("cantdocpp/secret", "cantdocpp/nothing"):
        with pytest.raises(LabError, match=f"for anyone there is no repository '{name}'"):
            browse(lab, "docker.io", ANYONE, name)


def test_a_repository_and_a_manifest_in_it(lab):
    shown = browse(lab, "docker.io", ANYONE, "cantdocpp/open")
    assert shown.text.startswith("cantdocpp/open is public: 1 tag, 1 manifest and 3 blobs.\n")
    found = browse(lab, "docker.io", ANYONE, "cantdocpp/open", "v1")
    stored = lab.registry("docker.io").store.repositories["cantdocpp/open"].manifest("v1")
    assert stored is not None
    assert str(stored.digest) not in found.text.split("{")[0]
    assert stored.digest.short in found.text.split("{")[0]
    assert [row["part"] for row in found.data["rows"]] == ["config", "layer 1", "layer 2"]
    for digest in stored.needs:
        assert f'"digest": "{digest}"' in found.text
    assert "<svg" in found.html
    with pytest.raises(LabError, match="cantdocpp/open has no manifest 'v9'"):
        browse(lab, "docker.io", ANYONE, "cantdocpp/open", "v9")


def test_a_manifest_that_lost_its_tag_is_listed_by_its_digest():
    lab = Lab()
    lab.login("cantdocpp", "lab")
    for edited in ("", "src"):
        lab.build("cantdocpp/app:1", base="alpine:3", layers=["src"], edited=edited)
        lab.push("cantdocpp/app:1")
    tag, digest = references(lab, "docker.io", "cantdocpp", "cantdocpp/app")
    assert (tag, digest[:7]) == ("1", "sha256:")
    old = browse(lab, "docker.io", "cantdocpp", "cantdocpp/app", digest)
    assert old.text.startswith(f"cantdocpp/app@{digest} is the manifest {digest[7:19]}")
    assert [row["also in"] for row in old.data["rows"]] == ["", "1", ""]
