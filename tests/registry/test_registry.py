"""The registry as a whole: one function, the same answers each time, and the door's check."""

from __future__ import annotations

import re

import pytest

from labsim.blob import Blob
from labsim.errors import LabError, Mismatch
from labsim.image import DOCKER_MANIFEST
from labsim.registry import HTPASSWD, Registry
from labsim.wire import Request
from tests.registry.asking import CONFIG, LOWER, NOWHERE, UPPER, Client, basic, manifest

SHELF = [
    (
        "library/tool",
        ("latest", "1"),
        (DOCKER_MANIFEST, manifest(LOWER)),
        (CONFIG, LOWER),
        "public",
    ),
    ("library/tool", (), (DOCKER_MANIFEST, manifest(UPPER)), (CONFIG, UPPER), "public"),
]


def test_content_is_there_from_the_start() -> None:
    registry = Registry("localhost:5000", content=SHELF)
    client = Client(registry)
    assert bytes(client.get("/v2/library/tool/tags/list").body) == (
        b'{"name":"library/tool","tags":["1","latest"]}\n'
    )
    untagged = client.get(f"/v2/library/tool/manifests/{manifest(UPPER).digest}")
    assert untagged.status == 200
    everything = (CONFIG, LOWER, UPPER, manifest(LOWER), manifest(UPPER))
    assert registry.store.size == sum(blob.size for blob in everything)


def test_content_that_lacks_a_blob_is_refused() -> None:
    broken = [("library/tool", ("1",), (DOCKER_MANIFEST, manifest(LOWER)), (CONFIG,), "public")]
    with pytest.raises(Mismatch, match=f"lacks {LOWER.digest}"):
        Registry("localhost:5000", content=broken)


def test_the_views_cannot_be_changed() -> None:
    store = Registry("localhost:5000", content=SHELF).store
    repository = store.repositories["library/tool"]
    for view in (
        store.blobs, store.manifests, store.repositories,
        repository.blobs, repository.manifests, repository.tags,
    ):  # fmt: skip
        with pytest.raises(TypeError):
            view["x"] = None  # type: ignore[index]  # the point of the test


def conversation(registry: Registry) -> list[object]:
    client = Client(registry, basic("alice", "lab"), host="registry.example.com")
    target = client.open_upload("team/app")
    answers = [
        client.ask("PATCH", target, LOWER),
        client.ask("PUT", f"{target}&digest={LOWER.digest}"),
        client.get("/v2/team/app/tags/list"),
        client.ask("POST", "/v2/team/app/blobs/uploads/"),
    ]
    return [(one.status, one.headers, bytes(one.body)) for one in answers]


def test_the_same_requests_get_the_same_answers() -> None:
    def run(seed: int) -> list[object]:
        users = {"alice": "lab"}
        registry = Registry("registry.example.com", policy=HTPASSWD, users=users, seed=seed)
        return conversation(registry)

    assert run(7) == run(7)
    assert run(7) != run(8)


def test_every_answer_says_how_long_it_is() -> None:
    client = Client(Registry("localhost:5000", content=SHELF))
    for target in ("/v2/", "/v2", "/nowhere", "/v2/library/tool/manifests/1", "/v2/a/tags/list"):
        for method in ("GET", "HEAD", "PUT"):
            answer = client.ask(method, target)
            length = int(answer.headers["Content-Length"])
            assert length == answer.body.size or (method == "HEAD" and not answer.body)


def head(method: str, target: str, **headers: str) -> Request:
    return Request(method, target, [(k.replace("_", "-"), v) for k, v in headers.items()])


def test_admit_refuses_before_the_body_is_read() -> None:
    registry = Registry("localhost:5000", content=SHELF)
    target = Client(registry).open_upload("team/app")
    rows = [
        (head("PATCH", target, Content_Length="3"), None),
        (head("PATCH", target, Content_Length="3", Content_Range="0-2"), None),
        (head("PATCH", target, Content_Length="3", Content_Range="1-3"), 416),
        (head("PATCH", target, Content_Length="3", Content_Range="0-9"), 400),
        (head("PUT", target, Content_Length="3", Content_Range="1-3"), 416),
        (head("PATCH", "/v2/team/app/blobs/uploads/gone", Content_Length="3"), 404),
        (head("PUT", "/v2/team/app/manifests/v1", Content_Length="4194304"), None),
        (head("PUT", "/v2/team/app/manifests/v1", Content_Length="4194305"), 413),
        (head("PUT", "/v2/team/app/tags/list"), 405),
        (head("PUT", "/elsewhere"), 404),
    ]
    for request, status in rows:
        refused = registry.admit(request)
        assert (refused and refused.status) == status
        if refused:
            assert registry.handle(request).status == status


def test_admit_changes_nothing() -> None:
    registry = Registry("localhost:5000")
    for _ in range(3):
        assert registry.admit(head("POST", "/v2/team/app/blobs/uploads/")) is None
    assert len(registry.uploads) == 0
    assert not registry.store.repositories


def test_a_million_layers_cost_a_push_no_more_lookups() -> None:
    """What a push does is counted, not timed: probes of a dict, whatever the dict's size."""

    class Probed(dict[str, Blob]):
        probes = 0

        def get(self, *args):
            self.probes += 1
            return super().get(*args)

        def __iter__(self):
            raise AssertionError("a push walked through all blobs")

    def probes(size: int) -> int:
        registry = Registry("localhost:5000")
        held = Probed((f"sha256:{number:064x}", LOWER) for number in range(size))
        registry.store._blobs = held
        Client(registry).push("team/app", "v1", LOWER, UPPER)
        return held.probes

    blobs = 3
    assert probes(10) == probes(10_000) == 2 * blobs  # kept, and named by the manifest


@pytest.mark.parametrize(
    "request_",
    [
        Request("", ""),
        Request("GET", "/v2/a/blobs/sha256:" + "0" * 64, [("Range", "bytes=" + "9" * 9999)]),
        Request("GET", "/v2/a/manifests/" + "x" * 100_000),
        Request("GET", "/v2/\udcff/tags/list"),
        Request("GET", "/v2/a/tags/list?n=%ff&&&=&last"),
        Request("POST", "/v2/a/blobs/uploads/?mount=&from="),
        Request("PATCH", "/v2/a/blobs/uploads/%00"),
        Request("GET", "/v2/", [("", ""), ("Authorization", "Basic \udcff")]),
        Request("PUT", "/v2/a/manifests/x", [("Content-Length", "-1"), ("Content-Type", ";")]),
        Request("GET", f"/v2/a/blobs/{NOWHERE}\n"),
    ],
)
@pytest.mark.parametrize("host", ["localhost:5000", "docker.io", "registry.example.com"])
def test_odd_requests_are_answered(request_: Request, host: str) -> None:
    users = {"alice": "lab"} if host == "registry.example.com" else None
    answer = Registry(host, users=users).handle(request_)
    assert 200 <= answer.status < 500


@pytest.mark.parametrize(
    ("host", "policy", "sentence"),
    [
        ("", None, "a registry needs a host, such as registry.example.com:5000, not ''"),
        (None, None, "a registry needs a host, such as registry.example.com:5000, not None"),
        ("x", "hub", "a registry's policy is a Policy, such as labsim.registry.HUB, not 'hub'"),
    ],
)
def test_a_registry_that_cannot_be_says_why(host, policy, sentence) -> None:
    with pytest.raises(LabError, match=f"^{re.escape(sentence)}$"):
        Registry(host, policy=policy)
