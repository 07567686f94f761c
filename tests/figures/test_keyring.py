"""The key ring: which login a name would use, by docker's rules, and no secret anywhere."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from labsim import Lab
from labsim.course import views
from labsim.errors import InvalidReference, LabError
from labsim.figures.keyring import key_ring
from labsim.figures.keys import Ring

HUB = "https://index.docker.io/v1/"
SECRET = "hunter2-the-secret"


def auth(user: str) -> dict[str, str]:
    return {"auth": b64encode(f"{user}:{SECRET}".encode()).decode()}


def config(*servers: str, **more: object) -> str:
    return json.dumps({"auths": {server: auth("alice") for server in servers}, **more})


def outcome(text: str, name: str) -> tuple[str, str]:
    (fit,) = Ring.of(text, [name]).fits
    return fit.outcome, fit.why


@pytest.mark.parametrize(
    ("server", "name", "why"),
    [
        (HUB, "golang", "Docker Hub's key is this old URL"),
        (HUB, "docker.io/alice/app", "Docker Hub's key is this old URL"),
        ("ghcr.io", "ghcr.io/alice/app", "the key is this host"),
        ("https://ghcr.io/v2/", "ghcr.io/alice/app", "https://ghcr.io/v2/ is at this host"),
        ("localhost:5000", "localhost:5000/app", "the key is this host"),
    ],
)
def test_a_key_fits_its_exact_host(server, name, why):
    assert outcome(config(server), name) == ("as alice", why)


@pytest.mark.parametrize(
    ("server", "name", "why"),
    [
        ("localhost:5000", "localhost/app", "localhost:5000 is another host: the port counts"),
        ("localhost", "localhost:5000/app", "localhost is another host: the port counts"),
        ("docker.io", "golang", "docker.io is not the Hub's key"),
        ("https://index.docker.io/v2/", "golang", "https://index.docker.io/v2/ is not the Hub's"),
        ("ghcr.io", "quay.io/app", "no key is for quay.io"),
    ],
)
def test_a_key_that_looks_right_is_told_from_one_that_is(server, name, why):
    said = outcome(config(server), name)
    assert said[0] == "nobody: anonymous"
    assert said[1].startswith(why)


def test_a_helper_is_asked_instead_of_the_file():
    text = config(HUB, credsStore="desktop", credHelpers={"ghcr.io": "pass"})
    assert outcome(text, "golang")[0] == "whoever docker-credential-desktop has"
    assert outcome(text, "ghcr.io/a") == (
        "whoever docker-credential-pass has",
        "credHelpers names it for this key",
    )
    assert "alice" not in key_ring(text, ["golang"]).text


def test_the_lab_writes_a_file_that_opens_what_was_logged_in_to():
    lab = Lab()
    lab.login("cantdocpp", "lab")
    lab.login("alice", "lab", "ghcr.io")
    figure = views.keys(lab, "golang", "ghcr.io/a/b", "localhost:5000/x")
    assert [row["logs in"] for row in figure.data["names"]] == [
        "as cantdocpp",
        "as alice",
        "nobody: anonymous",
    ]
    lab.logout("ghcr.io")
    assert views.keys(lab, "ghcr.io/a/b").data["names"][0]["logs in"] == "nobody: anonymous"


def test_without_names_the_local_images_are_asked_about():
    lab = Lab()
    lab.pull("alpine:3")
    assert [row["name"] for row in views.keys(lab).data["names"]] == ["alpine:3"]


def test_no_secret_is_in_the_figure():
    entries = {
        HUB: auth("alice"),
        "a.example": {"identitytoken": SECRET, "username": "robot"},
        "b.example": {"registrytoken": SECRET},
        "c.example": {"auth": SECRET},
        "d.example": {"auth": b64encode(SECRET.encode()).decode()},
        "e.example": {"auth": 7, "password": SECRET},
    }
    figure = key_ring(json.dumps({"auths": entries}), [f"{letter}.example/x" for letter in "abcde"])
    for text in (figure.svg, figure.text, json.dumps(dict(figure.data))):
        assert SECRET not in text
        assert b64encode(SECRET.encode()).decode()[:12] not in text
    assert [row["kept"] for row in figure.data["keys"]] == [
        "token in the file",
        "token in the file",
        "cannot be read",
        "cannot be read",
        "cannot be read",
        "password in the file",
    ]


@pytest.mark.parametrize(
    "text",
    [
        f'{{"auths": {SECRET}}}',
        '"auths"',
        '{"auths": []}',
        '{"credHelpers": "x"}',
        '{"auths": {"a": ' + "[" * 4,
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence_that_quotes_nothing(text):
    with pytest.raises(LabError, match=r"config\.json is no") as caught:
        key_ring(text, ["golang"])
    assert SECRET not in str(caught.value)


def test_a_name_that_is_none_is_refused():
    with pytest.raises(InvalidReference):
        key_ring("", ["Golang"])


def test_hostile_words_stay_words():
    server = '<script>alert("x")</script>'
    figure = key_ring(json.dumps({"auths": {server: auth("<b>")}}), ["golang"])
    assert "<script" not in figure.svg
    assert "<b>" not in figure.svg
    assert server in figure.text
