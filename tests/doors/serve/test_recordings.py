"""What real clients said to a real registry, said again here: the answers are the same.

Each recording goes through ``handle``, through ASGI and through a socket, and each answer has the
recorded status and the headers that clients rely on.  Where an answer differs, the reason stands
in ``DIFFERENT``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from labsim import serve
from labsim.doors.serve.application import Application
from labsim.doors.serve.desk import RegistryDesk
from labsim.doors.serve.door import Door
from labsim.registry import HTPASSWD, HUB, PLAIN, Policy, Registry
from labsim.wire import Headers, Request
from tests.doors.serve.asgi import asked
from tests.doors.serve.speaking import Line, chunked, written
from tests.doors.serve.wire import (
    DATA,
    DOCKER,
    Carrier,
    Heard,
    Names,
    Replay,
    Row,
    recording,
    stock,
)

HOST = "127.0.0.1:5050"
RELIED_ON = (
    "Content-Length",
    "Content-Type",
    "Docker-Content-Digest",
    "Location",
    "Range",
    "Www-Authenticate",
)
#: A second registry in the same file: it only answers a login, which others show from both sides.
BESIDE = "127.0.0.1:5052"
NAMES = sorted(
    path.stem
    for folder in (DATA, DOCKER)
    for path in folder.glob("*.jsonl")
    if "_fault_" not in path.stem  # these answers were a proxy's, and not the registry's
)
USERS = {"alice": "wonderland", "bob": "builder"}
_TOKENS = HUB.turned("scheme", "http").turned("delete", True)

_BY_TAG = "2.8.2 cannot delete a tag; distribution 3.1.1 and distribution-spec (end-9) say 202"
_ELSE = "the recorded registry held more repositories than this recording made"
#: (recording, row) → what differs here, and why.
DIFFERENT: dict[tuple[str, int], tuple[str, str]] = {
    ("crane_delete", 2): ("status 400, here 202", _BY_TAG),
    ("crane_delete", 4): ("status 200, here 404", f"it was deleted here: {_BY_TAG}"),
    ("crane_delete", 8): (
        "Content-Length '32', here '30'",
        "no tags are [] in 3.1.1, as the spec's list is; 2.8.2 says null",
    ),
    ("crane_digest_ls_catalog", 6): ("Content-Length '84', here '28'", _ELSE),
    ("dxf_push", 10): ("Content-Length '102', here '28'", _ELSE),
}


def registry_for(name: str) -> Registry:
    """A registry that is to its accounts what the recorded one was."""
    if "htpasswd" in name or "_auth" in name:
        policy = HTPASSWD.turned("scheme", "http")
    elif "token" in name:
        everywhere = name.endswith("push_pub")  # its token server let alice push to pub/ too
        policy = _TOKENS.turned("push_to", "anywhere") if everywhere else _TOKENS
        policy = Policy("recorded", policy.switches, service="labsim-registry", token_host="tokens")
    else:
        return Registry(HOST, policy=PLAIN)
    return Registry(HOST, policy=policy, users=USERS)


@pytest.fixture(scope="module")
def one_door() -> Iterator[Door]:
    """A server whose registry is changed between recordings."""
    with serve(Registry(HOST)) as door:
        yield door


# --- carriers -------------------------------------------------------------------------------------


def by_handle(registry: Registry) -> Iterator[Carrier]:
    """The function itself."""

    def carry(
        method: str, target: str, headers: list[tuple[str, str]], body: bytes, _: int
    ) -> Heard:
        host = "tokens" if target.startswith("/token") else HOST
        answer = registry.handle(Request(method, target, headers, body, host=host))
        return Heard(answer.status, answer.headers, bytes(answer.body))

    yield carry


def by_asgi(registry: Registry) -> Iterator[Carrier]:
    """The application, with bodies in pieces."""
    app = Application(RegistryDesk(registry), clock=lambda: 0)

    def carry(
        method: str, target: str, headers: list[tuple[str, str]], body: bytes, _: int
    ) -> Heard:
        raw = [(name.lower().encode(), value.encode()) for name, value in headers]
        parts = [body[at : at + 50_000] for at in range(0, len(body), 50_000)] or b""
        return Heard(*asked(app, method, target, parts, headers=raw, host=HOST))

    yield carry


def by_socket(door: Door, registry: Registry) -> Iterator[Carrier]:
    """A server, and as many connections as the client had; each is closed when it was."""
    door._desk.registry = registry
    lines: dict[int, Line] = {}

    def carry(
        method: str, target: str, headers: list[tuple[str, str]], body: bytes, connection: int
    ) -> Heard:
        line = lines.get(connection) or lines.setdefault(connection, Line(door))
        pairs = [("Host", HOST), *headers]
        if body and not line.is_fresh:  # so that bodies go both ways, whoever sends them
            line.send(written(method, target, [*pairs, _IN_CHUNKS]) + chunked(body, 30_000))
        else:
            line.send(written(method, target, pairs, body))
        heard = line.hear(method)
        if heard.headers.get("Connection") == "close":
            lines.pop(connection).socket.close()
        return Heard(*heard)

    yield carry
    for line in lines.values():
        line.socket.close()


_IN_CHUNKS = ("Transfer-Encoding", "chunked")


# --- comparison -----------------------------------------------------------------------------------


def difference(row: Row, heard: Heard, names: Names) -> str:
    """What a client could notice; nothing else."""
    if heard.status != row["status"]:
        return f"status {row['status']}, here {heard.status}"
    theirs = Headers(row["resp_headers"].items())
    for name in RELIED_ON:
        if name == "Content-Length" and not _length_counts(row):
            continue
        then, now = (
            shown(name, text)
            for text in (theirs.get(name), names.recorded(heard.headers.get(name)))
        )
        if then != now:
            return f"{name} {then!r}, here {now!r}"
    return ""


def _length_counts(row: Row) -> bool:
    """The length of what was asked for; those of errors and of tokens are anybody's."""
    there = "Content-Length" in row["resp_headers"]
    return there and row["status"] == 200 and not row["path"].startswith("/token")


