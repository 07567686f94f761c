"""The operator's desk: open to programs of this machine, and to nobody who speaks through one."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from labsim import Registry
from labsim.doors.serve.application import Application
from labsim.doors.serve.desk import RegistryDesk
from labsim.doors.serve.reach import Reach
from labsim.doors.serve.server import Server
from tests.doors.serve.asgi import asked
from tests.doors.serve.speaking import Line

SWITCH, LOOK = "/_lab/policy/delete", "/_lab/policy/"
OFF = b'{"value": false}'
MEANT = (b"x-lab-operator", b"yes")
OWN = b"http://localhost:5000"


class Served:
    """A registry whose desk is open, and whether somebody has turned its switch."""

    def __init__(self, **options) -> None:
        self.registry = Registry("localhost:5000")
        self.app = Application(RegistryDesk(self.registry), **{"operator": True, **options})

    def put(self, *headers: tuple[bytes, bytes], **how: Any) -> int:
        return asked(self.app, "PUT", SWITCH, OFF, headers=headers, **how).status

    def look(self, *headers: tuple[bytes, bytes], **how: Any) -> int:
        return asked(self.app, "GET", LOOK, headers=headers, **how).status

    @property
    def turned(self) -> bool:
        return self.registry.policy["delete"] is False


@pytest.fixture
def served() -> Served:
    return Served()


@pytest.mark.parametrize("host", ["localhost:5000", "127.0.0.1:5000", "[::1]:5000", "LOCALHOST"])
def test_a_program_of_this_machine_may_look_and_turn(served, host):
    assert served.look(host=host) == 200
    assert served.put(MEANT, host=host) == 204
    assert served.turned


def test_what_changes_something_must_be_meant(served):
    answer = asked(served.app, "PUT", SWITCH, OFF)
    assert answer.status == 403
    assert answer.json()["errors"][0]["message"] == (
        "what changes something at the operator's desk carries the header X-Lab-Operator: yes"
    )
    assert served.put((b"content-type", b"text/plain")) == 403
    assert not served.turned


#: What a page elsewhere cannot help sending, or a proxy adds; each alone is enough.
STRANGERS = [
    (b"origin", b"http://evil.example"),
    (b"origin", b"null"),
    (b"origin", b"https://localhost:5000"),
    (b"origin", b"http://localhost:8888"),
    (b"sec-fetch-site", b"cross-site"),
    (b"sec-fetch-site", b"same-site"),
    (b"x-forwarded-for", b"192.0.2.7"),
    (b"x-forwarded-for", b"127.0.0.1"),
    (b"x-forwarded-proto", b"https"),
    (b"x-forwarded-host", b"images.example.org"),
    (b"x-forwarded-port", b"443"),
    (b"x-real-ip", b"192.0.2.7"),
    (b"forwarded", b"for=192.0.2.7"),
    (b"via", b"1.1 proxy"),
]


@pytest.mark.parametrize("behind_proxy", [False, True])
@pytest.mark.parametrize("header", STRANGERS, ids=lambda pair: b": ".join(pair).decode())
def test_to_a_page_or_a_proxy_there_is_no_desk(header, behind_proxy):
    served = Served(reach=Reach.at("", behind_proxy=behind_proxy))
    assert served.look(header) == 404
    assert served.put(MEANT, header) == 404
    assert not served.turned


def test_a_page_of_the_doors_own_and_the_address_line_are_no_strangers(served):
    assert served.look((b"sec-fetch-site", b"none")) == 200
    assert served.put(MEANT, (b"origin", OWN), (b"sec-fetch-site", b"same-origin")) == 204


@pytest.mark.parametrize(
    "how",
    [
        {"peer": "192.0.2.7"},
        {"host": "evil.example"},  # a name that its owner lets lead to 127.0.0.1
        {"host": "localhost.evil.example:5000"},
        {"host": "127.0.0.1.evil.example"},
    ],
)
def test_only_this_machine_under_a_name_of_its_own(served, how):
    assert served.look(**how) == 404
    assert served.put(MEANT, **how) == 404
    assert not served.turned


def test_a_name_in_the_request_line_goes_before_the_host_header(served):
    """As a client writes it that takes this door for its proxy (RFC 9112 §3.2.2)."""
    server = Server(served.app, "127.0.0.1", 0)
    thread = Thread(target=server.serve_until_told)
    thread.start()
    try:
        with Line(server) as line:
            for host, status in (("evil.example", 404), ("localhost:5000", 200)):
                assert line.ask("GET", f"http://{host}{LOOK}").status == status
            heard = line.ask(
                "PUT", f"http://evil.example{SWITCH}", [("X-Lab-Operator", "yes")], OFF
            )
            assert (heard.status, served.turned) == (404, False)
    finally:
        server.end()
        thread.join()


@pytest.mark.parametrize("target", ["/%5Flab/policy/", "//_lab/policy/", "/./_lab/policy/"])
def test_no_other_spelling_leads_to_the_desk(served, target):
    assert asked(served.app, "GET", target, headers=[MEANT]).status in (301, 404)


def test_unless_told_there_is_no_desk():
    closed = Served(operator=False)
    assert (closed.look(), closed.put(MEANT), closed.put()) == (404, 404, 404)
    assert not closed.turned


def test_the_header_alone_makes_nobody_an_operator_elsewhere(served):
    """It is for the desk; to the rest of the registry it means nothing."""
    assert asked(served.app, "GET", "/v2/", headers=[MEANT], peer="192.0.2.7").status == 200
    closed = Application(RegistryDesk(Registry("x", users={"ann": "secret"})), operator=True)
    assert asked(closed, "GET", "/v2/", headers=[MEANT]).status == 401
