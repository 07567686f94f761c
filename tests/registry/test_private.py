"""No digest, token or list opens a repository that one may not read."""

from __future__ import annotations

import json

import pytest

from labsim.blob import Blob
from labsim.registry import HTPASSWD, HUB, LOCKED, PLAIN, Policy, Registry
from labsim.wire import Response
from tests.registry.asking import CONFIG, LOWER, NOWHERE, Client, basic, bearer, codes, manifest

SECRET = Blob(b"the layer that only ann may read")
HIDDEN = manifest(SECRET, kind="oci")
OPEN = HUB.turned("mount_anonymous", value=True).turned("catalog", value=True)
NAMESPACES = (
    HTPASSWD.turned("push_to", "own namespace")
    .turned("mount_anonymous", value=True)
    .turned("sparse", "anything")
)


def seat(registry: Registry, user: str, *scopes: str) -> Client:
    if registry.access.bearer:
        return bearer(registry, *scopes, user=user)
    return Client(registry, basic(user, "lab"))


@pytest.fixture(params=[OPEN, NAMESPACES], ids=["tokens", "passwords"])
def registry(request: pytest.FixtureRequest) -> Registry:
    """Where ann has a private image, and eve an account."""
    policy: Policy = request.param
    registry = Registry("docker.io", policy=policy, users={"ann": "lab", "eve": "lab"})
    ann = seat(registry, "ann", "ann/secret:pull,push")
    ann.push("ann/secret", "v1", SECRET, kind="oci")
    registry.store.repositories["ann/secret"].visibility = "private"
    return registry


@pytest.fixture
def eve(registry: Registry) -> Client:
    return seat(registry, "eve", "eve/app:pull,push", "ann/secret:pull,push")


def mount(client: Client, query: str) -> Response:
    return client.ask("POST", f"/v2/eve/app/blobs/uploads/?mount={query}")


@pytest.mark.parametrize(
    "path", [f"blobs/{SECRET.digest}", "manifests/v1", f"manifests/{HIDDEN.digest}", "tags/list"]
)
def test_it_is_not_read_where_it_is(eve: Client, path: str) -> None:
    there, nowhere = (eve.get(f"/v2/ann/{name}/{path}", "oci") for name in ("secret", "none"))
    assert there.status == nowhere.status
    assert there.status in (401, 403)


@pytest.mark.parametrize("kind", ["oci", "oci index"])
@pytest.mark.parametrize("by", ["v1", "digest"])
def test_a_manifest_without_its_type_is_judged_as_if_nobody_had_it(kind: str, by: str) -> None:
    """What ann keeps must not show in what eve is told of the same bytes."""
    plain = json.loads(bytes(manifest(SECRET, kind="oci")))
    del plain["mediaType"]
    guesses = [Blob(json.dumps(plain).encode()), Blob(b'{"schemaVersion":2,"manifests":[]}')]
    said = []
    for kept in (False, True):
        registry = Registry("docker.io", policy=OPEN, users={"ann": "lab", "eve": "lab"})
        if kept:
            ann = seat(registry, "ann", "ann/secret:pull,push")
            ann.upload("ann/secret", CONFIG, SECRET)
            for guess, as_kind in zip(guesses, ("oci", "oci index"), strict=True):
                path = f"ann/secret/manifests/{guess.digest}"
                assert ann.put(path, guess, as_kind).status == 201
        eve = seat(registry, "eve", "eve/app:pull,push")
        for guess in guesses:
            reference = guess.digest if by == "digest" else by
            answer = eve.put(f"eve/app/manifests/{reference}", guess, kind)
            said.append((kept, answer.status, answer.headers, bytes(answer.body)))
    without, having = ([row[1:] for row in said if row[0] is kept] for kept in (False, True))
    assert without == having


@pytest.mark.parametrize("source", ["&from=ann/secret", "&from=", "", "&from=eve/app"])
def test_a_blob_is_not_mounted_for_its_digest(eve: Client, source: str) -> None:
    for digest in (SECRET.digest, NOWHERE):
        answer = mount(eve, digest + source)
        assert answer.status in ((401, 403) if "secret" in source else (202,))
    assert eve.get(f"/v2/eve/app/blobs/{SECRET.digest}").status == 404


def test_the_first_of_two_sources_is_the_one_that_counts(registry: Registry, eve: Client) -> None:
    eve.push("eve/app", "v1", LOWER, kind="oci")
    for both in ("&from=eve/app&from=ann/secret", "&from=&from=ann/secret"):
        assert mount(eve, SECRET.digest + both).status == 202
    refused = mount(eve, f"{SECRET.digest}&from=ann/secret&from=eve/app")
    assert refused.status in (401, 403)


def test_a_manifest_that_names_it_opens_nothing(registry: Registry, eve: Client) -> None:
    eve.upload("eve/app", CONFIG)
    answer = eve.put("eve/app/manifests/mine", HIDDEN, "oci")
    sparse = registry.policy["sparse"] == "anything"
    assert answer.status == (201 if sparse else 400)
    assert sparse or codes(answer) == ["MANIFEST_BLOB_UNKNOWN"]
    assert eve.get(f"/v2/eve/app/blobs/{SECRET.digest}").status == 404


def test_its_manifest_is_unknown_elsewhere(registry: Registry, eve: Client) -> None:
    eve.push("eve/app", "v1", LOWER, kind="oci")
    assert codes(eve.get(f"/v2/eve/app/manifests/{HIDDEN.digest}", "oci")) == ["MANIFEST_UNKNOWN"]


