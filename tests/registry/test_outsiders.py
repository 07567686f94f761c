"""An outsider learns nothing: not by what is answered, and not by what gets into an answer.

The first half is one property.  Two registries differ in one thing: in one of them alice has a
private image.  Whatever bob or nobody asks, in whatever order, both give the same answers, to the
last byte of body and headers.
"""

from __future__ import annotations

import gc
import json
import traceback
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from labsim.blob import Blob
from labsim.image import DOCKER_MANIFEST
from labsim.registry import (
    ENDPOINTS,
    GHCR,
    HTPASSWD,
    HUB,
    LOCKED,
    OPERATOR,
    TOKENS,
    Policy,
    Registry,
)
from labsim.registry.answers import Refusal
from labsim.wire import Request, Response
from tests.registry.asking import CONFIG, LOWER, NOWHERE, Client, basic, bearer, manifest

SECRET = Blob(b"the layer that only alice may read")
HIDDEN = manifest(SECRET)
OPEN = manifest(LOWER)
IMAGE = (DOCKER_MANIFEST, OPEN)
PEOPLE = {"alice": "lab", "bob": "lab"}

#: Registries where an account is an outsider to what is another's, with all doors open that may be.
POLICIES = {
    "hub": HUB.turned("pulls_anonymous", 3).turned("pulls_account", 4),
    "hub, all of it": HUB.turned("catalog", value=True)
    .turned("mount_anonymous", value=True)
    .turned("sparse", "anything")
    .turned("delete", value=True)
    .turned("oauth", value=True),
    "github": GHCR,
    "locked down": LOCKED,
    "password file": HTPASSWD.turned("push_to", "own namespace")
    .turned("mount_anonymous", value=True)
    .turned("anonymous_pull", value=True)
    .turned("sparse", "anything"),
}


def registry(policy: Policy, *, secret: bool) -> Registry:
    content: list[Any] = [("alice/open", ("v1",), IMAGE, (CONFIG, LOWER), "public")]
    if secret:
        hidden = (DOCKER_MANIFEST, HIDDEN)
        content.append(("alice/secret", ("v1",), hidden, (CONFIG, SECRET), "private"))
    made = Registry("docker.io", policy=policy, users=PEOPLE, content=content)
    made.store.opened("bob/app", "private")
    return made


NAMES = st.sampled_from(["alice/secret", "alice/secret", "alice/none", "alice/open", "bob/app"])
DIGESTS = st.sampled_from([str(one.digest) for one in (SECRET, HIDDEN, CONFIG, LOWER, OPEN)])
PLACES = {
    "<digest>": DIGESTS | st.just(NOWHERE),
    "<reference>": DIGESTS | st.sampled_from(["v1", "v2", "sha256:no"]),
    "<subject>": DIGESTS,
    "<session>": st.sampled_from(["none", "0" * 64]),
}
ROWS = [row for row in ENDPOINTS if row.scope != "operator"]
SCOPE = st.builds("repository:{}:{}".format, NAMES, st.sampled_from(["pull", "pull,push", "*"]))
SCOPES = st.lists(SCOPE | st.just("registry:catalog:*"), max_size=3)
HEADERS = st.lists(
    st.sampled_from(
        [
            ("Accept", DOCKER_MANIFEST),
            ("Content-Type", DOCKER_MANIFEST),
            ("Range", "bytes=0-3"),
            ("Content-Range", "0-3"),
            ("If-None-Match", f'"{HIDDEN.digest}"'),
            ("If-Match", "*"),
        ]
    ),
    max_size=2,
)
BODIES = st.sampled_from([b"", b"some", bytes(SECRET), bytes(HIDDEN), bytes(OPEN), bytes(CONFIG)])
FORM = "grant_type=password&username=bob&password=lab&access_type=offline&scope="


@st.composite
def asked(draw: st.DrawFn) -> tuple[str, str, list[tuple[str, str]], bytes]:
    """A request of any row, about what alice has or may have."""
    row = draw(st.sampled_from(ROWS))
    head, _, last = row.path.rpartition("/")
    path = head.replace("<name>", draw(NAMES)) + "/"
    path += draw(PLACES[last]) if last in PLACES else last
    if row.path == "/token":
        scopes = draw(SCOPES)
        body = (FORM + "+".join(scopes)).encode() if row.method == "POST" else b""
        return row.method, "/token?" + "&".join(f"scope={one}" for one in scopes), [], body
    query = draw(st.sampled_from(["", "", "mount={}", "mount={}&from=alice/secret", "digest={}"]))
    path += f"?{query.format(draw(DIGESTS))}" if query else ""
    return row.method, path, draw(HEADERS), draw(BODIES)


