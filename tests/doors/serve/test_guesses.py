"""Passwords that take long to judge: nobody else waits for them, and nobody guesses for ever."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from binascii import b2a_base64
from collections.abc import Callable, Iterator

import pytest

from labsim import Registry, Request
from labsim.doors.serve.application import Application
from labsim.doors.serve.desk import RegistryDesk
from labsim.registry import HTPASSWD, TOKENS
from tests.doors.serve.asgi import Answer, asked, exchanged, scope_of
from tests.doors.serve.speaking import Line, until, written

UPLOADS = "/v2/team/app/blobs/uploads/"
FORM = ("Content-Type", "application/x-www-form-urlencoded")


class Slow:
    """A hash that takes until it is let go, and counts how often it is asked."""

    cost = 10

    def __init__(self, password: str, *, held: bool = False) -> None:
        self.password = password
        self.asked: list[str] = []
        self.inside = 0
        self.most_inside = 0
        self.go = threading.Event()
        self._lock = threading.Lock()
        if not held:
            self.go.set()

    def matches(self, password: str) -> bool:
        with self._lock:
            self.asked.append(password)
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
        assert self.go.wait(30)
        with self._lock:
            self.inside -= 1
        return password == self.password


def basic(name: str, password: str) -> tuple[str, str]:
    return (
        "Authorization",
        f"Basic {b2a_base64(f'{name}:{password}'.encode(), newline=False).decode()}",
    )


@pytest.fixture
def held() -> Iterator[Slow]:
    proof = Slow("right", held=True)
    yield proof
    proof.go.set()


class Served:
    """An application with a clock that a test turns."""

    def __init__(self, proof: Slow, policy=HTPASSWD) -> None:
        self.now_us = 1_000_000
        self.registry = Registry(
            "localhost:5000", users={"ann": proof, "bob": proof}, policy=policy
        )
        self.desk = RegistryDesk(self.registry)
        self.app = Application(self.desk, clock=lambda: self.now_us)

    def ask(
        self, *shown: str, method: str = "GET", target: str = "/v2/", peer="192.0.2.7"
    ) -> Answer:
        name, value = basic(*shown)
        pairs = [(name.lower().encode(), value.encode())]
        return asked(self.app, method, target, headers=pairs, peer=peer)


@pytest.fixture
def served() -> Iterator[Callable[..., Served]]:
    """``served(proof)``: an application whose threads end with the test."""
    made: list[Served] = []

    def serve_one(*given, **options) -> Served:
        made.append(Served(*given, **options))
        return made[-1]

    yield serve_one
    for one in made:
        one.desk.close()


# --- nobody waits ---------------------------------------------------------------------------------


def test_while_wrong_passwords_are_judged_everybody_else_is_answered(opened, held):
    registry = Registry("localhost:5000", users={"ann": held, "quick": "lab"}, policy=HTPASSWD)
    door = opened(registry)
    with contextlib.ExitStack() as lines:
        guessing = [lines.enter_context(Line(door)) for _ in range(20)]
        for at, line in enumerate(guessing):
            line.send(written("GET", "/v2/", [basic("ann", f"wrong {at}")]))
        assert until(lambda: held.inside == 2)
        other = lines.enter_context(Line(door))
        for _ in range(5):
            assert other.ask("GET", "/_lab/health").status == 200
            assert other.ask("GET", "/v2/").status == 401
            assert other.ask("POST", UPLOADS, [basic("quick", "lab")]).status == 202
        assert held.inside == 2  # all that while, nobody was let go
        held.go.set()
        heard = sorted(line.hear().status for line in guessing)
    assert heard == [401] * 5 + [429] * 15
    assert (held.most_inside, len(held.asked)) == (2, 5)


def test_a_cell_that_guesses_holds_up_nobody_either(opened, held):
    door = opened(Registry("localhost:5000", users={"ann": held}, policy=HTPASSWD))
    asking = Request("GET", "/v2/", [basic("ann", "wrong")])
    cell = threading.Thread(target=door.handle, args=(asking,))
    cell.start()
    assert until(lambda: held.inside == 1)
    with Line(door) as line:
        assert line.ask("GET", "/v2/").status == 401
    held.go.set()
    cell.join()


def test_a_password_before_a_body_and_one_in_a_form_are_judged_aside_as_well(opened, held):
    for policy, request in (
        (HTPASSWD, written("PUT", UPLOADS, [basic("ann", "no")], b"x")),
        (TOKENS, written("GET", "/token", [basic("ann", "no")])),
        (TOKENS, written("POST", "/token", [FORM], b"grant_type=password&username=ann&password=n")),
    ):
        door = opened(Registry("localhost:5000", users={"ann": held}, policy=policy))
        with Line(door) as guessing, Line(door) as other:
            guessing.send(request)
            assert other.ask("GET", "/_lab/health").status == 200
    held.go.set()


def test_the_threads_end_with_the_door(opened):
    before = threading.active_count()
    door = opened(Registry("localhost:5000", users={"ann": Slow("right")}, policy=HTPASSWD))
    with Line(door) as line:
        assert line.ask("GET", "/v2/", [basic("ann", "right")]).status == 200
    door.stop()
    assert threading.active_count() == before


# --- what it comes to -----------------------------------------------------------------------------


def test_what_was_right_is_asked_once_whoever_else_guesses(served):
    proof = Slow("right")
    shop = served(proof)
    assert [shop.ask("ann", "right").status for _ in range(3)] == [200] * 3
    assert len(proof.asked) == 1
    for at in range(9):
        shop.ask("ann", f"wrong {at}")
    assert shop.ask("ann", "right").status == 200


def test_several_connections_with_one_password_are_judged_together(held, served):
    app = served(held).app
    name, value = basic("ann", "right")
    scope = scope_of("GET", "/v2/", [(name.lower().encode(), value.encode())])

    async def all_at_once() -> list[int]:
        asking = [asyncio.ensure_future(exchanged(app, scope, [])) for _ in range(8)]
        await asyncio.sleep(0)
        held.go.set()
        return [answer.status for answer in await asyncio.gather(*asking)]

    assert asyncio.run(all_at_once()) == [200] * 8
    assert held.asked == ["right"]


def test_after_a_few_wrong_ones_an_address_waits_and_then_may_try_again(served):
    proof = Slow("right")
    shop = served(proof)
    said = [shop.ask("ann", f"wrong {at}").status for at in range(7)]
    assert said == [401] * 5 + [429] * 2
    assert len(proof.asked) == 5
    late = shop.ask("ann", "right")
    assert late.status == 429
    assert late.json()["errors"][0]["code"] == "TOOMANYREQUESTS"
    assert shop.ask("bob", "right").status == 200  # another account
    assert shop.ask("ann", "right", peer="192.0.2.8").status == 200  # another address
    shop.now_us += int(late.headers["Retry-After"]) * 1_000_000
    assert shop.ask("ann", "another").status == 401


def test_the_same_mistake_again_costs_nothing(served):
    proof = Slow("right")
    shop = served(proof)
    assert [shop.ask("ann", "wrong").status for _ in range(20)] == [401] * 20
    assert proof.asked == ["wrong"]


def test_names_that_nobody_has_are_counted_for_the_address(served):
    proof = Slow("right")
    shop = served(proof)
    said = [shop.ask(f"nobody {at}", "x").status for at in range(62)]
    assert said == [401] * 60 + [429] * 2
    assert len(proof.asked) == 60  # as slow as an account's


def test_too_many_that_wait_are_sent_away(held, monkeypatch, served):
    monkeypatch.setattr("labsim.doors.serve.guesses._MOST_WAITING", 3)
    app = served(held).app

    async def all_at_once() -> list[int]:
        asking = []
        for at in range(5):
            name, value = basic(f"n{at}", "x")
            pairs = [(name.lower().encode(), value.encode())]
            scope = scope_of("GET", "/v2/", pairs, peer=f"192.0.2.{at}")
            asking.append(asyncio.ensure_future(exchanged(app, scope, [])))
        await asyncio.sleep(0)
        held.go.set()
        return [answer.status for answer in await asyncio.gather(*asking)]

    assert asyncio.run(all_at_once()) == [401] * 3 + [429] * 2


def test_with_tokens_a_password_counts_only_where_it_is_asked_for(served):
    proof = Slow("right")
    shop = served(proof, TOKENS)
    assert shop.ask("ann", "wrong").status == 401
    assert proof.asked == []
    assert shop.ask("ann", "wrong", target="/token").status == 401
    assert shop.ask("ann", "right", target="/token").status == 200
    assert proof.asked == ["wrong", "right"]


def test_no_password_is_kept_of_a_guess(served):
    shop = served(Slow("right"))
    shop.ask("ann", "hunter22")
    accounts = shop.registry.access.accounts
    name, value = basic("ann", "hunter23")
    guess = shop.registry.guess(Request("GET", "/v2/", [(name, value)]))
    kept = [getattr(accounts, slot) for slot in accounts.__slots__]
    assert "hunter2" not in repr([accounts, kept, guess])
    assert guess is not None
    assert "hunter2" not in guess.key
