"""Tokens, challenges and marks: who may see what, for how long, and when nothing is sent at all."""

from __future__ import annotations

import pytest

from labsim.client.credentials import Credentials
from labsim.client.login import login, tags
from labsim.client.refusals import challenges
from labsim.client.session import Session
from labsim.errors import Mismatch, RegistryError
from labsim.link import Link, Network, answer, converse
from labsim.registry import PLAIN, Registry
from labsim.trace import Trace
from labsim.wire import Dialogue, Request, Response
from tests.client.scene import ALICE, HOST, Laptop

BEARER = PLAIN.turned("auth", "bearer").turned("push_to", "anywhere")


def laptop(**more: int) -> Laptop:
    policy = BEARER
    for name, value in more.items():
        policy = policy.turned(name, value)
    return Laptop(Registry(HOST, policy=policy, users={"alice": "wonderland"}), ALICE)


def token_requests(trace: Trace) -> list[str]:
    return [x.target for x in trace.exchanges if "/token" in x.target]


def test_a_token_that_runs_out_is_fetched_again() -> None:
    """A token of 60 s is good for an upload that begins within them, however long that takes."""
    slow = laptop(token_lifetime_s=60)
    slow.link = Link(1000, 4_000, 0)
    run = slow.push("shop/web:1.0")
    assert run.error is None
    assert run.ended_us > 100_000_000
    assert 2 <= len(token_requests(run.trace)) <= 8


def test_a_token_that_lasts_is_fetched_once() -> None:
    assert len(token_requests(laptop().push("shop/web:1.0").trace)) == 1


def test_token_requests_say_who_for_what_in_the_daemons_order() -> None:
    here = laptop()
    (push,) = token_requests(here.push("shop/web:1.0").trace)
    (pull,) = token_requests(here.pull("shop/web:1.0").trace)
    (proof,) = token_requests(here.run(login(here.session())).trace)
    tail = f"&service={HOST.replace(':', '%3A')}"
    assert push == f"/token?account=alice&scope=repository%3Ashop%2Fweb%3Apush%2Cpull{tail}"
    assert pull == f"/token?account=alice&scope=repository%3Ashop%2Fweb%3Apull{tail}"
    assert proof == f"/token?account=alice&client_id=docker&offline_token=true{tail}"


def test_a_password_goes_to_the_token_server_only() -> None:
    run = laptop().push("shop/web:1.0")
    shown = {
        x.target for x in run.trace.exchanges if ALICE.basic in dict(x.request.headers).values()
    }
    assert shown == set(token_requests(run.trace))


def test_a_mounts_token_is_used_once() -> None:
    here = laptop()
    here.push("shop/web:1.0")
    run = here.push("shop/api:1.0")
    used = [x.request.headers.get("Authorization") for x in run.trace.exchanges]
    mounts = [used[x.index] for x in run.trace.exchanges if "mount=" in x.target]
    assert len(set(mounts)) == len(mounts) == 4
    assert [used.count(token) for token in mounts] == [1, 1, 1, 1]


def test_a_wrong_password_is_told_by_the_token_server() -> None:
    here = laptop()
    run = here.run(login(here.session(Credentials("alice", "wrong"))))
    error = run.error
    assert isinstance(error, RegistryError)
    assert (error.reason, error.code, error.status) == ("token", "UNAUTHORIZED", 401)
    assert (error.asked.method, error.asked.target, error.asked.host) == ("GET", "/v2/", HOST)


def scripted(*answers: Response) -> tuple[Network, list[Request]]:
    """A network that gives these answers in turn, and the requests that it was asked."""
    left, asked = list(answers), []

    def network(request: Request) -> Response:
        asked.append(request)
        return left.pop(0)

    return network, asked


def challenge(text: str) -> Response:
    return Response(401, [("WWW-Authenticate", text)])


TOKEN_DOOR = 'Bearer realm="https://auth.example/t?x",service="a b"'