MINE = "/v2/bob/app/blobs/uploads/?mount={}{}"
MOUNTS = st.builds(MINE.format, DIGESTS, st.sampled_from(["", "&from=alice/secret", "&from="]))
Question = tuple[str, str, list[tuple[str, str]], bytes]
TAKEN: st.SearchStrategy[Question] = MOUNTS.map(lambda target: ("POST", target, [], b""))
WITH_RIGHTS: st.SearchStrategy[Question] = st.just(
    ("GET", "/token?scope=repository:bob/app:*", [], b"")
)
MOUNTED: Question = ("POST", MINE.format(SECRET.digest, ""), [], b"")
CATALOGUE: Question = ("GET", "/v2/_catalog", [], b"")
QUESTIONS = st.lists(asked() | TAKEN | WITH_RIGHTS, min_size=1, max_size=8)


class Outsider:
    """Nobody, or bob, with the last token that he was given; uses what he was told to use."""

    def __init__(self, registry: Registry, name: str) -> None:
        self.registry = registry
        self.password = [basic(name, "lab")] if name else []
        self.shown = [] if registry.access.bearer else self.password

    def ask(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Any:
        token = target.startswith("/token")
        shown = self.password if token and method == "GET" else self.shown
        host = "auth.docker.io" if token else "registry-1.docker.io"
        request = Request(method, target, [*headers, *shown], body, host=host, peer="192.0.2.7")
        head = Request(method, target, [*headers, *shown], host=host, peer="192.0.2.7")
        refused, answer = self.registry.admit(head), self.registry.handle(request)
        if token and answer.status == 200:
            given = json.loads(bytes(answer.body))["access_token"]
            self.shown = [("Authorization", f"Bearer {given}")]
        return said(refused), said(answer)


def said(answer: Response | None) -> Any:
    return answer and (answer.status, list(answer.headers), bytes(answer.body))


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES.keys())
@example("bob", [("GET", "/token?scope=repository:bob/app:*", [], b""), MOUNTED])
@example("bob", [("GET", "/token?scope=registry:catalog:*", [], b""), CATALOGUE])
@given(st.sampled_from(["", "bob"]), QUESTIONS)
def test_what_is_private_and_what_is_missing_are_answered_alike(policy, who, questions):
    with_it = Outsider(registry(policy, secret=True), who)
    without = Outsider(registry(policy, secret=False), who)
    for question in questions:
        assert with_it.ask(*question) == without.ask(*question)


def test_the_difference_is_there_for_who_may_see_it():
    for secret, status in ((True, 200), (False, 404)):
        alice = bearer(registry(HUB, secret=secret), "alice/secret:pull", user="alice")
        assert alice.get("/v2/alice/secret/manifests/v1", "docker").status == status


# --- what gets into an answer ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "source", ["a%0D%0ASet-Cookie:%20x", 'a"%2Cerror="', "%22", "a%20b", "A/B", "a" * 300]
)
def test_nothing_that_is_no_name_gets_into_a_challenge(source):
    hub = registry(HUB, secret=False)
    target = f"/v2/bob/app/blobs/uploads/?mount={LOWER.digest}&from={source}"
    challenge = Client(hub).ask("POST", target).headers["Www-Authenticate"]
    assert challenge.endswith(',service="registry.docker.io",scope="repository:bob/app:pull,push"')
    bob = bearer(hub, "bob/app:pull,push", user="bob")
    assert bob.ask("POST", target).status == 202


@pytest.mark.parametrize("host", ['a"', "a\r\nSet-Cookie: x", "a b", "", "ä"])
def test_nothing_that_is_no_host_gets_into_a_challenge(host):
    answer = Client(Registry("ghcr.io"), host=host).get("/v2/")
    said = 'Bearer realm="https://ghcr.io/token",service="ghcr.io"'
    assert answer.headers["Www-Authenticate"] == said


