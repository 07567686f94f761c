"""One test for each way in which registries have been broken before."""

from __future__ import annotations

import hashlib
import json
import time

import pytest

from labsim.doors.serve.limits import USUAL
from labsim.image import OCI_MANIFEST
from tests.doors.serve import fuzzing
from tests.doors.serve.fuzzing import EVE, HIDDEN, HIDDEN_MANIFEST, OPEN_MANIFEST, SECRET
from tests.doors.serve.speaking import Heard, Line, written

HIDDEN_HEX = HIDDEN.digest.hex
PATIENCE_S = 2.0  # of the processor, client and server together: other work does not count


@pytest.fixture
def eve(opened):
    """``eve("GET", target)``: with a token for as much of the target as eve may have."""
    door = opened(fuzzing.vault())
    scope = "repository:eve/app:pull,push&scope=repository:ann/vault:pull,push"

    def ask(method: str, target: str, body: bytes = b"", **named: str) -> Heard:
        headers = [(name.replace("_", "-"), value) for name, value in named.items()]
        with Line(door) as line:
            return line.ask(method, target, [("Authorization", proof), *headers], body)

    proof = EVE
    token = ask("GET", f"/token?scope={scope}")
    assert token.status == 200
    proof = f"Bearer {json.loads(token.body)['token']}"
    return ask


@pytest.mark.parametrize(
    "target",
    [
        "/v2/eve/app/../../ann/vault/blobs/{}",
        "/v2/eve/app/..%2f..%2fann/vault/blobs/{}",
        "/v2/eve%2f..%2fann/vault/blobs/{}",
        "/v2/ann%2Fvault/blobs/{}",
        "/v2/./ann/vault/blobs/{}",
        "/v2//ann/vault/blobs/{}",
        "/v2/eve/app/blobs/uploads/../../../../ann/vault/blobs/{}",
        "/v2/eve/app/blobs/../../../ann/vault/blobs/{}",
        "/v2/ann/vault/blobs/{}%00",
        "/v2/ann/vault/blobs/{}/../../../../eve/app/blobs/x",
        "http://x/v2/ann/vault/blobs/{}",
        "/token/../v2/ann/vault/blobs/{}",
    ],
)
def test_a_path_does_not_lead_out_of_its_repository(eve, target):
    heard = eve("GET", target.format(HIDDEN.digest))
    assert heard.status in (301, 400, 401, 404)
    assert SECRET not in heard.body


@pytest.mark.parametrize(
    "digest",
    [
        HIDDEN.digest,
        f"sha256:{HIDDEN_HEX.upper()}",
        f"SHA256:{HIDDEN_HEX}",
        f"sha256%3A{HIDDEN_HEX}",
        f"sha512:{hashlib.sha512(SECRET).hexdigest()}",
        f"sha256:{HIDDEN_HEX}?from=ann/vault",
        HIDDEN_MANIFEST.digest,
    ],
)
def test_knowing_a_digest_opens_nothing(eve, digest):
    for method, target in (
        ("GET", f"/v2/eve/app/blobs/{digest}"),
        ("GET", f"/v2/eve/app/manifests/{digest}"),
        ("GET", f"/v2/ann/app/blobs/{digest}"),
        ("POST", f"/v2/eve/app/blobs/uploads/?mount={digest}&from=ann/vault"),
        ("POST", f"/v2/eve/app/blobs/uploads/?mount={digest}&from=ann/app"),
        ("POST", f"/v2/eve/app/blobs/uploads/?mount={digest}"),
    ):
        heard = eve(method, target, Accept=OCI_MANIFEST)
        assert heard.status in (202, 400, 401, 404)
        assert SECRET not in heard.body
        assert eve("GET", f"/v2/eve/app/blobs/{HIDDEN.digest}").status == 404


def test_bytes_are_what_their_name_says_or_are_not_kept(eve):
    where = eve("POST", "/v2/eve/app/blobs/uploads/").headers["Location"]
    target = "/" + where.split("/", 3)[3]
    assert eve("PUT", f"{target}&digest={HIDDEN.digest}", b"something else").status == 400
    manifest = f"/v2/eve/app/manifests/{HIDDEN_MANIFEST.digest}"
    assert eve("PUT", manifest, bytes(OPEN_MANIFEST), Content_Type=OCI_MANIFEST).status == 400
    assert eve("GET", f"/v2/eve/app/blobs/{HIDDEN.digest}").status == 404


