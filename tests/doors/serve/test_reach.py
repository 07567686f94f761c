"""A registry's own addresses, as seen from where the client stands."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from labsim import Registry, Request, serve
from labsim.doors.serve.application import Application
from labsim.doors.serve.desk import RegistryDesk
from labsim.doors.serve.reach import Reach, is_loopback, outward
from labsim.errors import LabError
from labsim.registry import GHCR, HTPASSWD, HUB, OPERATOR
from tests.doors.serve.asgi import asked
from tests.doors.serve.speaking import Line

DATA = Path(__file__).parent / "data"
UPLOADS = "/v2/team/app/blobs/uploads/"
PROXIED = [
    (b"x-forwarded-proto", b"https"),
    (b"x-forwarded-host", b"images.example.org"),
    (b"x-forwarded-for", b"10.0.0.1, 192.0.2.7"),
]


def app(registry: Registry | None = None, **options) -> Application:
    return Application(RegistryDesk(registry or Registry("localhost:5000")), **options)


def test_a_location_is_where_the_client_is():
    answer = asked(app(), "POST", UPLOADS, host="somewhere:81")
    assert answer.headers["Location"].startswith("http://somewhere:81/v2/team/app/blobs/uploads/")


def test_behind_a_proxy_it_is_where_the_proxy_is():
    notes = []
    reach = Reach.at("/images", behind_proxy=True)
    proxied = app(reach=reach, note=lambda request, *_: notes.append(request.peer))
    for target in (UPLOADS, f"/images{UPLOADS}"):
        answer = asked(proxied, "POST", target, headers=PROXIED)
        assert answer.headers["Location"].startswith("https://images.example.org/images/v2/team/")
    assert notes == ["192.0.2.7"] * 2


def test_what_a_client_claims_about_a_proxy_is_not_believed():
    notes = []
    plain = app(note=lambda request, *_: notes.append(request.peer))
    answer = asked(plain, "POST", UPLOADS, headers=PROXIED)
    assert answer.headers["Location"].startswith("http://localhost:5000/v2/")
    assert notes == ["127.0.0.1"]


@pytest.mark.parametrize("peer", [b"operator", b"", b"not an address"])
def test_a_proxys_list_cannot_make_an_operator(peer):
    notes = []
    proxied = app(
        reach=Reach.at("", behind_proxy=True), note=lambda request, *_: notes.append(request.peer)
    )
    answer = asked(proxied, "GET", "/_lab/policy/", headers=[(b"x-forwarded-for", peer)])
    assert (answer.status, notes) == (404, ["127.0.0.1"])


def test_a_prefix_is_before_everything_and_nothing_is_elsewhere():
    below = app(reach=Reach.at("/registry/"))
    assert asked(below, "GET", "/registry/v2/").status == 200
    assert asked(below, "GET", "/v2/").status == 404
    assert asked(below, "GET", "/registryv2/").status == 404
    answer = asked(below, "POST", f"/registry{UPLOADS}")
    assert answer.headers["Location"].startswith("http://localhost:5000/registry/v2/team/app/")


@pytest.mark.parametrize("prefix", ["registry", "/a b", "/a?b", '/a"b', "/ä"])
def test_a_prefix_that_is_none(prefix):
    with pytest.raises(LabError, match="no prefix"):
        Reach.at(prefix)


def test_the_hub_answers_at_this_door_and_not_at_its_own():
    hub = app(Registry("docker.io", users={"ann": "secret"}, policy=HUB))
    challenge = asked(hub, "GET", "/v2/").headers["Www-Authenticate"]
    assert challenge.startswith('Bearer realm="http://localhost:5000/token",service="registry')
    basic = [(b"authorization", b"Basic YW5uOnNlY3JldA==")]
    scope = b"scope=repository:ann/app:pull,push"
    token = asked(hub, "GET", "/token", query=scope, headers=basic).json()["token"]
    bearer = [(b"authorization", f"Bearer {token}".encode())]
    answer = asked(hub, "POST", "/v2/ann/app/blobs/uploads/", headers=bearer)
    assert answer.headers["Location"].startswith("http://localhost:5000/v2/ann/app/")


@pytest.mark.parametrize("policy", [HTPASSWD, GHCR], ids=lambda policy: policy.name)
def test_a_policy_that_says_https_is_served_over_what_there_is(policy):
    registry = Registry("ghcr.example", users={"ann": "secret"}, policy=policy)
    said = asked(app(registry), "GET", "/v2/").headers["Www-Authenticate"]
    assert "https:" not in said
    registry = Registry("x", policy=HTPASSWD.turned("auth", "none"))
    answer = asked(app(registry), "POST", UPLOADS)
    assert answer.headers["Location"].startswith("http://localhost:5000/v2/")


def test_other_peoples_addresses_stay_theirs():
    own = ("localhost:5000",)
    url = "https://elsewhere.example/token"
    assert outward("Location", url, "http://here", "", own) == url
    assert (
        outward("Www-Authenticate", 'Basic realm="x"', "http://h", "/p", own) == 'Basic realm="x"'
    )
    assert outward("Link", '</v2/a>; rel="next"', "http://h", "/p", own) == '</p/v2/a>; rel="next"'


def test_tls_is_spoken_where_there_is_a_certificate(opened):
    files = (str(DATA / "cert.pem"), str(DATA / "key.pem"))
    door = opened(tls=files)
    trusting = ssl.create_default_context(cafile=files[0])
    with Line(door, tls=trusting) as line:
        assert line.ask("GET", "/v2/").status == 200
        assert line.ask("POST", UPLOADS).headers["Location"].startswith("https://localhost:5000/")
    assert door.url.startswith("https://127.0.0.1:")


def test_plain_words_on_the_tls_port_make_no_noise(opened, capfd):
    door = opened(tls=(str(DATA / "cert.pem"), str(DATA / "key.pem")))
    with Line(door) as line:
        assert line.send(b"GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n").is_over()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("certificate", "key", "why"),
    [
        ("cert.pem", "missing.pem", "missing.pem cannot be read: No such file or directory"),
        ("missing.pem", "key.pem", "missing.pem cannot be read: No such file or directory"),
        ("cert.pem", "cert.pem", "these are not both PEM files: a certificate, and its key"),
        ("key.pem", "key.pem", "these are not both PEM files: a certificate, and its key"),
        ("cert.pem", "../test_reach.py", "these are not both PEM files"),
        ("cert.pem", ".", " cannot be read: Is a directory"),
    ],
)
def test_a_certificate_that_is_none(certificate, key, why):
    files = (str(DATA / certificate), str(DATA / key))
    with pytest.raises(LabError) as fault:
        serve(Registry("x"), tls=files)
    said = str(fault.value)
    assert said.startswith(f"no TLS with {files[0]} and {files[1]}: ")
    assert why in said
    assert "_ssl.c" not in said


def test_health_needs_no_account_and_tells_nothing():
    closed = app(Registry("docker.io", users={"ann": "secret"}, policy=HUB))
    answer = asked(closed, "GET", "/_lab/health")
    assert (answer.status, answer.json()) == (200, {"status": "ok"})
    assert asked(closed, "HEAD", "/_lab/health").body == b""
    assert asked(closed, "POST", "/_lab/health").status == 405


@pytest.mark.parametrize(
    ("host", "yes"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3:5000", True),
        ("localhost:5000", True),
        ("[::1]:5000", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("192.0.2.7:80", False),
        ("localhost.evil.example", False),
        (OPERATOR, False),
        ("", False),
    ],
)
def test_what_is_this_machine(host, yes):
    assert is_loopback(host) is yes


@pytest.mark.parametrize(
    "lengths",
    [
        [(b"content-length", b"5"), (b"content-length", b"6")],
        [(b"content-length", b"5"), (b"transfer-encoding", b"chunked")],
        [(b"transfer-encoding", b"chunked"), (b"content-length", b"5")],
        [(b"content-length", b"five")],
        [(b"transfer-encoding", b"gzip, chunked")],
    ],
)
def test_another_server_that_lets_two_lengths_pass_is_not_believed(lengths):
    assert asked(app(), "POST", UPLOADS, headers=lengths).status == 400


def test_an_application_answers_a_servers_own_questions():
    said: list[MutableMapping[str, Any]] = []

    async def live(kind: str, *events: str) -> None:
        coming: list[MutableMapping[str, Any]] = [{"type": event} for event in events]

        async def receive() -> MutableMapping[str, Any]:
            return coming.pop(0)

        async def send(message: MutableMapping[str, Any]) -> None:
            said.append(message)

        await app()({"type": kind}, receive, send)

    asyncio.run(live("lifespan", "lifespan.startup", "lifespan.shutdown"))
    asyncio.run(live("websocket", "websocket.connect"))
    assert [one["type"] for one in said] == [
        *("lifespan.startup.complete", "lifespan.shutdown.complete", "websocket.close"),
    ]


def test_a_fault_of_ours_is_a_500_without_a_word_of_the_request(monkeypatch):
    def fails(_: Registry, request: Request) -> None:
        raise AttributeError(request.target)

    told: list[str] = []
    monkeypatch.setattr(Registry, "_entered", fails)
    broken = app(tell=told.append)
    answer = asked(broken, "GET", "/v2/secret/name/tags/list")
    assert answer.status == 500
    assert answer.json()["errors"][0]["code"] == "UNKNOWN"
    (sentence,) = told
    assert sentence.startswith("AttributeError at ")
    assert "secret" not in sentence
    put = asked(broken, "PUT", "/v2/secret/name/manifests/v1", b"{}")
    assert put.status == 500
