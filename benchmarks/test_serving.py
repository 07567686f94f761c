"""The gates on serving: ``make bench`` prints each beside its limit, as ratios of one run.

What is compared is the processor time of the server alone, read from ``/proc``: whoever loads it is
another process, and wall time on a shared machine means little.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from benchmarks import servers
from benchmarks.ratio import report
from benchmarks.servers import Server
from labsim.image import OCI_MANIFEST

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here"),
]

MIB = 1 << 20
BLOB = b"a small layer " * 260  # 3.6 kB
ROUNDS = 3


def name(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def descriptor(body: bytes, kind: str) -> dict[str, object]:
    return {
        "mediaType": f"application/vnd.oci.image.{kind}",
        "digest": name(body),
        "size": len(body),
    }


def image(layers: list[bytes]) -> tuple[bytes, bytes]:
    """The config and the manifest of an image of these layers."""
    rootfs = {"type": "layers", "diff_ids": [name(layer) for layer in layers]}
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": rootfs}).encode()
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": descriptor(config, "config.v1+json"),
        "layers": [descriptor(layer, "layer.v1.tar") for layer in layers],
    }
    return config, json.dumps(document).encode()


def sent(server: Server, method: str, target: str, body: bytes = b"", kind: str = "") -> str:
    """One request; the Location that came back."""
    url = target if target.startswith("http") else f"http://127.0.0.1:{server.port}{target}"
    headers = {"Content-Type": kind or "application/octet-stream"}
    with urlopen(Request(url, body, headers, method=method)) as answer:
        return str(answer.headers.get("Location", ""))


def opened(server: Server) -> str:
    """A new upload, and where its body goes."""
    return sent(server, "POST", "/v2/team/app/blobs/uploads/", b"")


def push(server: Server, body: bytes) -> None:
    where = opened(server)
    sent(server, "PUT", f"{where}{'&' if '?' in where else '?'}digest={name(body)}", body)


def asked(server: Server, method: str, path: str) -> bytes:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAccept: {OCI_MANIFEST}\r\n"
    )
    return f"{head}\r\n".encode()


def per_request(server: Server, method: str, path: str, count: int) -> float:
    """Processor seconds for one of ``count`` requests, the median of some loads."""
    request = asked(server, method, path)
    server.load([request], 100)
    return statistics.median(server.load([request], count) for _ in range(ROUNDS))


def standing(running: AbstractContextManager[Server] | None, why: str) -> Iterator[Server]:
    """A server for one test, or a skip that says why there is none."""
    if running is None:
        pytest.skip(why)
    with running as server:
        yield server


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Server]:
    """Debian's docker-registry."""
    yield from standing(servers.docker_registry(tmp_path), "docker-registry is not installed")


@pytest.fixture
def newer(tmp_path: Path) -> Iterator[Server]:
    """Distribution 3.x, which has to be built from its source."""
    yield from standing(servers.distribution_3(tmp_path), "LABSIM_DISTRIBUTION names no program")


SMALL = pytest.mark.parametrize(
    ("title", "method", "path"),
    [
        ("HEAD blob", "HEAD", f"/v2/team/app/blobs/{name(BLOB)}"),
        ("GET manifest by tag", "GET", "/v2/team/app/manifests/v1"),
    ],
)


@SMALL
def test_small_requests_against_docker_registry(
    title: str, method: str, path: str, peer: Server
) -> None:
    _small_requests(title, method, path, peer, "docker-registry", 5)


@SMALL
def test_small_requests_against_distribution_3(
    title: str, method: str, path: str, newer: Server
) -> None:
    _small_requests(title, method, path, newer, "distribution 3.x", 1)


def _small_requests(
    title: str, method: str, path: str, peer: Server, called: str, limit: int
) -> None:
    config, manifest = image([BLOB])
    with servers.labsim() as ours:
        for server in (ours, peer):
            push(server, BLOB)
            push(server, config)
            sent(server, "PUT", "/v2/team/app/manifests/v1", manifest, OCI_MANIFEST)
        # So many that both take long enough for the clock of /proc, which ticks in 10 ms.
        mine = per_request(ours, method, path, 4000)
        theirs = per_request(peer, method, path, 400)
    times = theirs / mine
    report(
        f"{title}, requests per CPU second",
        f"{times:.1f} x {called} ({1 / mine:,.0f} to {1 / theirs:,.0f})",
        f"at least {limit} x",
    )
    assert times >= limit


