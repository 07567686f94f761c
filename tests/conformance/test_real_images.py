"""A real image goes through the lab and comes out the same image, packed the lab's own way.

What must stay: the ImageID and the DiffIDs, which name the config and the unpacked layers.  What
may change: the digests of the packed layers, because the lab packs again for a push, as Docker
does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from labsim import Lab, load, save
from tests.doors.written import Layout, in_folder, layer_tar

pytestmark = pytest.mark.peer

Real = Callable[..., CompletedProcess[str]]
TARS = [layer_tar(1, 200_000), layer_tar(2, 70_000), layer_tar(3)]


@pytest.fixture
def skopeo(real: Real) -> Callable[..., str]:
    """Run skopeo; what it printed."""

    def run(*words: str | Path) -> str:
        finished = real("skopeo", *words)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    return run


def config_of(skopeo: Callable[..., str], place: str) -> dict[str, Any]:
    return dict(json.loads(skopeo("inspect", "--config", "--raw", place)))


def manifest_of(skopeo: Callable[..., str], place: str) -> dict[str, Any]:
    return dict(json.loads(skopeo("inspect", "--raw", place)))


def layout(folder: Path) -> Path:
    """An image that only the standard library had a hand in."""
    made = Layout()
    return in_folder(made.add(made.manifest(TARS)).finished(), folder)


def travelled(path: Path, out: Path) -> tuple[Lab, str]:
    """Load, tag, push to the lab's Hub, forget, pull, save; the lab, and the source's ImageID."""
    lab = Lab()
    ((_, image),) = load(path, into=lab)
    lab.docker("login -u cantdocpp --password-stdin", stdin="lab\n")
    lab.docker(f"tag {image.id} cantdocpp/real:1.0")
    pushed = lab.docker("push cantdocpp/real:1.0")
    assert pushed.exit_code == 0, pushed.stderr
    lab.docker(f"rmi -f {image.id}")
    assert lab.docker("pull cantdocpp/real:1.0").exit_code == 0
    save(lab, "cantdocpp/real:1.0", out)
    return lab, str(image.id)


def pushed_layers(lab: Lab) -> list[str]:
    """The layers of the manifest that the lab's Hub now holds."""
    accept = [("Accept", "application/vnd.docker.distribution.manifest.v2+json")]
    answer = lab.http("GET", "/v2/cantdocpp/real/manifests/1.0", headers=[*accept, *bearer(lab)])
    assert answer.status == 200
    return [layer["digest"] for layer in json.loads(bytes(answer.body))["layers"]]


def bearer(lab: Lab) -> list[tuple[str, str]]:
    target = "/token?service=registry.docker.io&scope=repository:cantdocpp/real:pull"
    token = json.loads(bytes(lab.http("GET", target, host="auth.docker.io").body))["token"]
    return [("Authorization", f"Bearer {token}")]


def check_the_same_image(skopeo: Callable[..., str], source: str, saved: str, lab: Lab) -> None:
    assert (
        manifest_of(skopeo, saved)["config"]["digest"]
        == manifest_of(skopeo, source)["config"]["digest"]
    )
    assert config_of(skopeo, saved) == config_of(skopeo, source)
    layers = [layer["digest"] for layer in manifest_of(skopeo, saved)["layers"]]
    assert layers == pushed_layers(lab)


def test_an_image_made_by_skopeo_keeps_its_id_through_the_lab(tmp_path, skopeo):
    source = f"oci:{layout(tmp_path / 'made')}"
    archive = tmp_path / "real.tar"
    skopeo("copy", source, f"docker-archive:{archive}:shop/real:1.0")
    lab, image_id = travelled(archive, tmp_path / "out")
    saved = f"oci:{tmp_path / 'out'}:1.0"
    assert manifest_of(skopeo, saved)["config"]["digest"] == image_id
    assert config_of(skopeo, saved) == config_of(skopeo, f"docker-archive:{archive}")
    assert [layer["digest"] for layer in manifest_of(skopeo, saved)["layers"]] == pushed_layers(lab)


@pytest.mark.parametrize("kind", ["oci", "oci-archive"])
def test_an_oci_image_copied_by_skopeo_keeps_its_id_through_the_lab(tmp_path, skopeo, kind):
    source = f"{kind}:{tmp_path / 'copied'}"
    skopeo("copy", f"oci:{layout(tmp_path / 'made')}", source)
    lab, _ = travelled(tmp_path / "copied", tmp_path / "out.tar")
    check_the_same_image(skopeo, source, f"oci-archive:{tmp_path / 'out.tar'}", lab)


def test_what_differs_from_the_source_and_why_is_told(tmp_path, skopeo):
    source = tmp_path / "copied"
    skopeo("copy", f"oci:{layout(tmp_path / 'made')}", f"oci:{source}")
    lab = Lab()
    ((_, image),) = load(source, into=lab)
    told = str(lab.why(str(image.id)))
    came = [layer["digest"][7:19] for layer in manifest_of(skopeo, f"oci:{source}")["layers"]]
    sent = [layer.packed.digest.short for layer in image.layers]
    for words in (*came, *sent, str(image.id)):
        assert words in told
    assert "packs them again" in told


def test_skopeo_unpacks_every_layer_that_the_lab_packs(tmp_path, skopeo):
    """Copying into a docker archive makes skopeo gunzip each layer and compare its DiffID."""
    lab = Lab()
    lab.docker("pull alpine")
    save(lab, "alpine", tmp_path / "alpine")
    skopeo(
        "copy", f"oci:{tmp_path / 'alpine'}", f"docker-archive:{tmp_path / 'alpine.tar'}:alpine:3"
    )
    ((names, image),) = load(tmp_path / "alpine.tar")
    assert names == ("alpine:3",)
    assert image == lab.image("alpine")


def test_an_image_built_by_docker_keeps_its_id_through_the_lab(tmp_path, skopeo, dockerd):
    (tmp_path / "context").mkdir()
    (tmp_path / "context/Dockerfile").write_text(
        'FROM scratch\nCOPY a /a\nENV WHO=labsim\nCOPY b /b\nCMD ["/a"]\n'
    )
    (tmp_path / "context/a").write_bytes(bytes(range(256)) * 500)
    (tmp_path / "context/b").write_bytes(bytes(100_000))
    built = dockerd.docker("build", "-q", "-t", "shop/real:1.0", tmp_path / "context")
    assert built.returncode == 0, built.stderr
    archive = tmp_path / "real.tar"
    assert dockerd.docker("save", "-o", archive, "shop/real:1.0").returncode == 0
    lab, image_id = travelled(archive, tmp_path / "out")
    assert built.stdout.strip() == image_id
    saved = manifest_of(skopeo, f"oci:{tmp_path / 'out'}")
    assert saved["config"]["digest"] == image_id
    assert [layer["digest"] for layer in saved["layers"]] == pushed_layers(lab)
