"""The real ``docker manifest inspect`` and the lab's, at one real registry: the same words."""

from __future__ import annotations

import hashlib
import urllib.request
from collections.abc import Iterator

import pytest

from labsim import Lab, remote
from labsim.blob import Blob
from labsim.image import (
    DOCKER_MANIFEST,
    OCI_MANIFEST,
    Descriptor,
    Image,
    Index,
    Platform,
)
from tests.conformance.debian_registry import running
from tests.docker.stacked import images

pytestmark = pytest.mark.peer


def put(address: str, path: str, body: bytes, kind: str) -> None:
    request = urllib.request.Request(
        f"{address}{path}", data=body, method="PUT", headers={"Content-Type": kind}
    )
    urllib.request.urlopen(request, timeout=10).close()


def put_blob(address: str, body: bytes) -> None:
    start = urllib.request.Request(f"{address}/v2/m/app/blobs/uploads/", data=b"", method="POST")
    with urllib.request.urlopen(start, timeout=10) as answer:
        place = answer.headers["Location"].removeprefix(address)
    digest = hashlib.sha256(body).hexdigest()
    sign = "&" if "?" in place else "?"
    put(address, f"{place}{sign}digest=sha256:{digest}", body, "application/octet-stream")


def push(address: str) -> None:
    """An image in Docker's form and in OCI's, and an index of each."""
    document, _, layers = images()[1]
    image = Image.read(Blob(document), map(Blob, layers))
    for blob in image.blobs:
        put_blob(address, bytes(blob))
    docker, oci = image.manifest("docker"), image.manifest("oci")
    arm = Platform("linux", "arm64", "v8")
    children = [Descriptor.of(OCI_MANIFEST, oci, image.config.platform)]
    children.append(Descriptor.of(OCI_MANIFEST, oci, arm)._replace(annotations=(("a", "b"),)))
    listed = Index.docker([Descriptor.of(DOCKER_MANIFEST, docker, arm)])
    index = Index.oci(children)
    for tag, found in (("docker", docker), ("oci", oci), ("list", listed), ("index", index)):
        put(address, f"/v2/m/app/manifests/{tag}", bytes(found), found.media_type)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, peer) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("registry") / "r"
    with running(peer("docker-registry"), folder) as found:
        push(found)
        yield found


@pytest.mark.parametrize(
    "line",
    [
        "--insecure {}/m/app:docker",
        "--insecure {}/m/app:oci",
        "--insecure {}/m/app:list",
        "--insecure {}/m/app:index",
        "-v --insecure {}/m/app:docker",
        "-v --insecure {}/m/app:oci",
        "-v --insecure {}/m/app:list",
        "-v --insecure {}/m/app:index",
        "{}/m/app:docker",
        "--insecure {}/m/app",
        "--insecure {}/m/nosuch:1",
        "--insecure {}/m/app@sha256:" + "f" * 64,
    ],
)
def test_both_say_the_same(real, address, line):
    host = address.removeprefix("http://")
    words = ["manifest", "inspect", *line.format(host).split()]
    theirs = real("docker", *words)
    lab = Lab()
    remote.connect(lab, {host: address})
    ours = lab.docker(words)
    lab.outside = None
    assert (ours.stdout, ours.stderr, ours.exit_code) == (
        theirs.stdout,
        theirs.stderr,
        theirs.returncode,
    )
