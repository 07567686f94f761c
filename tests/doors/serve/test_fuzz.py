"""Strangers may send what they like: never a 500, never a traceback, never somebody else's bytes.

The quick suite tries a few; the recorded run tries more than a hundred thousand::

    LABSIM_FUZZ=26000 python -m pytest tests/doors/serve/test_fuzz.py -o faulthandler_timeout=0
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labsim import serve
from labsim.doors.serve.application import Application
from labsim.doors.serve.desk import RegistryDesk
from labsim.doors.serve.door import Door
from labsim.registry import Registry
from labsim.wire import Headers, Request
from tests.doors.serve import fuzzing
from tests.doors.serve.asgi import exchanged, scope_of
from tests.doors.serve.fuzzing import COUNT, EVE, OPEN_MANIFEST, SECRET
from tests.doors.serve.speaking import Line, written

pytestmark = pytest.mark.slow  # inputs by the thousand

FUZZ = settings(
    max_examples=COUNT or 300, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


class Stranger:
    """Eve, who has an account and a token for what is hers, at the function and at the door."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.registry: Registry = fuzzing.vault()
        self.app = Application(RegistryDesk(fuzzing.vault()), tell=self.told.append)
        self.loop = asyncio.new_event_loop()
        scope = "/token?scope=repository:eve/app:pull,push&scope=repository:ann/vault:pull"
        basic = [("Authorization", EVE)]
        token = json.loads(bytes(self.registry.handle(Request("GET", scope, basic)).body))["token"]
        self.fill = {"{token}": token, "{session}": "", "{state}": ""}
        where = self.registry.handle(
            Request("POST", "/v2/eve/app/blobs/uploads/", [("Authorization", f"Bearer {token}")])
        ).headers["Location"]
        path, _, self.fill["{state}"] = where.partition("?")
        self.fill["{session}"] = path.rpartition("/")[2]

    def filled(self, text: str) -> str:
        for hole, content in self.fill.items():
            text = text.replace(hole, content)
        return text

    def ask(self, method: str, target: str, headers, body: bytes) -> None:
        """Both are asked, and neither may stumble."""
        target = self.filled(target)
        pairs = [(name, self.filled(value)) for name, value in headers]
        request = Request(method, target, pairs, body, peer="192.0.2.9", at_us=1)
        refused = self.registry.admit(request)
        answer = self.registry.handle(request)
        assert refused is None or refused.status == answer.status
        sound(method, answer.status, answer.headers, bytes(answer.body))
        raw = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in pairs]
        scope = scope_of(method, target, raw, chunked=bool(body))
        sound(method, *self.loop.run_until_complete(exchanged(self.app, scope, [body])))
        assert self.told == []


def sound(method: str, status: int, headers: Headers, body: bytes) -> None:
    """What every answer owes everybody."""
    assert 200 <= status < 500 or status == 507, (status, body)
    assert SECRET not in body
    for name, value in headers:
        assert SECRET.decode() not in value
        assert not set("\r\n\0") & {*name, *value}
    if headers.get("Content-Type").startswith("application/json") and body:
        json.loads(body)
    if method != "HEAD" and headers.get("Content-Length"):
        assert int(headers["Content-Length"]) == len(body)


@pytest.fixture(scope="module")
def stranger() -> Iterator[Stranger]:
    one = Stranger()
    yield one
    one.loop.close()


@FUZZ
@given(fuzzing.methods, fuzzing.targets, fuzzing.headers, fuzzing.bodies)
def test_any_request(stranger, method, target, headers, body):
    stranger.ask(method, target, headers, body)


@FUZZ
@given(fuzzing.json_bodies, fuzzing.kinds, fuzzing.references)
def test_any_document_as_a_manifest(stranger, body, kind, reference):
    bearer = ("Authorization", "Bearer {token}")
    target = f"/v2/eve/app/manifests/{reference}"
    stranger.ask("PUT", target, [("Content-Type", kind), bearer], body)


@FUZZ
@given(
    st.sampled_from(["GET", "POST"]),
    fuzzing.queries,
    fuzzing.headers,
    st.one_of(fuzzing.forms, fuzzing.bodies),
)
def test_any_request_for_a_token(stranger, method, query, headers, body):
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    stranger.ask(method, f"/token?{query}", [kind, *headers], body)


# --- sockets --------------------------------------------------------------------------------------

PIECES = [
    *(
        b"GET ",
        b"HEAD ",
        b"PUT ",
        b"POST ",
        b"PATCH ",
        b"DELETE ",
        b"/v2/",
        b"/token",
        b" HTTP/1.1",
    ),
    *(
        b" HTTP/1.0",
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b"\0",
        b": ",
        b" ",
        b"\t",
        b"\xff",
        b"%0d%0a",
    ),
    *(b"Host: localhost:5000\r\n", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"),
    *(
        b"Content-Length: 0\r\n",
        b"Connection: close\r\n",
        b"Connection: upgrade\r\nUpgrade: h2c\r\n",
    ),
    *(
        b"Expect: 100-continue\r\n",
        b"5\r\nhello\r\n",
        b"0\r\n\r\n",
        b"ffffffffffffffff\r\n",
        b"-1\r\n",
    ),
    *(
        b"Authorization: Bearer x\r\n",
        b"Range: bytes=0-\r\n",
        b"ann/vault/manifests/v1",
        b"a" * 300,
    ),
    written("GET", "/v2/"),
    written("GET", "/v2/ann/app/manifests/v1"),
    written("PUT", "/v2/eve/app/manifests/v1", body=bytes(OPEN_MANIFEST)),
    written("POST", "/v2/eve/app/blobs/uploads/"),
]
streams = st.one_of(
    st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=8)), max_size=12).map(b"".join),
    st.builds(
        lambda whole, at, junk: whole[: at % len(whole)] + junk + whole[at % len(whole) :],
        st.sampled_from(PIECES[-4:]),
        st.integers(0, 400),
        st.binary(max_size=4),
    ),
)


@pytest.fixture(scope="module")
def open_door() -> Iterator[Door]:
    with serve(fuzzing.vault()) as door:
        yield door


def answers(line: Line) -> Iterator[tuple[int, bytes]]:
    """Every answer until the server hangs up, as it does when the client has no more to say."""
    try:
        while True:
            heard = line.hear()
            yield heard.status, heard.body
    except (EOFError, ConnectionResetError):
        return


@FUZZ
@given(streams)
def test_any_bytes_on_a_socket(open_door, stream):
    with Line(open_door) as line:
        line.send(stream + b"\r\n\r\nGET / HTTP/1.0\r\n\r\n\0\r\n\r\n")
        line.finish()
        for status, body in answers(line):
            assert 100 <= status < 500
            assert SECRET not in body


def test_the_door_has_said_nothing_and_is_open(open_door, capfd):
    with Line(open_door) as line:
        assert line.ask("GET", "/v2/").status == 401
    assert capfd.readouterr() == ("", "")
    assert SECRET.decode() not in open_door.trace.to_json()


def test_the_stranger_would_see_it_if_there_was_a_hole(stranger):
    registry = fuzzing.vault()
    registry.store.repositories["ann/vault"].visibility = "public"
    scope = Request("GET", "/token?scope=repository:ann/vault:pull", [("Authorization", EVE)])
    token = json.loads(bytes(registry.handle(scope).body))["token"]
    bearer = [("Authorization", f"Bearer {token}")]
    target = f"/v2/ann/vault/blobs/{fuzzing.HIDDEN.digest}"
    answer = registry.handle(Request("GET", target, bearer))
    with pytest.raises(AssertionError):
        sound("GET", answer.status, answer.headers, bytes(answer.body))
