"""The containerd client's half of the conversation: proofs, tokens, tries, and broken downloads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from labsim.client.containerd.authorizer import Authorizer
from labsim.client.containerd.content import Content
from labsim.client.containerd.pull import pull
from labsim.client.containerd.push import push
from labsim.client.containerd.requests import Remote
from labsim.client.credentials import Credentials
from labsim.errors import LabError, RegistryError, Unreachable
from labsim.faults import drop_download
from labsim.image import HERE, Descriptor, Image
from labsim.link import Link, Run, converse
from labsim.reference import Reference
from labsim.registry import PLAIN, Policy, Registry, Switch
from labsim.wire import Dialogue, Request, Response
from tests.engine.small import image

HOST, TOKENS = "localhost:5000", "localhost:5001"
NAME = Reference(f"{HOST}/alice/app:1")
ALICE = Credentials("alice", "wonderland")


def registry(auth: str = "none", made: Image | None = None, **switches: object) -> Registry:
    """One that wants a proof of this kind, and knows alice."""
    kinds = {"auth": auth, "push_to": "own namespace" if auth == "bearer" else "anywhere"}
    rows = {name: Switch(value, "2026-11", "test") for name, value in {**kinds, **switches}.items()}  # type: ignore[arg-type]  # as the test says
    policy = Policy("a test", {**PLAIN.switches, **rows}, token_host=TOKENS, service="s")
    content = []
    if made is not None:
        content = [("alice/app", ("1",), made.manifest("oci"), made.blobs, "public")]
    return Registry(HOST, policy=policy, users={"alice": "wonderland"}, content=content)


def content_of(made: Image) -> tuple[Content, Descriptor]:
    content, manifest = Content(), made.manifest("oci")
    for blob in (manifest, *made.blobs):
        content.put(blob)
    return content, manifest.descriptor


def run(talk: Dialogue, network: Callable[[Request], Response]) -> Run:
    return converse(talk, network, Link(10_000, 1_000_000, 1_000_000))


def pushed(network: Callable[[Request], Response], who: Credentials | None, made: Image) -> Run:
    return run(push(Remote(HOST, who), NAME, *content_of(made)), network)


# -- who asks --------------------------------------------------------------------------------------


def test_an_open_registry_is_greeted_by_nobody():
    done = pushed(registry().handle, None, image("a"))
    assert done.error is None
    assert not [x for x in done.trace.exchanges if x.target == "/v2/"]


def test_with_a_password_file_only_what_was_on_its_way_is_asked_twice():
    done = pushed(registry("basic").handle, ALICE, image(*"abcdefgh"))
    assert done.error is None
    assert Counter(x.status for x in done.trace.exchanges)[401] == 5, "one a lane"


def test_lanes_share_a_token_and_wait_for_the_first_that_fetches_it():
    done = pushed(registry("bearer").handle, ALICE, image(*"abcdefgh"))
    assert done.error is None
    asked = [(x.method, x.status) for x in done.trace.exchanges if x.host == TOKENS]
    assert asked == [("POST", 405), ("GET", 200)], "once for nine blobs and a manifest"


@pytest.mark.parametrize("oauth", [True, False])
def test_a_token_server_is_sent_a_form_and_where_it_knows_none_a_query(oauth):
    done = pushed(registry("bearer", oauth=oauth).handle, ALICE, image("a"))
    asked = [(x.method, x.status) for x in done.trace.exchanges if x.host == TOKENS]
    assert asked == [("POST", 200)] if oauth else [("POST", 405), ("GET", 200)]
    assert done.error is None


def test_nobody_is_asked_for_a_form():
    done = pushed(registry("bearer").handle, None, image("a"))
    assert {x.method for x in done.trace.exchanges if x.host == TOKENS} == {"GET"}
    assert isinstance(done.error, RegistryError)
    assert (done.error.reason, done.error.message) == ("barred", "insufficient_scope")


def test_without_credentials_a_password_file_is_the_end():
    done = pushed(registry("basic").handle, None, image("a"))
    assert isinstance(done.error, RegistryError)
    assert done.error.reason == "no-credentials"
    assert done.error.asked.method == "POST", "who may not ask tries to send"


def test_a_wrong_password_is_what_the_token_server_says():
    done = pushed(registry("bearer").handle, Credentials("alice", "no"), image("a"))
    assert isinstance(done.error, RegistryError)
    assert (done.error.reason, done.error.status) == ("token", 401)
    assert done.error.detail == "incorrect username or password"


def test_a_401_that_asks_for_nothing_known_is_an_answer():
    challenge = Response(401, [("WWW-Authenticate", 'Negotiate realm="x"')])
    assert not Authorizer(ALICE).learn(challenge, first=True)


def test_nothing_that_is_shown_holds_the_password():
    assert "wonderland" not in repr(Authorizer(ALICE)) + repr(Remote(HOST, ALICE))


# -- how often -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "times"),
    [
        ([429] * 9, 5),
        ([408] * 9, 5),
        ([500] * 9, 2),
        ([503, 200], 2),
        ([500, 503, 500, 503, 500, 503], 5),
        ([502], 1),
        ([404], 1),
        ([200], 1),
    ],
)
def test_a_request_goes_out_so_often(statuses, times):
    answers = iter(statuses)
    talk = Remote(HOST).ask("HEAD", "/v2/x/manifests/1", "resolve")
    done = run(talk, lambda _: Response(next(answers)))
    assert len(done.trace.exchanges) == times


def test_a_manifest_that_cannot_be_looked_up_is_read():
    def only_gets(request: Request) -> Response:
        return Response(405 if request.method == "HEAD" else 200)

    done = run(Remote(HOST).ask("HEAD", "/v2/x/manifests/1", "resolve"), only_gets)
    assert [x.method for x in done.trace.exchanges] == ["HEAD", "GET"]
    blob = run(Remote(HOST).ask("HEAD", f"/v2/x/blobs/sha256:{'0' * 64}", "x"), only_gets)
    assert blob.outcome.status == 405


def test_nobody_there_is_told_with_what_was_asked():
    def nobody(request: Request) -> Response:
        raise Unreachable(request.host, "connection refused")

    done = run(Remote(HOST).ask("GET", "/v2/x", "x"), nobody)
    assert isinstance(done.error, LabError)
    assert done.error.asked.target == "/v2/x"


# -- downloads -------------------------------------------------------------------------------------


def test_a_download_that_breaks_goes_on_at_once_where_it_stopped():
    made = image("a" * 5_000)
    layer = made.layers[0].packed
    network = drop_download(
        registry(made=made).handle, 40, when=lambda request: layer.digest in request.target
    )
    content = Content()
    done = run(pull(Remote(HOST), NAME, content, HERE), network)
    assert done.error is None
    assert layer.digest in content
    pieces = [x for x in done.trace.exchanges if layer.digest in x.target]
    assert [x.request.headers.get("Range") for x in pieces] == ["", "bytes=40-"]
    assert not [pause for pause in done.trace.pauses if pause.us]


def test_a_download_that_brings_nothing_is_given_up():
    made = image("a" * 5_000)
    layer = made.layers[0].packed
    network = drop_download(
        registry(made=made).handle, 0, when=lambda r: layer.digest in r.target, times=None
    )
    done = run(pull(Remote(HOST), NAME, Content(), HERE), network)
    assert isinstance(done.error, Unreachable)
    assert len([x for x in done.trace.exchanges if layer.digest in x.target]) == 1


def test_a_registry_that_names_no_digest_is_read_instead():
    made = image("a")
    handle = registry(made=made).handle

    def mute(request: Request) -> Response:
        response = handle(request)
        kept = [pair for pair in response.headers if pair[0] != "Docker-Content-Digest"]
        return Response(response.status, kept, response.body)

    done = run(pull(Remote(HOST), NAME, Content(), HERE), mute)
    assert done.outcome.digest == made.manifest("oci").digest
    assert [x.method for x in done.trace.exchanges][:2] == ["HEAD", "GET"]