def test_puts_of_a_mebibyte_against_a_server_that_only_hashes() -> None:
    body, count = os.urandom(MIB), 200

    def puts(server: Server, targets: list[str]) -> float:
        head = (
            f"HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: {MIB}\r\n\r\n".encode()
        )
        requests = [f"PUT {one} ".encode() + head + body for one in targets]
        return server.load(requests, count)

    def ours(server: Server) -> float:
        places = ["/" + opened(server).split("/", 3)[3] for _ in range(count)]
        return puts(server, [f"{place}&digest={name(body)}" for place in places])

    with servers.labsim() as mine, servers.bare() as floor:
        pairs = [(ours(mine), puts(floor, ["/"] * count)) for _ in range(ROUNDS)]
    taken, least = (statistics.median(column) for column in zip(*pairs, strict=True))
    rate = least / taken
    report(
        "PUT of 1 MiB, requests per CPU second",
        f"{rate:.2f} x only hashing ({1 / taken:,.0f} to {1 / least:,.0f})",
        "at least 0.8 x",
    )
    assert rate >= 0.8


# --- skopeo ---------------------------------------------------------------------------------------


def layout(folder: Path, layers: list[bytes]) -> Path:
    """An OCI layout of one image, as skopeo reads it."""
    config, manifest = image(layers)
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    for body in (*layers, config, manifest):
        (blobs / name(body)[7:]).write_bytes(body)
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    named = {"org.opencontainers.image.ref.name": "latest"}
    entry = {**descriptor(manifest, "manifest.v1+json"), "annotations": named}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    return folder


def skopeo(home: Path, *words: str) -> float:
    """Wall seconds of one copy."""
    env = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    env["REGISTRY_AUTH_FILE"] = str(home / "auth.json")
    shutil.rmtree(home / ".local", ignore_errors=True)  # what it remembers of where blobs are
    started = time.perf_counter()
    subprocess.run(
        ["skopeo", "copy", "--insecure-policy", *words],
        env=env,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=120,
    )
    return time.perf_counter() - started


def test_skopeo_with_ten_mebibytes_against_docker_registry(peer: Server, tmp_path: Path) -> None:
    if shutil.which("skopeo") is None:
        pytest.skip("skopeo is not installed")
    source = layout(tmp_path / "image", [os.urandom(MIB) for _ in range(10)])
    home = tmp_path / "home"
    home.mkdir()

    def pushed(server: Server, number: int) -> float:
        target = f"docker://127.0.0.1:{server.port}/team/app{number}:v1"
        return skopeo(
            home, "--dest-tls-verify=false", "--dest-compress=false", *_copy(source, target)
        )

    def pulled(server: Server, number: int) -> float:
        target = tmp_path / f"pulled-{server.port}-{number}"
        origin = f"docker://127.0.0.1:{server.port}/team/app{number}:v1"
        return skopeo(home, "--src-tls-verify=false", origin, f"oci:{target}:latest")

    with servers.labsim() as ours:
        _compare("skopeo pushes 10 x 1 MiB", pushed, ours, peer)
        _compare("skopeo pulls 10 x 1 MiB", pulled, ours, peer)


def _copy(source: Path, target: str) -> tuple[str, str]:
    return f"oci:{source}:latest", target


def _compare(
    title: str, timed: Callable[[Server, int], float], ours: Server, theirs: Server
) -> None:
    """Wall time of a client, run in turn against both; the median of the paired ratios."""
    pairs = [(timed(ours, at), timed(theirs, at)) for at in range(7)]
    ratio = statistics.median(mine / other for mine, other in pairs)
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    report(title, f"{ratio:.2f} x the time ({mine:.2f} s to {other:.2f} s)", "at most 1 x")
    assert ratio <= 1


def test_memory_while_a_gibibyte_is_pushed(tmp_path: Path) -> None:
    part, parts = os.urandom(8 * MIB), 16
    with servers.labsim("--store", str(tmp_path / "store")) as server:
        for number in range(8):
            body = number.to_bytes(8, "big") + part * parts  # 128 MiB each, and none like another
            push(server, body)
        peak = server.peak_bytes
    report("memory while 1 GiB is pushed, --store", f"{peak / MIB:.0f} MiB", "at most 80 MiB")
    assert peak < 80 * MIB
