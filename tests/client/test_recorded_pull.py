"""The pull follows the real daemon's plan, recording by recording (see test_recorded.py)."""

from __future__ import annotations

import pytest

from labsim.client.login import login
from labsim.client.pull import PullOutcome, pull_all
from labsim.errors import RegistryError, Unreachable
from labsim.faults import down
from labsim.image import HERE, Index, Manifest
from labsim.reference import Reference
from labsim.wire import Request
from tests.client.recorded import same
from tests.client.scene import HOST, A, B, Laptop, image, layer, plain, roles


def stocked() -> Laptop:
    """The registry holds ``a`` as shop/web:1.0 and :latest and ``b`` as :2.0; the laptop is new."""
    laptop = plain()
    for tag, what in (("1.0", A), ("latest", A), ("2.0", B)):
        laptop.push(f"shop/web:{tag}", what).result()
    fresh = Laptop(laptop.registry)
    fresh.network = laptop.network
    return fresh


def test_a_first_pull_fetches_manifest_config_and_layers() -> None:
    run = stocked().pull("shop/web:1.0")
    same("docker_pull_first", run, roles(A))
    assert run.outcome.new


def test_pulling_again_only_asks_for_the_digest() -> None:
    laptop = stocked()
    laptop.pull("shop/web:1.0")
    run = laptop.pull("shop/web:1.0")
    same("docker_pull_again", run, roles(A))
    assert not run.outcome.new


def test_another_tag_of_the_same_image_is_news_without_a_byte() -> None:
    laptop = stocked()
    laptop.pull("shop/web:1.0")
    run = laptop.pull("shop/web:latest")
    same("docker_pull_other_tag_same_image", run, roles(A))
    assert run.outcome.new


def test_an_image_that_was_built_here_needs_its_manifest_only() -> None:
    laptop = stocked()
    laptop.shelf.adopt(A)
    laptop.shelf.names[f"{HOST}/shop/web:1.0"] = A.id
    run = laptop.pull("shop/web:1.0")
    same("docker_pull_already_present", run, roles(A))


def test_all_tags_are_listed_and_looked_up_one_after_another() -> None:
    laptop = stocked()
    for tag in ("1.0", "latest", "2.0"):
        laptop.pull(f"shop/web:{tag}")
    reference = Reference(f"{HOST}/shop/web")
    run = laptop.run(pull_all(laptop.session(), reference, laptop.shelf, laptop.memory))
    same("docker_pull_all_tags", run, roles(A))
    assert [outcome.new for outcome in run.outcome] == [False, False, False]


def test_a_digest_that_is_here_is_not_asked_for() -> None:
    laptop = stocked()
    laptop.pull("shop/web:2.0")
    digest = B.manifest("docker").digest
    same("docker_pull_by_digest", laptop.pull(f"shop/web@{digest}"), roles(B))


@pytest.mark.parametrize(
    ("recording", "name"),
    [
        ("docker_pull_missing_repo", "shop/nope:latest"),
        ("docker_pull_missing_tag", "shop/web:nope"),
    ],
)
def test_what_is_not_there_is_asked_for_twice(recording: str, name: str) -> None:
    run = stocked().pull(name)
    same(recording, run, {})
    error = run.error
    assert isinstance(error, RegistryError)
    assert (error.status, error.code) == (404, "MANIFEST_UNKNOWN")


def _oci(laptop: Laptop) -> tuple[dict[str, str], dict[str, str]]:
    """``a`` as an OCI image, lab/app:1.0; lab/multi:1.0, an index; both share two layers."""
    child = image(*A.layers[:2], layer("seven", 10_000))
    index = Index.oci([child.manifest("oci").descriptor._replace(platform=HERE)])
    names = []
    for repository, what in (("lab/app", A), ("lab/multi", child)):
        manifest = what.manifest("oci")
        laptop.push(f"{repository}:put", what).result()
        _put(laptop, repository, "1.0", manifest)
        names.append(roles(what) | {manifest.digest: "manifest"})
    _put(laptop, "lab/multi", "1.0", index)
    return names[0], names[1] | {index.digest: "index"}


def _put(laptop: Laptop, repository: str, tag: str, manifest: Manifest | Index) -> None:
    headers = [("Content-Type", manifest.media_type)]
    target = f"/v2/{repository}/manifests/{tag}"
    assert laptop.network(Request("PUT", target, headers, manifest, host=HOST)).status == 201


def test_an_oci_image_and_then_an_index_that_shares_its_layers() -> None:
    maker = plain()
    app, multi = _oci(maker)
    laptop = Laptop(maker.registry)
    same("docker_pull_oci_image", laptop.pull("lab/app:1.0"), app)
    run = laptop.pull("lab/multi:1.0")
    same("docker_pull_oci_index", run, multi)
    outcome: PullOutcome = run.outcome
    assert [one.decision for one in outcome.layers] == ["here", "here", "fetched"]
    assert outcome.digest == next(digest for digest, role in multi.items() if role == "index")


def test_a_push_and_a_login_to_a_host_that_is_down_ask_once() -> None:
    laptop = plain()
    gone = down(laptop.network)
    for run in (laptop.push("shop/web:1.0", A, gone), laptop.run(login(laptop.session()), gone)):
        assert isinstance(run.error, Unreachable)
        assert (run.error.asked.method, run.error.asked.target) == ("GET", "/v2/")
        assert len(run.trace.exchanges) == 1
