"""Where a request may end up: token servers, redirects and TLS; never where nobody said so."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labsim import Lab, Registry, Request, Response, remote
from labsim.blob import Blob
from labsim.errors import LabError, Unreachable
from labsim.story import story
from labsim.wire import Dialogue
from tests.client.scene import A
from tests.doors.loopback import Handler, Loopback, serving
from tests.doors.remote_scene import APP, HOST, ledger_of, stocked, told, trace_of

HUB, TOKENS = "docker.io", "auth.docker.io"
USERS = {"alice": "hunter2"}
STORE = "storage.example.com"
TLS = Path(__file__).with_name("tls")


def asking(target: str, method: str = "GET", **more) -> Dialogue:
    headers = [("Authorization", "Bearer hunter2"), ("Cookie", "id=hunter2"), ("X-Other", "kept")]
    return (yield Request(method, target, headers, host=HOST, **more))


# -- token servers ---------------------------------------------------------------------------------


def test_a_token_server_that_was_not_named_is_not_asked():
    with serving(Registry(HUB, users=USERS)) as server:
        lab = stocked()
        remote.connect(lab, {HUB: server.url})
        lab.tag("app:1", "alice/app")
        sentence = (
            "auth.docker.io is a host that was not named, so nothing is sent there; name it beside"
            ' the others: remote.connect(lab, {…, "auth.docker.io": "https://auth.docker.io"})\n'
        )
        for line in ("push alice/app", "pull alice/app", "login -u alice -p hunter2"):
            result = lab.docker(line)
            assert result.exit_code == 1
            assert result.stderr.endswith(sentence)
            assert "Retrying" not in result.stdout
        assert {path for _, path, _ in server.seen} == {"/v2/"}
        assert not any("Authorization" in headers for _, _, headers in server.seen)


def test_a_token_server_of_its_own_gets_the_password_and_the_registry_never_does():
    registry = Registry(HUB, users=USERS)
    with serving(registry) as server, serving(registry) as tokens:
        real, simulated = stocked(), stocked()
        remote.connect(real, {HUB: server.url, TOKENS: tokens.url})
        simulated.sign_up("bob", "hunter2")
        registry.handle(
            Request("PUT", "/_lab/accounts/bob", body=b'{"password":"hunter2"}', peer="operator")
        )
        lines = ["login -u bob -p hunter2"]
        for lab in (real, simulated):
            lab.tag("app:1", "alice/app")
        lines = [
            "login -u alice -p hunter2",
            "push alice/app",
            "pull alice/app",
            "logout",
            "push alice/app",
            "pull alice/app",
        ]
        for line in lines:
            ours = real.docker(line)
            theirs = simulated.docker(line.replace("hunter2", "lab"))
            assert told(ours.merged) == told(theirs.merged), line
        sent = [headers.get("Authorization", "") for _, _, headers in server.seen]
        assert not any(value.startswith("Basic") for value in sent)
        assert {path.partition("?")[0] for _, path, _ in tokens.seen} == {"/token"}


def test_a_realm_may_name_the_address_of_a_host_that_was_named():
    with serving(Registry(HOST)) as server:
        realm = f'Bearer realm="{server.url}/token",service="here"'

        def challenge(handler: Handler) -> bool:
            if handler.path.startswith("/token"):
                handler.send(Response(200, (), b'{"access_token":"abc"}'))
            elif not handler.headers.get("Authorization"):
                handler.send(Response(401, [("WWW-Authenticate", realm)]))
            else:
                return False
            return True

        server.mischief = challenge
        lab = stocked()
        remote.connect(lab, {HOST: server.url})
        assert lab.docker(f"push {APP}:1").ok
        assert [event.kind for event in story(trace_of(lab))][:2] == ["greeted", "granted"]


# -- redirects -------------------------------------------------------------------------------------


@contextmanager
def redirecting(
    code: int = 307, *, to: str = "{store}/bucket/{digest}?X-Signature=hunter2"
) -> Iterator[tuple[Loopback, Loopback]]:
    """A registry whose blobs are in a store elsewhere, as at cloud providers."""
    registry = Registry(HOST)
    with serving(registry) as server, serving(registry) as store:

        def away(handler: Handler) -> bool:
            if handler.command != "GET" or "/blobs/sha256" not in handler.path:
                return False
            digest = handler.path.rpartition("/")[2]
            handler.send(Response(code, [("Location", to.format(store=store.url, digest=digest))]))
            return True

        def give(handler: Handler) -> bool:
            digest = handler.path.partition("?")[0].rpartition("/")[2]
            handler.send(Response(200, (), bytes(registry.store.blobs[digest])))
            return True

        store.mischief = give
        lab = stocked()
        remote.connect(lab, {HOST: server.url})
        assert lab.docker(f"push {APP}:1").ok
        server.mischief = away
        server.seen.clear()
        yield server, store


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_blob_is_fetched_from_where_the_registry_says(code):
    with redirecting(code) as (server, store):
        lab = Lab()
        remote.connect(lab, {HOST: server.url, STORE: store.url})
        assert lab.docker(f"pull {APP}:1").ok
        assert lab.image(f"{APP}:1") == A
        assert len(store.seen) == 5
        assert all("X-Signature=hunter2" in path for _, path, _ in store.seen)


def test_a_redirect_is_told_as_what_was_asked_for():
    with redirecting() as (server, store):
        lab = Lab()
        remote.connect(lab, {HOST: server.url, STORE: store.url})
        result = lab.docker(f"pull {APP}:1")
        fetched = [event for event in story(trace_of(lab)) if event.kind == "fetched"]
        assert sorted(event.size for event in fetched) == sorted(
            [A.manifest("docker").size, A.config.size, *(layer.packed_size for layer in A.layers)]
        )
        assert ledger_of(lab).was == A.packed_size
        assert result.stdout.count("Pull complete") == 4
        hops = [x for x in trace_of(lab).exchanges if x.host == STORE]
        assert {x.request.target.rpartition("/")[0] for x in hops} == {"/bucket"}
        text = trace_of(lab).to_json() + lab.script
        text += "".join(bytes(blob).decode("latin-1") for blob in lab.attachments.values())
        assert "hunter2" not in text
        count = len(store.seen)
        again = Lab.replay(lab.script, lab.attachments)
        assert again.trace == lab.trace
        assert len(store.seen) == count


def test_a_redirect_to_a_host_that_was_not_named_is_not_followed():
    with redirecting() as (server, store):
        lab = Lab()
        remote.connect(lab, {HOST: server.url})
        result = lab.docker(f"pull {APP}:1")
        authority = store.authority
        assert result.stderr == (
            f"localhost:5000 redirects to {store.url}, a host that was not named, so nothing is"
            f' sent there; name it beside the others: remote.connect(lab, {{…, "{authority}":'
            f' "{store.url}"}})\n'
        )
        assert store.seen == []


def test_who_we_are_is_told_to_nobody_else():
    with serving(Registry(HOST)) as server, serving(Registry(HOST)) as other:
        server.mischief = lambda h: h.send(Response(307, [("Location", f"{other.url}/x")]))
        remote.converse(asking("/v2/"), {HOST: server.url, STORE: other.url}).result()
        ((_, _, headers),) = other.seen
        assert not {"Authorization", "Cookie"} & set(headers)
        assert headers["X-Other"] == "kept"
        assert server.seen[0][2]["Authorization"] == "Bearer hunter2"


@pytest.mark.parametrize("location", ["{url}/b", "/b", "b", "//{authority}/b", "?b"])
def test_the_same_host_may_send_us_on_in_any_way(location):
    with serving(Registry(HOST)) as server:
        left = [location.format(url=server.url, authority=server.authority)]

        def once(handler: Handler) -> bool:
            handler.send(Response(307, [("Location", left.pop())]) if left else Response(200))
            return True

        server.mischief = once
        assert remote.converse(asking("/v2/a"), {HOST: server.url}).result().status == 200
        assert [path for _, path, _ in server.seen][1] in ("/b", "/v2/b", "/v2/a?b")
        assert server.seen[1][2]["Authorization"] == "Bearer hunter2"


@pytest.mark.parametrize(
    "location",
    [
        "https://{authority}/b",
        "http://127.0.0.1:1/b",
        "http://user:pw@{authority}/b",
        "ftp://{authority}/b",
        "http://[::1/b",
        "http://{authority}:99999/b",
        "http://localhost.evil/",
    ],
)
def test_what_only_looks_like_the_same_host_is_another(location):
    with serving(Registry(HOST)) as server:
        away = location.format(authority=server.authority)
        server.mischief = lambda h: h.send(Response(302, [("Location", away)]))
        with pytest.raises(LabError, match="localhost:5000 redirects to") as refused:
            remote.converse(asking("/v2/"), {HOST: server.url}).result()
        assert not isinstance(refused.value, Unreachable)
        assert len(server.seen) == 1
        assert "pw" not in str(refused.value)


@pytest.mark.parametrize(
    ("code", "method", "then"),
    [
        (307, "PUT", "PUT"),
        (308, "POST", "POST"),
        (301, "POST", "GET"),
        (302, "PUT", "GET"),
        (303, "PUT", "GET"),
        (302, "HEAD", "HEAD"),
        (303, "GET", "GET"),
    ],
)
def test_the_method_changes_as_in_dockers_client(code, method, then):
    """Go 1.19 ``net/http``, ``redirectBehavior``; RFC 9110 §15.4."""
    with serving(Registry(HOST)) as server:
        bodies = []

        def once(handler: Handler) -> bool:
            bodies.append(handler.body())
            on = Response(code, [("Location", "/b")]) if len(bodies) == 1 else Response(200)
            return handler.send(on)

        server.mischief = once
        body = b"" if method in ("GET", "HEAD") else b"body"
        remote.converse(asking("/a", method, body=body), {HOST: server.url}).result()
        assert [(verb, path) for verb, path, _ in server.seen] == [(method, "/a"), (then, "/b")]
        assert bodies == [body, body if then == method else b""]


def test_a_circle_of_redirects_comes_to_an_end():
    with serving(Registry(HOST)) as server:
        server.mischief = lambda h: h.send(Response(302, [("Location", "/v2/")]))
        with pytest.raises(Unreachable, match="stopped after 10 redirects"):
            remote.converse(asking("/v2/"), {HOST: server.url}).result()
        assert len(server.seen) == 11


@pytest.mark.parametrize("headers", [[], [("Location", "")]])
def test_a_redirect_to_nowhere_is_an_answer(headers):
    with serving(Registry(HOST)) as server:
        server.mischief = lambda h: h.send(Response(307, headers))
        assert remote.converse(asking("/v2/"), {HOST: server.url}).result().status == 307


def test_not_modified_is_no_redirect():
    with serving(Registry(HOST)) as server:
        server.mischief = lambda h: h.send(Response(304, [("Location", "/b")]))
        assert remote.converse(asking("/v2/"), {HOST: server.url}).result().status == 304


# -- TLS -------------------------------------------------------------------------------------------


def secure(name: str, registry: Registry):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / f"{name}.pem")
    return serving(registry, tls=context)


def test_a_registry_behind_tls_is_trusted_by_a_ca_file():
    with secure("here", Registry(HOST)) as server:
        lab = stocked()
        remote.connect(lab, {HOST: server.url}, ca_file=TLS / "here.pem")
        assert server.url.startswith("https://")
        assert lab.docker(f"push {APP}:1").ok
        assert lab.docker(f"pull {APP}:1").ok


def test_a_long_body_goes_through_tls():
    with secure("here", Registry(HOST)) as server:
        body = Blob(bytes(5 << 20))
        headers = [("Transfer-Encoding", "chunked")]
        got: list[int] = []

        def measure(handler: Handler) -> bool:
            got.append(len(handler.body()))
            return handler.send(Response(201))

        server.mischief = measure

        def talk() -> Dialogue:
            return (yield Request("PATCH", "/v2/a/blobs/uploads/1", headers, body, host=HOST))

        run = remote.converse(talk(), {HOST: server.url}, ca_file=TLS / "here.pem")
        assert run.result().status == 201
        assert got == [5 << 20]


@pytest.mark.parametrize(
    ("name", "ca_file", "words"),
    [
        ("here", None, "x509: certificate signed by unknown authority"),
        ("here", "elsewhere", "x509: certificate signed by unknown authority"),
        ("elsewhere", "elsewhere", "x509: certificate is valid for another host"),
        ("expired", "expired", "x509: certificate has expired or is not yet valid"),
    ],
)
def test_a_certificate_that_proves_nothing_ends_it_before_anything_is_sent(name, ca_file, words):
    with secure(name, Registry(HOST)) as server:
        lab = stocked()
        path = TLS / f"{ca_file}.pem" if ca_file else None
        remote.connect(lab, {"registry.example.com": server.url}, ca_file=path)
        line = "login -u alice -p hunter2 registry.example.com"
        assert lab.docker(line).stderr.splitlines()[-1] == (
            f'Error response from daemon: Get "https://registry.example.com/v2/": {words}'
        )
        assert server.seen == []


def test_plain_http_where_tls_was_said_is_told_as_by_docker():
    with serving(Registry(HOST)) as server:
        lab = stocked()
        remote.connect(lab, {"registry.example.com": f"https://{server.authority}"})
        assert lab.docker("pull registry.example.com/app").stderr == (
            'Error response from daemon: Get "https://registry.example.com/v2/":'
            " http: server gave HTTP response to HTTPS client\n"
        )


def test_a_server_that_is_silent_before_tls_is_given_up():
    with serving(Registry(HOST)) as server:
        server.mischief = None
        import socket

        with socket.create_server(("127.0.0.1", 0)) as mute:
            url = f"https://127.0.0.1:{mute.getsockname()[1]}"
            with pytest.raises(Unreachable, match="timed out"):
                remote.converse(asking("/v2/"), {HOST: url}, timeout_s=0.2).result()
