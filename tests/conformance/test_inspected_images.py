"""Archives that real tools wrote, looked into: every number is compared with what tarfile finds."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, NamedTuple

import pytest

from labsim.doors.layouts import inspect
from labsim.image import Config
from tests.doors.written import Layout, docker_save, in_folder, in_tar, layer_tar, tar_of
from tests.zstandard import unzstd

pytestmark = pytest.mark.peer

Real = Callable[..., CompletedProcess[str]]
NAME = "shop/real:1.0"
#: Overwritten, deleted, emptied and replaced: everything that a layer can do to those below it.
TARS = [
    tar_of(
        ("data/", None),
        ("data/a", b"a" * 70_000),
        ("data/deep/", None),
        ("data/deep/b", bytes(range(256)) * 300),
        ("data/deep/c", b"c" * 1000),
        ("data/f", b"f" * 10),
    ),
    tar_of(("data/", None), ("data/deep/", None), ("data/deep/c", b"C" * 2000)),
    tar_of(("data/", None), ("data/.wh.a", b"")),
    tar_of(("data/deep/", None), ("data/deep/.wh..wh..opq", b""), ("data/deep/new", b"n" * 5)),
    tar_of(("data/", None), ("data/f/", None), ("data/f/g", b"g")),
]


class Counted(NamedTuple):
    """What a layer weighs, and its regular files by name (markers with their names, too)."""

    packed: int
    unpacked: int
    files: dict[str, int]
    others: frozenset[str]


def counted(data: bytes) -> Counted:
    """A layer as the standard library reads it."""
    magic = data[:4]
    tar = gzip.decompress(data) if magic[:2] == b"\x1f\x8b" else data
    tar = unzstd(data) if magic == b"\x28\xb5\x2f\xfd" else tar
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        members = archive.getmembers()
    files = {one.name: one.size for one in members if one.isreg()}
    return Counted(len(data), len(tar), files, frozenset(one.name for one in members) - set(files))


def seen(layers: list[Counted]) -> dict[str, int]:
    """What is left of the files, by a second, simpler way of laying them over each other."""
    left: dict[str, int] = {}
    for layer in layers:
        gone, within = set(layer.others), [f"{name}/" for name in layer.files]
        for name in layer.files:
            folder, slash, base = name.rpartition("/")
            if base == ".wh..wh..opq":
                within.append(f"{folder}/")
            elif base.startswith(".wh."):
                gone.add(f"{folder}{slash}{base[4:]}")
                within.append(f"{folder}{slash}{base[4:]}/")
        left = {
            name: size
            for name, size in left.items()
            if name not in gone and not name.startswith(tuple(within))
        }
        left |= {name: size for name, size in layer.files.items() if "/.wh." not in f"/{name}"}
    return left


def raw(path: Path, folder: Path) -> tuple[dict[str, Any], list[bytes]]:
    """The config and the layers of the one image in an archive or a layout, read by hand."""
    if path.is_file():
        with tarfile.open(path) as archive:
            archive.extractall(folder, filter="data")
        path = folder
    if (path / "manifest.json").exists():
        (listed,) = json.loads((path / "manifest.json").read_text())
        names, config = listed["Layers"], listed["Config"]
    else:
        (child,) = json.loads((path / "index.json").read_text())["manifests"]
        manifest = json.loads(blob(path, child["digest"]).read_text())
        names = [blob(path, layer["digest"]) for layer in manifest["layers"]]
        config = blob(path, manifest["config"]["digest"])
    return json.loads((path / config).read_text()), [(path / name).read_bytes() for name in names]


def blob(path: Path, digest: str) -> Path:
    return path / "blobs" / digest.replace(":", "/")


def check(path: Path, folder: Path) -> None:
    """Everything that inspect says about the one image, against everything counted here."""
    (image,) = inspect(path).images
    config, data = raw(path, folder)
    layers = [counted(one) for one in data]
    assert [layer.measured.size for layer in image.layers] == [one.packed for one in layers]
    assert [layer.measured.tar_size for layer in image.layers] == [one.unpacked for one in layers]
    assert [level.files_size for level in image.overlay.levels] == [
        sum(one.files.values()) for one in layers
    ]
    assert [level.files + level.deletions for level in image.overlay.levels] == [
        len(one.files) for one in layers
    ]
    assert [str(layer.measured.diff_id) for layer in image.layers] == config["rootfs"]["diff_ids"]
    left = seen(layers)
    assert image.overlay.seen_size == sum(left.values())
    assert {(one.path, one.size) for one in image.overlay.largest} <= set(left.items())
    assert isinstance(image.config, Config)


@pytest.fixture
def done(real: Real) -> Callable[..., str]:
    """Run a real program that must succeed; what it printed."""

    def run(*words: str | Path) -> str:
        finished = real(*words)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    return run


@pytest.fixture
def handmade(tmp_path: Path) -> Path:
    """What all tools here start from: an archive that only the standard library had a hand in."""
    return in_tar(docker_save([([NAME], TARS)]), tmp_path / "handmade.tar")


def test_the_handmade_archive_hides_what_it_is_to_hide(handmade, tmp_path):
    check(handmade, tmp_path / "raw")
    (image,) = inspect(handmade).images
    assert [(one.path, one.how, one.by) for one in image.overlay.hidden] == [
        ("data/deep/b", "emptied", 4),
        ("data/a", "deleted", 3),
        ("data/deep/c", "emptied", 4),
        ("data/deep/c", "overwritten", 2),
        ("data/f", "overwritten", 5),
    ]


@pytest.mark.parametrize("form", ["oci", "oci-archive", "docker-archive"])
@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_what_skopeo_wrote(handmade, tmp_path, done, form, packing):
    copied = tmp_path / "copied"
    compress = ["--dest-compress", "--dest-compress-format", packing] if "oci" in form else []
    done("skopeo", "copy", *compress, f"docker-archive:{handmade}", f"{form}:{copied}:{NAME}")
    check(copied, tmp_path / "raw")
    (image,) = inspect(copied).images
    assert image.names == (NAME,)
    expected = packing if "oci" in form else "plain"
    assert {layer.measured.packing for layer in image.layers} == {expected}


def test_every_platform_of_an_index_that_skopeo_copied(tmp_path, done):
    layout = Layout()
    children = [
        layout.manifest([layer_tar(n)], architecture)
        | {"platform": {"os": "linux", "architecture": architecture}}
        for n, architecture in enumerate(("amd64", "arm64"))
    ]
    made = in_folder(layout.add(layout.index(children), "1.0").finished(), tmp_path / "made")
    done("skopeo", "copy", "--all", f"oci:{made}", f"oci-archive:{tmp_path / 'copied.tar'}:{NAME}")
    found = inspect(tmp_path / "copied.tar")
    told = [(image.names, image.platform, image.manifest) for image in found.images]
    assert told == [
        ((NAME,), "linux/amd64", children[0]["digest"]),
        ((NAME,), "linux/arm64", children[1]["digest"]),
    ]
    (chosen,) = inspect(tmp_path / "copied.tar", platform="linux/arm64").images
    assert chosen.platform == "linux/arm64"


@pytest.mark.parametrize("form", ["docker-archive", "oci-archive", "oci-dir"])
def test_what_podman_saved(handmade, tmp_path, done, form):
    with tempfile.TemporaryDirectory() as run:  # podman takes no path of more than 50 characters
        own = ("--root", tmp_path / "root", "--runroot", run, "--storage-driver", "vfs")
        saved = tmp_path / "saved"
        done("podman", *own, "load", "--quiet", "--input", handmade)
        done("podman", *own, "save", "--quiet", "--format", form, "--output", saved, NAME)
    check(saved, tmp_path / "raw")
    assert inspect(saved).images[0].names == (f"localhost/{NAME}",)


def test_what_docker_loaded_and_saved_again(handmade, tmp_path, dockerd):
    assert dockerd.docker("load", "--input", handmade).returncode == 0
    assert dockerd.docker("save", "--output", tmp_path / "saved.tar", NAME).returncode == 0
    check(tmp_path / "saved.tar", tmp_path / "raw")
    (ours,), (theirs,) = inspect(handmade).images, inspect(tmp_path / "saved.tar").images
    assert theirs.overlay.hidden == ours.overlay.hidden


def test_what_docker_built_and_the_size_that_it_tells(tmp_path, dockerd):
    context = tmp_path / "context"
    context.mkdir()
    (context / "Dockerfile").write_text(
        'FROM scratch\nCOPY a /data/a\nCOPY b /data/a\nCMD ["/a"]\n'
    )
    (context / "a").write_bytes(bytes(range(256)) * 500)
    (context / "b").write_bytes(b"b" * 100)
    assert dockerd.docker("build", "-q", "-t", "shop/built:1.0", context).returncode == 0
    saved = tmp_path / "built.tar"
    assert dockerd.docker("save", "--output", saved, "shop/built:1.0").returncode == 0
    check(saved, tmp_path / "raw")
    (image,) = inspect(saved).images
    size = dockerd.docker("image", "inspect", "--format", "{{.Size}}", "shop/built:1.0").stdout
    assert image.overlay.files_size == int(size)
    assert [tuple(one) for one in image.overlay.hidden] == [
        ("data/a", 128_000, 1, 2, "overwritten")
    ]


def test_what_a_real_rm_leaves_behind(tmp_path, dockerd):
    context = tmp_path / "context"
    _with_its_libraries(shutil.which("rm") or "/bin/rm", context / "root")
    (context / "root" / "data").mkdir()
    (context / "root" / "data" / "big").write_bytes(b"x" * 50_000)
    (context / "Dockerfile").write_text('FROM scratch\nCOPY root /\nRUN ["/rm", "-r", "/data"]\n')
    built = dockerd.docker("build", "--network=none", "-q", "-t", "shop/removed:1.0", context)
    if "OCI runtime create failed" in built.stderr:
        pytest.skip("this machine cannot run a container")
    assert built.returncode == 0, built.stderr
    saved = tmp_path / "removed.tar"
    assert dockerd.docker("save", "--output", saved, "shop/removed:1.0").returncode == 0
    check(saved, tmp_path / "raw")
    (image,) = inspect(saved).images
    assert [tuple(one) for one in image.overlay.hidden] == [("data/big", 50_000, 1, 2, "deleted")]


def _with_its_libraries(program: str, root: Path) -> None:
    """A program and whatever it loads, in a folder that is to be the root of an image."""
    listed = subprocess.run(["ldd", program], capture_output=True, encoding="utf-8", check=True)
    libraries = [word for word in listed.stdout.split() if word.startswith("/")]
    for path in libraries:
        (root / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, root / path[1:])
    shutil.copy(program, root / Path(program).name)
