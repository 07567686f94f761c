"""Real clients at the door of ``labsim serve``: the same cases, run by each of them.

What a client cannot do by its nature is in ``CANNOT``, with the reason.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from labsim import Registry, Request, serve
from labsim.doors.disk import DiskShelf
from labsim.image import OCI_INDEX, OCI_MANIFEST
from labsim.registry import HTPASSWD, OPEN, TOKENS
from labsim.registry.restore import restored
from tests.conformance.clients import CANNOT, CLIENTS, Setting
from tests.conformance.images import BASE, FIRST, OTHER, SECOND, layout

pytestmark = pytest.mark.peer

Start = Callable[..., Any]
_TYPES = ("application/vnd.docker.distribution.manifest.v2+json", OCI_MANIFEST, OCI_INDEX)
ACCEPT = [("Accept", media_type) for media_type in _TYPES]


@pytest.fixture
def at(tmp_path, real, request) -> Iterator[Start]:
    """A client and the door that it knocks at, by the name of the client."""
    doors, daemons = [], []
    short = Path(tempfile.mkdtemp(prefix="lab"))

    def start(
        name: str, registry: Registry | None = None, *, secure: bool = False
    ) -> tuple[Any, Any]:
        tls = (Setting.certificate, Setting.certificate.replace("cert.pem", "key.pem"))
        registry = registry or Registry("localhost:5000", policy=OPEN)
        door = serve(registry, tls=tls if secure else None)
        doors.append(door)
        daemon = request.getfixturevalue("dockerd") if name == "docker" else None
        if daemon is not None:
            daemons.append(daemon)
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        return CLIENTS[name](Setting(folder, short, real, daemon, door.host)), door

    yield start
    for door in doors:
        door.stop()
    for daemon in daemons:  # it serves other tests too, and they find it empty
        daemon.docker("image", "prune", "--all", "--force")
    shutil.rmtree(short, ignore_errors=True)  # a storage driver may hold on to a mount


def able(*verbs: str) -> list[str]:
    """The clients that have all these verbs."""
    return [name for name in CLIENTS if not any((name, verb) in CANNOT for verb in verbs)]


def counted(door: Any, since: int = 0) -> Counter[tuple[str, str, int]]:
    """What was asked for since then: method, kind of thing, status."""
    asked: Counter[tuple[str, str, int]] = Counter()
    for one in door.trace.exchanges[since:]:
        path = one.target.partition("?")[0]
        kind = "manifest" if "/manifests/" in path else "upload" if "/uploads/" in path else "blob"
        if "mount=" in one.target:
            kind = "mount"
        asked[one.method, kind, one.status] += 1
    return asked


def read(door: Any, name: str) -> tuple[str, dict[str, Any]]:
    """Digest and document of a manifest, as the registry has it."""
    repository, _, tag = name.partition(":")
    target = f"/v2/{repository}/manifests/{tag}"
    answer = door.handle(Request("GET", target, ACCEPT))
    assert answer.status == 200, bytes(answer.body)
    return answer.headers["Docker-Content-Digest"], json.loads(bytes(answer.body))


def named(document: dict[str, Any]) -> set[str]:
    return {row["digest"] for row in (document["config"], *document["layers"])}


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("kept", ["memory", "disk"])
def test_what_is_pushed_is_what_is_pulled(at, tmp_path, name, kept):
    store = restored(DiskShelf(tmp_path / "store")) if kept == "disk" else None
    client, door = at(name, Registry("localhost:5000", policy=OPEN, store=store))
    pushed = client.push(FIRST, "team/app:1")
    digest, document = read(door, "team/app:1")
    assert pushed in named(document)
    assert door.handle(Request("HEAD", f"/v2/team/app/manifests/{digest}", ACCEPT)).status == 200
    assert client.pull("team/app:1") == pushed
    assert counted(door)["PUT", "manifest", 201] == 1
    if store is not None:
        door.stop()
        shelf: Any = store.shelf
        shelf.close()
        again = DiskShelf(tmp_path / "store")
        kept_manifest = restored(again).repositories["team/app"].manifest("1")
        assert kept_manifest is not None
        assert kept_manifest.digest == digest
        assert again.repaired == []
        again.close()


@pytest.mark.parametrize("name", CLIENTS)
def test_a_second_push_sends_no_blob(at, name):
    client, door = at(name)
    client.push(FIRST, "team/app:1")
    before = read(door, "team/app:1")[0]
    since = len(door.trace.exchanges)
    client.push(FIRST, "team/app:1")
    assert not [key for key in counted(door, since) if key[1] == "upload"]
    assert read(door, "team/app:1")[0] == before


@pytest.mark.parametrize("name", able("layers"))
def test_an_image_that_shares_two_of_four_layers_sends_two(at, name):
    client, door = at(name)
    client.push(FIRST, "team/app:1")
    since = len(door.trace.exchanges)
    client.push(SECOND, "team/app:2")
    first, second = read(door, "team/app:1")[1], read(door, "team/app:2")[1]
    shared = {row["digest"] for row in first["layers"]} & {r["digest"] for r in second["layers"]}
    assert len(shared) == len(BASE)
    assert counted(door, since)["PUT", "upload", 201] == 3  # two layers and a config


@pytest.mark.parametrize("name", able("mount", "layers"))
def test_another_repository_has_its_layers_mounted(at, name):
    client, door = at(name)
    client.push(FIRST, "team/app:1")
    since = len(door.trace.exchanges)
    client.push(FIRST, "team/web:1")
    assert counted(door, since)["POST", "mount", 201] >= len(FIRST.layers)
    assert named(read(door, "team/app:1")[1]) == named(read(door, "team/web:1")[1])


def test_dxf_mounts_a_blob(at):
    client, door = at("dxf")
    digest = client.push(FIRST, "team/app:1")
    client.mount("team/app", "team/web", digest)
    assert door.handle(Request("HEAD", f"/v2/team/web/blobs/{digest}")).status == 200


@pytest.mark.parametrize("name", able("tags"))
def test_tags_are_listed(at, name):
    client, _ = at(name)
    for tag in ("1", "2", "v10"):
        client.push(FIRST, f"team/app:{tag}")
    assert client.tags("team/app") == ["1", "2", "v10"]


@pytest.mark.parametrize("name", able("delete"))
def test_what_is_deleted_is_gone(at, name):
    client, door = at(name)
    client.push(FIRST, "team/app:1")
    client.delete("team/app:1")
    assert door.handle(Request("GET", "/v2/team/app/manifests/1", ACCEPT)).status == 404
    assert (
        "1"
        not in json.loads(bytes(door.handle(Request("GET", "/v2/team/app/tags/list")).body))["tags"]
    )


def index_of(folder: Path) -> Path:
    """An OCI layout with two images under ``amd64`` and ``arm64``, and an index ``all``."""
    layout(FIRST, folder)
    other = layout(OTHER, folder.with_name("other"))
    index = json.loads((folder / "index.json").read_text())
    theirs = json.loads((other / "index.json").read_text())
    for path in (other / "blobs" / "sha256").iterdir():
        (folder / "blobs" / "sha256" / path.name).write_bytes(path.read_bytes())
    rows = [*index["manifests"], *theirs["manifests"]]
    plain = [{key: row[key] for key in ("mediaType", "digest", "size", "platform")} for row in rows]
    head = {"schemaVersion": 2, "mediaType": OCI_INDEX}
    body = json.dumps({**head, "manifests": plain}).encode()
    from labsim.blob import Blob

    whole = Blob(body)
    (folder / "blobs" / "sha256" / whole.digest.hex).write_bytes(body)
    listed = [{"mediaType": OCI_INDEX, "digest": whole.digest, "size": whole.size}, *plain]
    names = ("all", "amd64", "arm64")
    mark = "org.opencontainers.image.ref.name"
    named_rows = [
        {**row, "annotations": {mark: name}} for row, name in zip(listed, names, strict=True)
    ]
    (folder / "index.json").write_text(json.dumps({**head, "manifests": named_rows}))
    return folder


@pytest.mark.parametrize("name", able("copy"))
def test_an_index_is_copied_with_what_it_lists(at, tmp_path, name):
    client, door = at(name)
    client.copy(index_of(tmp_path / "layout"), "team/app:all")
    _, document = read(door, "team/app:all")
    assert [row["platform"]["architecture"] for row in document["manifests"]] == ["amd64", "arm64"]
    for row, image in zip(document["manifests"], (FIRST, OTHER), strict=True):
        _, child = read(door, f"team/app:{row['digest']}")
        assert child["config"]["digest"] == image.id


@pytest.mark.parametrize("policy", [HTPASSWD, TOKENS], ids=["htpasswd", "tokens"])
@pytest.mark.parametrize("name", CLIENTS)
def test_a_login_is_right_or_wrong(at, name, policy):
    secure = name == "dxf"
    registry = Registry(
        "localhost:5000",
        policy=policy.turned("scheme", "https" if secure else "http"),
        users={"alice": "s3cret"},
    )
    client, _ = at(name, registry, secure=secure)
    assert client.login("alice", "wrong") is False
    assert client.login("alice", "s3cret") is True
    assert client.login("nobody", "s3cret") is False


@pytest.mark.parametrize("policy", [HTPASSWD, TOKENS], ids=["htpasswd", "tokens"])
@pytest.mark.parametrize("name", able("layers"))
def test_who_is_logged_in_may_push_and_pull(at, name, policy):
    plain = policy.turned("scheme", "http")
    client, door = at(name, Registry("localhost:5000", policy=plain, users={"alice": "s3cret"}))
    assert client.login("alice", "s3cret")
    pushed = client.push(FIRST, "team/app:1")
    assert client.pull("team/app:1") == pushed
    assert not [one for one in door.trace.exchanges if "s3cret" in repr(one.request.headers)]