def test_who_speaks_of_it_is_not_told_elsewhere(registry: Registry, eve: Client) -> None:
    ann = seat(registry, "ann", "ann/secret:pull,push")
    subject = {"digest": HIDDEN.digest, "size": HIDDEN.size}
    signature = manifest(SECRET, kind="oci", subject=subject)
    assert ann.put("ann/secret/manifests/signed", signature, "oci").status == 201
    assert signature.digest in str(bytes(ann.get(f"/v2/ann/secret/referrers/{HIDDEN.digest}").body))
    mine = eve.get(f"/v2/eve/app/referrers/{HIDDEN.digest}")
    assert json.loads(bytes(mine.body))["manifests"] == []
    assert eve.get(f"/v2/ann/secret/referrers/{HIDDEN.digest}").status in (401, 403)


def test_the_catalogue_does_not_name_it(registry: Registry, eve: Client) -> None:
    eve.push("eve/app", "v1", LOWER, kind="oci")
    assert b"secret" not in bytes(eve.get("/v2/_catalog").body)


def test_its_owner_mounts_it_with_a_right_to_both(registry: Registry) -> None:
    ann = seat(registry, "ann", "ann/two:pull,push", "ann/secret:pull")
    for source in ("&from=ann/secret", ""):
        target = f"/v2/ann/two/blobs/uploads/?mount={SECRET.digest}{source}"
        assert ann.ask("POST", target).status == 201


def test_a_token_mounts_only_from_what_it_was_issued_for(registry: Registry) -> None:
    if registry.access.bearer:
        narrow = bearer(registry, "ann/two:pull,push", user="ann")
        target = f"/v2/ann/two/blobs/uploads/?mount={SECRET.digest}"
        assert narrow.ask("POST", target).status == 202
        assert narrow.ask("POST", f"{target}&from=ann/secret").status == 401


def test_what_everybody_may_read_is_mounted_without_saying_from_where(
    registry: Registry, eve: Client
) -> None:
    registry.store.repositories["ann/secret"].visibility = "public"
    assert mount(eve, SECRET.digest).status == 201
    assert eve.get(f"/v2/eve/app/blobs/{SECRET.digest}").body == SECRET


def test_a_mount_from_nowhere_in_particular_is_a_matter_of_policy() -> None:
    for value, status in ((False, 202), (True, 201)):
        policy = PLAIN.turned("mount_anonymous", value=value)
        client = Client(Registry("localhost:5000", policy=policy))
        client.upload("team/app", LOWER, Blob(b""))
        for blob in (LOWER, Blob(b"")):
            assert mount(client, blob.digest).status == status


def test_a_reserved_namespace_is_mounted_from_only_where_the_policy_says_so() -> None:
    for value, status in ((False, 202), (True, 201)):
        policy = OPEN.turned("mount_from_reserved", value=value)
        base = ("library/base", ("latest",), HIDDEN_PAIR, (CONFIG, SECRET), "public")
        registry = Registry("docker.io", policy=policy, users={"eve": "lab"}, content=[base])
        assert mount(bearer(registry, "eve/app:pull,push", user="eve"), SECRET.digest).status == (
            status
        )


HIDDEN_PAIR = ("application/vnd.oci.image.manifest.v1+json", HIDDEN)


PULL = [f"blobs/{LOWER.digest}", "manifests/v1", "tags/list", f"referrers/{LOWER.digest}"]


@pytest.mark.parametrize("open_to_all", [True, False])
def test_with_passwords_too_what_is_public_is_pulled_without_one_where_the_policy_says_so(
    open_to_all: bool,
) -> None:
    policy: Policy = LOCKED.turned("anonymous_pull", open_to_all)
    registry = Registry("docker.io", policy=policy, users={"ann": "lab"})
    for name, visibility in (("team/open", "public"), ("team/secret", "private")):
        registry.store.opened(name, visibility).members["ann"] = frozenset({"pull", "push"})
        Client(registry, basic("ann", "lab")).push(name, "v1", LOWER, kind="oci")
    nobody, wrong = Client(registry), Client(registry, basic("ann", "wrong"))
    for path in PULL:
        asked = nobody.get(f"/v2/team/open/{path}", "oci")
        assert asked.status == (200 if open_to_all else 401), path
        assert wrong.get(f"/v2/team/open/{path}", "oci").status == 401
        hidden, missing = (nobody.get(f"/v2/team/{name}/{path}") for name in ("secret", "none"))
        assert (hidden.status, missing.status) == (401, 401)
    for method, target in (
        ("GET", "/v2/"),  # or no client would ever log in
        ("GET", "/v2/_catalog"),
        ("POST", "/v2/team/open/blobs/uploads/"),
        ("PUT", "/v2/team/open/manifests/v2"),
        ("DELETE", "/v2/team/open/manifests/v1"),
    ):
        refused = nobody.ask(method, target)
        assert refused.status == 401, target
        assert refused.headers["Www-Authenticate"].startswith("Basic ")


def test_a_password_file_lets_nobody_in_without_one() -> None:
    """As docker-registry 2.8.2 with htpasswd does, public or not."""
    registry = Registry("localhost:5000", policy=HTPASSWD, users={"ann": "lab"})
    Client(registry, basic("ann", "lab")).push("team/app", "v1", LOWER, kind="oci")
    assert registry.store.repositories["team/app"].visibility == "public"
    assert [Client(registry).get(f"/v2/team/app/{path}").status for path in PULL] == [401] * 4