def shown(name: str, text: str) -> str:
    """A header without what is a matter of taste, chance, or where the server stands."""
    if name == "Content-Type":
        return text.partition(";")[0]
    text = re.sub(r"https?://[^/\"]+", "", text)
    text = re.sub(r"/blobs/uploads/[0-9a-f-]{36}", "/blobs/uploads/<session>", text)
    text = re.sub(r'Basic realm="[^"]*"', "Basic", text)  # whoever runs it has chosen a name
    return text.replace(":push,pull", ":pull,push")  # it walks a Go map: in any order


def differences(name: str, carrier: Callable[[Registry], Iterator[Carrier]]) -> dict[int, str]:
    """Every row of a recording that is answered otherwise, with how."""
    rows = [row for row in recording(name) if row["req_headers"].get("Host") != BESIDE]
    names, registry = Names(rows), registry_for(name)
    stock(registry, rows, names)
    for carry in carrier(registry):
        answers = Replay(rows, names, carry).run()
    told = [(row["n"], difference(row, heard, names)) for row, heard in answers]
    return {n: text for n, text in told if text}


def expected(name: str) -> dict[int, str]:
    return {n: text for (one, n), (text, _) in DIFFERENT.items() if one == name}


@pytest.mark.parametrize("name", NAMES)
def test_the_function_answers_as_recorded(name):
    assert differences(name, by_handle) == expected(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_application_answers_as_recorded(name):
    assert differences(name, by_asgi) == expected(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_server_answers_as_recorded(name, one_door):
    assert differences(name, lambda registry: by_socket(one_door, registry)) == expected(name)


def test_a_wrong_answer_is_seen():
    def wrong(registry: Registry) -> Iterator[Carrier]:
        (carry,) = by_handle(registry)
        yield lambda *asked: carry(*asked)._replace(headers=Headers([("Location", "/x")]))

    assert differences("skopeo_push_first", wrong).keys() >= {4, 5, 6, 26}


def test_every_client_is_among_them():
    clients = {name.partition("_")[0] for name in NAMES}
    assert clients >= {"skopeo", "podman", "docker", "ctrd", "crane", "oras", "dxf", "v3"}
