"""What the recordings do not show of a pull: broken downloads, wrong bytes, sharing by chain."""

from __future__ import annotations

from labsim.client.memory import Known
from labsim.errors import Mismatch, RegistryError, UnknownImage, Unreachable
from labsim.faults import answer_with, corrupt, drop_download
from labsim.image import Index, Platform
from labsim.link import Run
from labsim.wire import Request, Response
from tests.client.scene import HOST, A, B, Laptop, image, layer, plain

SECOND = 1_000_000
ONE = A.layers[0].packed


def stocked() -> Laptop:
    """The registry holds ``a`` as shop/web:1.0 and ``b`` as :2.0; the laptop is new."""
    maker = plain()
    maker.push("shop/web:1.0").result()
    maker.push("shop/web:2.0", B).result()
    return Laptop(maker.registry)


def fetches(request: Request) -> bool:
    return request.method == "GET" and request.target.endswith(ONE.digest)


def ranges(run: Run) -> list[str]:
    return [x.request.headers.get("Range") for x in run.trace.exchanges if fetches(x.request)]


# --- downloads that break ------------------------------------------------------------------------


def test_a_broken_download_goes_on_where_it_stopped() -> None:
    laptop = stocked()
    broken = drop_download(laptop.network, 70_000, when=fetches, times=2)
    run = laptop.pull("shop/web:1.0", broken)
    assert run.error is None
    assert ranges(run) == ["", "bytes=70000-", "bytes=140000-"]
    assert [pause.us // SECOND for pause in run.trace.pauses if pause.us] == [5, 10]
    assert sum(x.down for x in run.trace.exchanges if fetches(x.request)) == ONE.size


def test_a_download_is_tried_five_times() -> None:
    laptop = stocked()
    run = laptop.pull("shop/web:1.0", drop_download(laptop.network, 0, when=fetches, times=None))
    assert isinstance(run.error, Unreachable)
    assert ranges(run) == [""] * 5
    assert [pause.us // SECOND for pause in run.trace.pauses if pause.us] == [5, 10, 15, 20]
    assert laptop.shelf.images == {}
    assert laptop.shelf.names == {}


def test_a_registry_without_ranges_is_asked_for_everything_anew() -> None:
    laptop = stocked()

    def rangeless(request: Request) -> Response:
        response = laptop.registry.handle(request)
        if response.status != 206:
            return response
        return laptop.registry.handle(Request("GET", request.target, host=HOST))

    run = laptop.pull("shop/web:1.0", drop_download(rangeless, 1000, when=fetches))
    assert run.error is None
    assert ranges(run) == ["", "bytes=1000-", ""]


def test_a_resumed_download_with_wrong_bytes_is_begun_anew_and_a_whole_one_is_final() -> None:
    laptop = stocked()
    wrong = corrupt(laptop.network, when=lambda asked: asked.headers.get("Range") != "")
    run = laptop.pull("shop/web:1.0", drop_download(wrong, 1000, when=fetches))
    assert run.error is None
    assert ranges(run) == ["", "bytes=1000-", ""]
    whole = stocked()
    failed = whole.pull("shop/web:1.0", corrupt(whole.network, when=fetches))
    assert isinstance(failed.error, Mismatch)
    assert (failed.error.subject, failed.error.digest) == ("layer", ONE.digest)
    assert len(ranges(failed)) == 1


# --- wrong content -------------------------------------------------------------------------------


def test_a_config_with_wrong_bytes_is_refused() -> None:
    laptop = stocked()
    wrong = corrupt(laptop.network, when=lambda asked: asked.target.endswith(A.config.digest))
    error = laptop.pull("shop/web:1.0", wrong).error
    assert isinstance(error, Mismatch)
    assert (error.subject, error.digest) == ("config", A.config.digest)


def test_a_manifest_with_wrong_bytes_is_refused() -> None:
    laptop = stocked()
    wrong = corrupt(
        laptop.network, when=lambda asked: asked.method == "GET" and "/manifests/" in asked.target
    )
    error = laptop.pull("shop/web:1.0", wrong).error
    assert isinstance(error, Mismatch)
    assert error.subject == "manifest"


def test_layers_that_are_not_the_configs_are_refused() -> None:
    """A manifest with b's layers under a's config: every digest is right, the image is not."""
    laptop = stocked()
    lying = type(A.manifest("docker")).docker(
        A.manifest("docker").config, B.manifest("docker").layers
    )
    headers = [("Content-Type", lying.media_type)]
    put = Request("PUT", "/v2/shop/web/manifests/lie", headers, lying, host=HOST)
    assert laptop.network(put).status == 201
    error = laptop.pull("shop/web:lie").error
    assert isinstance(error, Mismatch)
    assert error.subject == "rootfs"
    assert laptop.shelf.images == {}


def test_a_config_that_cannot_be_had_says_that_it_was_the_config() -> None:
    laptop = stocked()
    is_config = A.config.digest
    gone = answer_with(
        laptop.network, 500, when=lambda asked: asked.target.endswith(is_config), times=None
    )
    run = laptop.pull("shop/web:1.0", gone)
    assert isinstance(run.error, RegistryError)
    assert (run.error.subject, run.error.status) == ("config", 500)
    waits = [pause.us for pause in run.trace.pauses if pause.reason == "again"]
    assert waits == [250_000, 500_000, 1_000_000, 2_000_000]


# --- what is here --------------------------------------------------------------------------------


def test_layers_are_shared_from_the_bottom_up_only() -> None:
    laptop = stocked()
    laptop.pull("shop/web:1.0").result()
    outcome = laptop.pull("shop/web:2.0").result()
    assert [one.decision for one in outcome.layers] == ["here", "here", "fetched", "fetched"]
    assert laptop.shelf.images[B.id].diff_ids == B.diff_ids


def test_the_same_blob_above_another_layer_is_fetched_again() -> None:
    maker = plain()
    upside_down = image(A.layers[1], A.layers[0])
    maker.push("shop/web:1.0").result()
    maker.push("shop/web:odd", upside_down).result()
    laptop = Laptop(maker.registry)
    laptop.pull("shop/web:1.0").result()
    outcome = laptop.pull("shop/web:odd").result()
    assert [one.decision for one in outcome.layers] == ["fetched", "fetched"]


def test_the_same_layer_twice_is_fetched_once() -> None:
    one = layer("twice", 4000)
    twice = image(one, one)
    maker = plain()
    maker.push("shop/web:1.0", twice).result()
    laptop = Laptop(maker.registry)
    run = laptop.pull("shop/web:1.0")
    assert [x.target for x in run.trace.exchanges].count(
        f"/v2/shop/web/blobs/{one.packed.digest}"
    ) == 1
    assert laptop.shelf.images[twice.id].diff_ids == (one.diff_id, one.diff_id)


def test_a_pull_teaches_where_each_layer_can_be_had() -> None:
    laptop = stocked()
    laptop.pull("shop/web:1.0").result()
    for one in A.layers:
        assert laptop.memory.recall(one.diff_id) == (Known(one.packed.digest, f"{HOST}/shop/web"),)
        assert laptop.memory.diff_id(one.packed.digest) == one.diff_id


def test_three_layers_travel_at_a_time_beside_the_config() -> None:
    run = stocked().pull("shop/web:1.0")
    lanes = {lane.subject: lane for lane in run.trace.lanes}
    group = lanes["layers"]
    layers = [lane for lane in run.trace.lanes if lane.parent == group.index]
    assert [lane.subject for lane in layers] == [one.packed.digest for one in A.layers]
    assert [lane.waited for lane in layers] == [False, False, False, True]
    assert lanes["config"].started_us == group.started_us


# --- names and platforms -------------------------------------------------------------------------


def test_a_digest_from_another_repository_is_vouched_for() -> None:
    maker = plain()
    maker.push("shop/web:1.0").result()
    maker.push("shop/api:1.0").result()
    laptop = Laptop(maker.registry)
    laptop.pull("shop/web:1.0").result()
    digest = A.manifest("docker").digest
    run = laptop.pull(f"shop/api@{digest}")
    assert [(x.method, x.status) for x in run.trace.exchanges] == [("GET", 200), ("HEAD", 200)]
    again = laptop.pull(f"shop/api@{digest}")
    assert len(again.trace.exchanges) == 1
    missing = laptop.pull(f"shop/none@{digest}")
    assert isinstance(missing.error, RegistryError)


def test_an_index_without_this_platform_names_it() -> None:
    laptop = stocked()
    arm = Index.oci([A.manifest("docker").descriptor._replace(platform=Platform("linux", "arm64"))])
    headers = [("Content-Type", arm.media_type)]
    put = Request("PUT", "/v2/shop/web/manifests/arm", headers, arm, host=HOST)
    assert laptop.network(put).status == 201
    run = laptop.pull("shop/web:arm")
    assert isinstance(run.error, UnknownImage)
    assert run.error.name == "linux/amd64"
    assert [pause.reason for pause in run.trace.pauses] == ["pulling"]


def test_a_tag_that_moved_is_news() -> None:
    maker = plain()
    maker.push("shop/web:1.0").result()
    laptop = Laptop(maker.registry)
    laptop.pull("shop/web:1.0").result()
    maker.push("shop/web:1.0", B).result()
    outcome = laptop.pull("shop/web:1.0").result()
    assert outcome.new
    assert outcome.image_id == B.id


def test_a_registry_that_names_no_digest_is_asked_by_get() -> None:
    laptop = stocked()

    def nameless(request: Request) -> Response:
        response = laptop.registry.handle(request)
        kept = [pair for pair in response.headers if pair[0].lower() != "docker-content-digest"]
        return Response(response.status, kept, response.body)

    run = laptop.pull("shop/web:1.0", nameless)
    assert run.error is None
    assert [x.because for x in run.trace.exchanges][1:4] == [
        "resolve",
        "repeat-as-get",
        "manifest-by-digest",
    ]