def test_a_manifest_cannot_name_what_its_repository_has_not(eve):
    put = eve("PUT", "/v2/eve/app/manifests/v1", bytes(HIDDEN_MANIFEST), Content_Type=OCI_MANIFEST)
    assert put.status in (400, 404)


@pytest.mark.parametrize(
    "text",
    [
        *("x%0d%0aSet-Cookie:%20a=b", "x%0aSet-Cookie:a", "x\tSet-Cookie: a", "%E5%98%8D%E5%98%8A"),
        "x%0d%0a%0d%0a<html>",
    ],
)
def test_no_header_is_smuggled_into_an_answer(eve, text):
    for method, target in (
        ("GET", f"/v2/eve/app/tags/list?last={text}&n=1"),
        ("GET", f"/v2/{text}/"),
        ("GET", f"//v2/{text}/tags/list"),
        ("POST", f"/v2/eve/app/blobs/uploads/?mount={text}&from={text}"),
        ("GET", f"/token?service={text}&scope=repository:{text}:pull"),
    ):
        heard = eve(method, target)
        assert heard.headers.get("Set-Cookie") == ""
        assert not [value for _, value in heard.headers if set(value) & set("\r\n")]
        assert b"<html>" not in heard.body or heard.headers["Content-Type"] != "text/html"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"layers":' * 300_000,
        b'{"layers":[' + b'{"digest":1},' * 200_000 + b"{}]}",
        b'{"schemaVersion":' + b"9" * 1_000_000 + b"}",
        b'{"a":"' + b"\\u0000" * 500_000 + b'"}',
        b'{"mediaType":"' + OCI_MANIFEST.encode() + b'","config":{},"layers":' + b"[" * 100_000,
    ],
    ids=["arrays", "objects", "descriptors", "digits", "escapes", "layers"],
)
def test_a_manifest_that_is_a_bomb_is_only_refused(eve, body):
    started = time.process_time()
    heard = eve("PUT", "/v2/eve/app/manifests/v1", body, Content_Type=OCI_MANIFEST)
    assert heard.status in (400, 413)
    assert eve("GET", "/v2/").status == 200
    assert time.process_time() - started < PATIENCE_S


@pytest.mark.parametrize(
    "name",
    [
        "a-" * 100 + "!",
        "a" * 250 + "!",
        "a/" * 120 + "!",
        "a__" * 80 + "!",
        "a._-" * 60,
        "-" * 240,
        ("a" * 30 + "-" * 30) * 4 + "_",
    ],
)
def test_no_name_takes_long_to_be_refused(eve, name):
    started = time.process_time()
    for at in range(50):
        assert eve("GET", f"/v2/{name}{at}/tags/list").status in (400, 401, 404)
        assert eve("GET", f"/v2/eve/app/manifests/{name}{at}").status in (400, 401, 404)
        assert eve("GET", f"/token?scope=repository:{name}{at}:pull").status in (200, 401)
    assert time.process_time() - started < PATIENCE_S


def test_oversized_everything(opened):
    door = opened(fuzzing.vault(), limits=USUAL._replace(body_bytes=1 << 20))
    for request in (
        written("GET", "/v2/" + "a" * 60_000),
        written("GET", "/v2/", [("A" * 60_000, "b")]),
        written("GET", "/v2/", [("Range", "bytes=" + "0-1," * 20_000)]),
        written("GET", "/v2/", [("Authorization", "Bearer " + "a" * 70_000)]),
        written("GET", "/v2/", [("Cookie", "a")] * 5000),
        written("POST", "/token", [("Content-Length", str(1 << 40))]),
        written("PUT", "/v2/eve/app/manifests/v1", [("Content-Length", str(1 << 50))]),
        written("POST", "/v2/eve/app/blobs/uploads/", [("Content-Length", "9" * 18)]),
    ):
        with Line(door) as line:
            assert 400 <= line.send(request).hear().status < 500
    with Line(door) as line:
        assert line.ask("GET", "/v2/").status == 401