TEXT = st.text(max_size=40)
BYTES = st.binary(max_size=60)
AUTHORIZATIONS = st.one_of(
    TEXT,
    st.builds("{} {}".format, st.sampled_from(["Basic", "basic", "Bearer", "Negotiate"]), TEXT),
    st.builds(lambda name, password: basic(name, password)[1], TEXT, TEXT),
    st.builds(lambda name: basic(name, "lab")[1], st.sampled_from(["bob", "alice", "AWS", ""])),
)
WORDS = st.one_of(
    TEXT,
    SCOPE,
    st.sampled_from(["password", "refresh_token", "bob", "lab", "offline", "true", "%", "%ff"]),
)
FIELDS = ("grant_type", "username", "password", "refresh_token", "scope", "service", "client_id")
ALSO = ("account", "offline_token", "access_type", "from", "mount", "%00", "")
KEYS = st.sampled_from([*FIELDS, *ALSO])
PAIRS = st.lists(st.builds("{}={}".format, KEYS, WORDS), max_size=6).map("&".join)
TARGETS = ["/token", "/v2/", "/v2/_catalog", "/v2/bob/app/blobs/uploads/", "/v2/bob/app/tags/list"]


@given(
    policy=st.sampled_from([TOKENS, HTPASSWD, POLICIES["hub, all of it"], LOCKED]),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    target=st.sampled_from(TARGETS),
    query=PAIRS,
    shown=st.lists(AUTHORIZATIONS, max_size=2),
    host=st.sampled_from(["", "auth.docker.io", "registry-1.docker.io"]) | TEXT,
    body=PAIRS.map(lambda text: text.encode("utf-8", "replace")) | BYTES,
)
def test_nothing_is_too_strange_to_be_answered(policy, method, target, query, shown, host, body):
    asked_of = registry(policy, secret=True)
    headers = [("Authorization", one) for one in shown]
    request = Request(method, f"{target}?{query}", headers, body, host=host, peer="192.0.2.7")
    assert (asked_of.admit(request) or Response(200)).status < 500
    answer = asked_of.handle(request)
    assert answer.status < 500
    for name, value in answer.headers:
        assert name.isascii()
        assert not {"\r", "\n", "\0"} & set(value)
    assert b"Traceback" not in bytes(answer.body)


# --- secrets --------------------------------------------------------------------------------------


def texts_within(thing: object) -> list[str]:
    """Every text that an object holds, at whatever depth."""
    seen: dict[int, object] = {}
    left, found = [thing], []
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, type) or type(one).__name__ == "module":
            continue
        seen[id(one)] = one
        if isinstance(one, str):
            found.append(one)
        if not callable(one) or hasattr(one, "__self__"):
            left += gc.get_referents(one)
    return found


def test_a_password_is_nowhere_once_it_has_been_used():
    made = Registry("docker.io", policy=TOKENS, users={"bob": "correct horse"})
    client = Client(made, basic("bob", "correct horse"))
    assert client.get("/token?scope=repository:a/b:pull").status == 200
    assert Client(made, basic("bob", "battery staple")).get("/token").status == 401
    form = b"grant_type=password&username=bob&password=correct+horse"
    assert client.ask("POST", "/token", form).status == 200
    held = texts_within(made)
    assert "docker.io" in held
    assert [text for text in held if "horse" in text or "staple" in text] == []


def test_a_token_is_in_no_word_that_is_said_of_it():
    made = registry(TOKENS, secret=False)
    bob = bearer(made, "bob/app:pull", user="bob")
    token = bob.headers[0][1].removeprefix("Bearer ")
    operator = Client(made, peer=OPERATOR)
    page = operator.get("/_lab/accounts/bob")
    request = bob.request("DELETE", "/v2/bob/app/manifests/v1")
    refused = made.handle(request)
    assert refused.status == 401
    words = [repr(made), repr(made.access), repr(made.access.tokens), repr(request), repr(refused)]
    words += [repr(made.access.tokens.shown(f"Bearer {token}")), str(bytes(page.body))]
    words += [str(bytes(refused.body)), str(refused.headers)]
    try:
        made.access.check(_call(made, request))
    except Refusal as fault:
        words += traceback.format_exception(fault)
    assert len(words) > 9
    assert [text for text in words if token in text] == []


def _call(made: Registry, request: Request) -> Any:
    from labsim.registry.router import Router

    return Router(ENDPOINTS).find(request)
