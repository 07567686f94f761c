"""``docker manifest inspect`` and ``docker buildx imagetools inspect``: they ask a registry."""

from __future__ import annotations

import json

import pytest

from labsim import Lab


@pytest.fixture(scope="module")
def lab():
    return Lab()


def test_a_manifest_is_shown_without_pulling_it(lab):
    result = lab.docker("manifest inspect golang")
    shown = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [layer["size"] for layer in shown["layers"]] == [30_000_000, 70_000_000]
    assert result.stdout.startswith('{\n\t"schemaVersion": 2,\n\t"mediaType": "')
    assert lab.images() == {}


@pytest.mark.parametrize(
    ("line", "stderr"),
    [
        ("manifest inspect golang:9", "no such manifest: docker.io/library/golang:9\n"),
        ("manifest inspect localhost:5000/x", "no such manifest: localhost:5000/x:latest\n"),
        (
            "manifest inspect nosuch",
            "errors:\ndenied: requested access to the resource is denied\nunauthorized: auth",
        ),
        (
            "manifest inspect nosuch.invalid/x",
            'failed to configure transport: error pinging v2 registry: Get "https://nosuch.invalid',
        ),
        ("buildx imagetools inspect golang:9", "ERROR: docker.io/library/golang:9: not found\n"),
        (
            "buildx imagetools inspect --raw --format x golang",
            "ERROR: format and raw cannot be used together\n",
        ),
        ("buildx imagetools inspect A", "ERROR: invalid reference format: repository name"),
        ("manifest inspect a b", "labsim: docker manifest inspect of a list that is made here"),
    ],
)
def test_what_cannot_be_shown_is_said(lab, line, stderr):
    result = lab.docker(line)
    assert result.stderr.startswith(stderr)
    assert (result.stdout, result.exit_code) == ("", 1)


def test_imagetools_show_name_type_and_digest(lab):
    digest = json.loads(lab.docker("manifest inspect -v golang").stdout)["Descriptor"]["digest"]
    assert lab.docker("buildx imagetools inspect golang").stdout == (
        "Name:      docker.io/library/golang:latest\n"
        "MediaType: application/vnd.docker.distribution.manifest.v2+json\n"
        f"Digest:    {digest}\n"
    )
    raw = lab.docker("buildx imagetools inspect --raw golang").stdout
    assert json.loads(raw) == json.loads(lab.docker("manifest inspect golang").stdout)
    shown = lab.docker(
        ["buildx", "imagetools", "inspect", "--format", "{{json .Manifest}}", "golang"]
    )
    assert json.loads(shown.stdout)["digest"] == digest


def test_imagetools_list_what_is_in_an_index(lab):
    child = json.loads(lab.docker("manifest inspect -v golang").stdout)["Descriptor"]
    del child["platform"]
    children = [
        child | {"platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}},
        child
        | {"annotations": {"a": "b"}, "platform": {"os": "unknown", "architecture": "unknown"}},
    ]
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json"}
    body = json.dumps(index | {"manifests": children}).encode()
    name = _indexed(lab, body, children[0]["digest"])
    told = lab.docker(f"buildx imagetools inspect {name}").stdout
    assert told.partition("Digest:")[2].partition("\n")[2] == (
        " \nManifests: \n"
        f"  Name:        {name}@{child['digest']}\n"
        f"  MediaType:   {child['mediaType']}\n"
        "  Platform:    linux/arm64/v8\n"
        "               \n"
        f"  Name:        {name}@{child['digest']}\n"
        f"  MediaType:   {child['mediaType']}\n"
        "  Platform:    unknown/unknown\n"
        "  Annotations: \n"
        "    a:         b\n"
    )


def _indexed(lab: Lab, body: bytes, digest: str) -> str:
    """An index at the open registry; its image is there, too."""
    for line in ("pull -q golang", "tag golang localhost:5000/go:1", "push -q localhost:5000/go:1"):
        assert lab.docker(line).exit_code == 0
    kind = "application/vnd.oci.image.index.v1+json"
    answer = lab.http(
        "PUT",
        "/v2/go/manifests/all",
        host="localhost:5000",
        headers=[("Content-Type", kind)],
        body=body,
    )
    assert answer.status == 201, bytes(answer.body)
    return "localhost:5000/go:all"
