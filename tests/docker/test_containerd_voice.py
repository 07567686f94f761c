"""What Docker 29 says: errors and notes, pinned to what was seen and to its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from labsim.docker.versions import CLASSIC, CONTAINERD
from labsim.faults import answer_with
from labsim.image import OCI_MANIFEST, Descriptor, Image, Index, Platform
from labsim.registry import Registry
from labsim.wire import Request, Response
from tests.docker.seat import BareSeat
from tests.docker.seat29 import HOST, WEB, Seat29, multi_platform_seat, seat_with_image
from tests.engine.small import image


def said(status: int, body: str = "") -> Callable[[Request], Response]:
    """A registry that gives one answer to everything; to a HEAD, as all do, without a body."""

    def answer(request: Request) -> Response:
        return Response(status, (), b"" if request.method == "HEAD" else body.encode())

    return answer


def with_blobs_missing(after: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """A registry that answers questions, and gives another answer to everything else."""
    return lambda request: Response(404) if request.method == "HEAD" else after(request)


# -- rmi, version ----------------------------------------------------------------------------------


def test_removal_says_nothing_of_layers():
    seat = seat_with_image()
    image_id = seat.engine.resolve(WEB)
    seat.docker(f"tag {WEB} other:1")
    refused = seat.docker(f"rmi {image_id.short}")
    assert refused.stderr == (
        f"Error response from daemon: conflict: unable to delete {image_id.short} (must be forced)"
        " - image is referenced in multiple repositories\n"
    )
    assert seat.docker("rmi other:1").stdout == "Untagged: other:1\n"
    assert seat.docker(f"rmi {WEB}").stdout == f"Untagged: {WEB}\nDeleted: {image_id}\n"
    assert seat.docker("rmi Bad").stderr == (
        "Error response from daemon: invalid reference format: "
        "repository name (library/Bad) must be lowercase\n"
    )


def test_the_version_is_one_release_on_both_sides():
    text = Seat29().docker("version").stdout
    assert text == CONTAINERD.text
    assert text.startswith("Client: Docker Engine - Community\n Version:           29.7.2\n")
    assert BareSeat().docker("version").stdout == CLASSIC.text
    assert Seat29().docker("--version").stdout == "Docker version 29.7.2, build a7dcaa6\n"
    form = "{{.Client.APIVersion}} {{.Server.Platform.Name}}"
    assert Seat29().docker(["version", "-f", form]).stdout == "1.55 Docker Engine - Community\n"


def test_a_flag_of_a_newer_daemon_is_not_refused_for_its_age():
    assert "requires API version 1.46, but the Docker daemon API version is 1.41" in (
        BareSeat().docker("push --platform linux/amd64 x").stderr
    )
    assert "API version" not in Seat29().docker("push --platform linux/amd64 x").stderr
    assert "not simulated here" in Seat29().docker("pull --disable-content-trust x").stderr


# -- push ------------------------------------------------------------------------------------------

DENIED = '{"errors":[{"code":"DENIED","message":"%s","detail":%s}]}'
BLOB = f"http://{HOST}/v2/t/app/blobs/"


@pytest.mark.parametrize(
    ("network", "words"),
    [
        pytest.param(
            with_blobs_missing(
                said(403, DENIED % ("requested access to the resource is denied", "[]"))
            ),
            "error from registry: requested access to the resource is denied",
            id="denied with a detail",
        ),
        pytest.param(
            with_blobs_missing(
                said(403, DENIED % ("requested access to the resource is denied", "null"))
            ),
            "error from registry: denied\ndenied",
            id="denied with its own words alone",
        ),
        pytest.param(
            with_blobs_missing(said(403, DENIED % ("no room", '"a quota"'))),
            "error from registry: no room - a quota",
            id="a detail in words",
        ),
        pytest.param(
            with_blobs_missing(
                said(404, '{"errors":[{"code":"NAME_UNKNOWN","message":"no","detail":{}}]}')
            ),
            "error from registry: no",
            id="the repository must be there first",
        ),
        pytest.param(
            with_blobs_missing(said(404, "404 page not found")),
            f"unknown: unexpected status from POST request to {BLOB}uploads/: 404 Not Found",
            id="not the language of registries",
        ),
    ],
)
def test_why_a_push_stopped(network, words):
    result = seat_with_image(network).docker(f"push {WEB}")
    assert (result.stderr, result.exit_code) == (f"{words}\n", 1)


@pytest.mark.parametrize(
    ("status", "name", "asked"),
    [
        (401, "401 Unauthorized", 1),
        (429, "429 Too Many Requests", 5),
        (500, "500 Internal Server Error", 2),
    ],
)
def test_a_head_that_is_refused_is_told_by_its_status(status, name, asked):
    result = seat_with_image(said(status)).docker(f"push {WEB}")
    assert result.stderr.startswith(
        f"unknown: unexpected status from HEAD request to {BLOB}sha256:"
    )
    assert result.stderr.endswith(f": {name}\n")
    assert result.trace is not None
    lanes = Counter(exchange.lane for exchange in result.trace.exchanges)
    assert max(lanes.values()) == asked


def test_a_push_to_nobody():
    result = seat_with_image().docker(f"push {WEB}")
    assert result.stderr.startswith(f'failed to do request: Head "{BLOB}sha256:')
    assert result.stderr.endswith('": dial tcp 127.0.0.1:5010: connect: connection refused\n')


def test_names_that_are_not_here():
    seat = seat_with_image()
    assert seat.docker("push nosuch:1").stderr == "tag does not exist: nosuch:1\n"
    nothing = "An image does not exist locally with the tag: nosuch\n"
    assert seat.docker("push -a nosuch").stderr == nothing
    digest = image("os").manifest("oci").digest
    by_digest = seat.docker(f"push {HOST}/t/app@{digest}").stderr
    assert by_digest == "cannot push a digest reference\n"


def test_an_index_that_is_not_here_as_a_whole_is_noted_at_the_end():
    seat = multi_platform_seat()
    registry = Registry(HOST)
    seat.network = registry.handle
    result = seat.docker(f"push {WEB}")
    (row,) = seat.engine.images()
    here = row.platforms[0].digest
    assert result.stdout.endswith(
        f"v1: digest: {here} size: {len(bytes(seat.store.content[here]))}\n"
        "\n Info -> Not all multiplatform-content is present and only the available "
        "single-platform image was pushed\n"
        f"         {row.id} -> {here}\n"
    )
    other = seat.docker(f"push --platform linux/arm64 {WEB}")
    assert other.stdout.startswith("\n Info -> Using --platform pushes only the specified platform")
    assert other.stderr == (
        f"image with reference {WEB} was found but does not provide the specified platform "
        "(linux/arm64)\n"
    )


# -- pull ------------------------------------------------------------------------------------------


def pulled(network: Callable[[Request], Response] | None, line: str = f"pull {WEB}") -> str:
    result = Seat29(network).docker(line)
    assert result.exit_code == 1
    return result.stderr


def test_a_name_that_leads_nowhere():
    words = f'failed to resolve reference "{WEB}": {WEB}: not found'
    assert pulled(Registry(HOST).handle) == f"Error response from daemon: {words}\n"
    name = f"{HOST}/t/app@sha256:{'0' * 64}"
    words = f'failed to resolve reference "{name}": {name}: not found'
    assert pulled(Registry(HOST).handle, f"pull {name}") == f"Error response from daemon: {words}\n"


def test_a_registry_that_has_had_enough():
    words = (
        f'unknown: failed to resolve reference "{WEB}": unexpected status from HEAD request to '
        f"http://{HOST}/v2/t/app/manifests/v1: 429 Too Many Requests"
    )
    assert pulled(said(429)) == f"Error response from daemon: {words}\n"


def test_a_registry_that_wants_a_password():
    challenge = Response(401, [("WWW-Authenticate", 'Basic realm="x"')])
    words = (
        f'failed to resolve reference "{WEB}": pull access denied, repository does not exist or '
        "may require authorization: authorization failed: no basic auth credentials"
    )
    assert pulled(lambda _: challenge) == f"Error response from daemon: {words}\n"


def test_nobody_there():
    words = (
        f'failed to resolve reference "{WEB}": failed to do request: '
        f'Head "http://{HOST}/v2/t/app/manifests/v1": '
        "dial tcp 127.0.0.1:5010: connect: connection refused"
    )
    assert pulled(None) == f"Error response from daemon: {words}\n"


def holding(made: Image) -> Registry:
    content = [("t/app", ("v1",), made.manifest("oci"), made.blobs, "public")]
    return Registry(HOST, content=content)


def test_a_platform_that_there_is_not():
    made = image("os")
    row = Descriptor.of(OCI_MANIFEST, made.manifest("oci"), Platform("linux", "amd64"))
    content = [
        ("t/app", (), made.manifest("oci"), made.blobs, "public"),
        ("t/app", ("v1",), Index.oci([row]), (), "public"),
    ]
    words = (
        "no matching manifest for linux/arm64 in the manifest list entries: "
        "no match for platform in manifest: not found"
    )
    line = f"pull --platform linux/arm64 {WEB}"
    told = pulled(Registry(HOST, content=content).handle, line)
    assert told == f"Error response from daemon: {words}\n"


def test_bytes_that_are_not_what_they_are_called_are_told_bare():
    made = image("os")
    digest = made.config.digest
    network = answer_with(
        holding(made).handle, 200, b"{}", when=lambda request: str(digest) in request.target
    )
    assert pulled(network) == (
        f'failed commit on ref "config-{digest}": commit failed: unexpected commit digest '
        f"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a, "
        f"expected {digest}: failed precondition\n"
    )


def test_a_pull_and_the_same_again():
    made = image("os", "app")
    seat = Seat29(holding(made).handle)
    one, two = (blob.packed.digest.hex[:12] for blob in made.layers)
    digest = made.manifest("oci").digest
    assert seat.docker(f"pull {WEB}").stdout == (
        "v1: Pulling from t/app\n"
        f"{one}: Pulling fs layer\n{two}: Pulling fs layer\n"
        f"{one}: Download complete\n{two}: Download complete\n"
        f"{one}: Pull complete\n{two}: Pull complete\n"
        f"Digest: {digest}\nStatus: Downloaded newer image for {WEB}\n{WEB}\n"
    )
    assert seat.docker(f"pull {WEB}").stdout == (
        f"v1: Pulling from t/app\nDigest: {digest}\nStatus: Image is up to date for {WEB}\n{WEB}\n"
    )
    assert seat.docker(f"pull -q {WEB}").stdout == f"{WEB}\n"


def test_every_tag_has_its_own_digest_and_status():
    made = image("os")
    content = [("t/app", ("a", "b"), made.manifest("oci"), made.blobs, "public")]
    text = Seat29(Registry(HOST, content=content).handle).docker(f"pull -a {HOST}/t/app").stdout
    assert [line.split(":")[0] for line in text.split("\n") if "layer" not in line][:3] == [
        "a",
        made.layers[0].packed.digest.hex[:12],
        made.layers[0].packed.digest.hex[:12],
    ]
    assert text.count("Digest: ") == text.count("Status: Downloaded newer image for ") == 2
    assert text.endswith(f"{HOST}/t/app\n")