def test_a_token_server_without_a_token_is_named() -> None:
    network, asked = scripted(challenge(TOKEN_DOOR), Response(200, (), b"{}"))
    with pytest.raises(RegistryError) as caught:
        answer(login(Session("reg.example", ALICE)), network)
    assert caught.value.reason == "no-token"
    assert asked[1].host == "auth.example"
    assert "service=a+b" in asked[1].target


def test_a_mounts_token_does_not_make_the_other_one_last() -> None:
    """The first token lasts a minute; a mount at 50 s does not keep it alive until 70 s."""
    session = Session("reg.example", ALICE)
    session.claim("a/b", "push,pull")
    clock = [0]
    given: list[str] = []

    def network(request: Request) -> Response:
        request.at_us = request.done_us = clock[0] * 1_000_000
        if request.host == "auth.example":
            given.append(request.target)
            return Response(200, (), b'{"token": "t%d"}' % len(given))
        return Response(200) if request.headers else challenge(TOKEN_DOOR)

    def talk() -> Dialogue:
        yield from session.ping()
        for clock[0], source in ((0, ""), (50, "c/d"), (70, "c/d"), (70, "")):
            yield from session.ask("GET", "/v2/x", "", source=source)

    answer(talk(), network)
    assert [target.count("scope=") for target in given] == [1, 2, 2, 1]


def test_the_older_name_of_a_token_will_do() -> None:
    token = Response(200, (), b'{"access_token": "abc"}')
    network, asked = scripted(challenge(TOKEN_DOOR), token, Response(200))
    answer(login(Session("reg.example", ALICE)), network)
    assert asked[2].headers.get("Authorization") == "Bearer abc"


def test_a_ping_is_asked_once_and_a_strange_answer_means_no_challenge() -> None:
    session = Session("reg.example")
    network, asked = scripted(Response(500))

    def twice() -> Dialogue:
        yield from session.ping()
        yield from session.ping()

    answer(twice(), network)
    assert len(asked) == 1
    assert session.challenge == ("", {})


def test_challenges_are_read_with_commas_and_bare_words() -> None:
    response = challenge('Bearer realm="https://a/b,c", service=plain ,scope="x y"')
    assert challenges(response) == {
        "bearer": {"realm": "https://a/b,c", "service": "plain ", "scope": "x y"}
    }
    assert challenges(Response(401)) == {}
    assert challenges(challenge("Basic")) == {"basic": {}}


def test_marks_tell_users_apart_and_give_nothing_away() -> None:
    users = [None, ALICE, Credentials("alice", "other"), Credentials("bob", "wonderland")]
    marks = [Session(HOST, user).mark for user in users]
    assert len(set(marks)) == 4
    assert marks == [Session(HOST, user).mark for user in users]
    assert all(len(mark) == 64 and "wonderland" not in mark for mark in marks)


def test_credentials_do_not_show_their_password() -> None:
    assert "wonderland" not in repr(ALICE)
    assert "wonderland" not in repr(Session(HOST, ALICE))


def test_tags_are_the_registrys_or_a_sentence() -> None:
    here = laptop()
    here.push("shop/web:1.0")
    here.push("shop/web:2.0")
    assert here.run(tags(here.session(), "shop/web")).outcome == ["1.0", "2.0"]
    missing = here.run(tags(here.session(), "shop/none")).error
    assert isinstance(missing, RegistryError)


@pytest.mark.parametrize("text", ["no json", "[]", "{}"])
def test_a_list_of_tags_that_is_none_is_refused(text: str) -> None:
    run = converse(tags(Session(HOST), "x"), lambda _: Response(200, (), text.encode()))
    assert isinstance(run.error, Mismatch)


def test_a_repository_whose_tags_are_all_gone_has_none() -> None:
    empty = Response(200, (), b'{"name": "x", "tags": null}')
    assert converse(tags(Session(HOST), "x"), lambda _: empty).outcome == []
