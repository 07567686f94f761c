"""Real clients with the same verbs, each in a home of its own.

A verb that a client does not have raises :class:`Cannot`, and ``CANNOT`` says why; a case that
needs it is not run with that client.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labsim.digest import Digest
from labsim.image import Image
from tests.conformance.images import layout

__all__ = ["CANNOT", "CLIENTS", "Client", "Setting"]

#: (client, verb) → why it cannot.
CANNOT = {
    ("docker", "tags"): "docker has no command that lists the tags of a repository",
    ("docker", "delete"): "docker has no command that deletes from a registry",
    ("docker", "copy"): "the classic daemon stores no index",
    ("podman", "delete"): "podman has no command that deletes from a registry",
    ("oras", "mount"): "oras never offers to mount",
    ("oras", "copy"): "this client pushes files, not indexes",
    ("oras", "layers"): "this client pushes files, not images",
    ("dxf", "copy"): "this client pushes blobs, not indexes",
    ("dxf", "layers"): "this client pushes blobs, not images",
}


class Setting:
    """Where a client lives: a folder, a way to run programs, a daemon, and the registry's host."""

    certificate = str(Path(__file__).parents[1] / "doors" / "serve" / "data" / "cert.pem")

    def __init__(
        self, folder: Path, short: Path, real: Callable[..., Any], dockerd: Any, host: str
    ) -> None:
        self.folder = folder
        #: A folder of its own with a short path.
        self.short = short
        self.real = real
        self.dockerd = dockerd
        self.host = host

    def run(self, *words: str, stdin: str | None = None) -> str:
        """Run a program that must succeed; what it printed."""
        ran = self.real(*words, stdin=stdin)
        assert ran.returncode == 0, f"{words}: {ran.stderr}"
        return str(ran.stdout)


class Client:
    """One real client; ``push`` and ``pull`` return the name of what travelled."""

    name = ""

    def __init__(self, at: Setting) -> None:
        self.at = at

    def at_home(self, image: Image) -> Path:
        folder = self.at.folder / image.id.hex[:12]
        return folder if folder.exists() else layout(image, folder)


class Skopeo(Client):
    """skopeo: no daemon, no store; copies from place to place."""

    name = "skopeo"

    def _place(self, name: str) -> str:
        return f"docker://{self.at.host}/{name}"

    def push(self, image: Image, name: str) -> str:
        source = f"oci:{self.at_home(image)}:1"
        self.at.run("skopeo", "copy", "--dest-tls-verify=false", source, self._place(name))
        raw = json.loads(
            self.at.run("skopeo", "inspect", "--raw", "--tls-verify=false", self._place(name))
        )
        return str(raw["config"]["digest"])

    def pull(self, name: str) -> str:
        folder = self.at.folder / "pulled"
        self.at.run("skopeo", "copy", "--src-tls-verify=false", self._place(name), f"dir:{folder}")
        return str(json.loads((folder / "manifest.json").read_text())["config"]["digest"])

    def tags(self, repository: str) -> list[str]:
        said = self.at.run("skopeo", "list-tags", "--tls-verify=false", self._place(repository))
        return list(json.loads(said)["Tags"])

    def delete(self, name: str) -> None:
        self.at.run("skopeo", "delete", "--tls-verify=false", self._place(name))

    def copy(self, index: Path, name: str) -> None:
        words = ("--all", "--dest-tls-verify=false", f"oci:{index}:all", self._place(name))
        self.at.run("skopeo", "copy", *words)

    def login(self, user: str, password: str) -> bool:
        words = ("login", "--tls-verify=false", "-u", user, "--password-stdin", self.at.host)
        return bool(self.at.real("skopeo", *words, stdin=password).returncode == 0)


class Podman(Client):
    """podman as root, with a store that is thrown away."""

    name = "podman"

    def __init__(self, at: Setting) -> None:
        super().__init__(at)
        auth = at.folder.parent / "home" / "auth.json"  # it wants the file that it was told of
        auth.parent.mkdir(exist_ok=True)
        auth.write_text("{}", encoding="utf-8")

    def _run(self, *words: str, stdin: str | None = None) -> str:
        return self.at.run("podman", *self._own(), *words, stdin=stdin)

    def _own(self) -> tuple[str, ...]:
        return (  # it takes no path of more than fifty characters
            f"--root={self.at.short / 'root'}",
            f"--runroot={self.at.short / 'run'}",
            "--storage-driver=vfs",
            "--events-backend=none",
            "--cgroup-manager=cgroupfs",
        )

    def push(self, image: Image, name: str) -> str:
        identity = self._run("pull", "-q", f"oci:{self.at_home(image)}").strip()
        self._run("push", "-q", "--tls-verify=false", identity, f"docker://{self.at.host}/{name}")
        return f"sha256:{identity}"

    def pull(self, name: str) -> str:
        self._run("rmi", "-af")
        said = self._run("pull", "-q", "--tls-verify=false", f"{self.at.host}/{name}")
        return f"sha256:{said.strip()}"

    def tags(self, repository: str) -> list[str]:
        place = f"{self.at.host}/{repository}"
        _, *rows = self._run("search", "--list-tags", "--tls-verify=false", place).splitlines()
        return [row.split()[1] for row in rows]

    def copy(self, index: Path, name: str) -> None:
        self._run("manifest", "create", "all")
        for tag in ("amd64", "arm64"):
            self._run("manifest", "add", "all", f"oci:{index}:{tag}")
        place = f"docker://{self.at.host}/{name}"
        self._run("manifest", "push", "--all", "--tls-verify=false", "all", place)

    def login(self, user: str, password: str) -> bool:
        words = ("login", "--tls-verify=false", "-u", user, "--password-stdin", self.at.host)
        return bool(self.at.real("podman", *self._own(), *words, stdin=password).returncode == 0)


class Docker(Client):
    """The docker command in front of a private daemon with the classic store."""

    name = "docker"

    def _run(self, *words: str) -> str:
        ran = self.at.dockerd.docker(*words)
        assert ran.returncode == 0, f"{words}: {ran.stderr}"
        return str(ran.stdout)

    def push(self, image: Image, name: str) -> str:
        archive = self.at.folder / f"{image.id.hex[:12]}.tar"
        if not archive.exists():
            source, target = f"oci:{self.at_home(image)}:1", f"docker-archive:{archive}"
            self.at.run("skopeo", "copy", source, f"{target}:made/image:1")
        self._run("load", "-i", str(archive))
        self._run("tag", image.id, f"{self.at.host}/{name}")
        said = self._run("push", f"{self.at.host}/{name}")
        assert re.search(r"digest: sha256:[0-9a-f]{64} size: \d+", said), said
        return str(image.id)

    def pull(self, name: str) -> str:
        place = f"{self.at.host}/{name}"
        self._run("rmi", "-f", place)
        self._run("pull", "-q", place)
        return self._run("inspect", "--format={{.Id}}", place).strip()

    def login(self, user: str, password: str) -> bool:
        words = ("login", "-u", user, "--password-stdin", self.at.host)
        return bool(self.at.dockerd.docker(*words, stdin=password).returncode == 0)


class Oras(Client):
    """oras-py, the client in Python: a file becomes the layer of an artifact."""

    name = "oras"

    def __init__(self, at: Setting) -> None:
        super().__init__(at)
        from oras.client import OrasClient

        self.oras = OrasClient(hostname=at.host, insecure=True)

    def push(self, image: Image, name: str) -> str:
        file = self.at.folder / f"{image.id.hex[:12]}.bin"
        file.write_bytes(bytes(image.layers[-1].packed))
        self.oras.push(
            f"{self.at.host}/{name}", files=[str(file)], disable_path_validation=True, quiet=True
        )
        return str(image.layers[-1].packed.digest)

    def pull(self, name: str) -> str:
        folder = self.at.folder / "pulled"
        (file,) = self.oras.pull(f"{self.at.host}/{name}", outdir=str(folder))
        return str(Digest.of(Path(file).read_bytes()))

    def tags(self, repository: str) -> list[str]:
        return list(self.oras.get_tags(f"{self.at.host}/{repository}"))

    def delete(self, name: str) -> None:
        repository, _, tag = name.partition(":")
        self.oras.delete_tag(f"{self.at.host}/{repository}", tag)

    def login(self, user: str, password: str) -> bool:
        """Its login only stores, so a listing shows; once, for it tries again for two minutes."""
        import requests
        from oras.client import OrasClient

        url = f"http://{self.at.host}/v2/team/app/tags/list"
        wanted = requests.get(url, timeout=10).headers["Www-Authenticate"]
        backend = "basic" if wanted.startswith("Basic") else "token"
        client = OrasClient(hostname=self.at.host, insecure=True, auth_backend=backend)
        config = str(self.at.folder / "oras.json")
        client.login(user, password, hostname=self.at.host, config_path=config)
        try:
            answer = OrasClient.do_request.__wrapped__(client, url)
        except Exception:  # it raises what it pleases when it is not let in
            return False
        return answer.status_code in (200, 404)


class Dxf(Client):
    """python-dxf: blobs, and aliases that list them."""

    name = "dxf"

    def _open(self, repository: str) -> Any:
        from dxf import DXF

        return DXF(self.at.host, repository, insecure=True)

    def push(self, image: Image, name: str) -> str:
        repository, _, tag = name.partition(":")
        blob = image.layers[-1].packed
        client = self._open(repository)
        digest = client.push_blob(data=iter([bytes(blob)]), digest=str(blob.digest))
        client.set_alias(tag, digest)
        return str(digest)

    def mount(self, source: str, target: str, digest: str) -> None:
        assert self._open(target).mount_blob(source, digest) == digest

    def pull(self, name: str) -> str:
        repository, _, tag = name.partition(":")
        client = self._open(repository)
        (digest,) = client.get_alias(tag)
        return str(Digest.of(b"".join(client.pull_blob(digest))))

    def tags(self, repository: str) -> list[str]:
        return list(self._open(repository).list_aliases())

    def delete(self, name: str) -> None:
        repository, _, tag = name.partition(":")
        self._open(repository).del_alias(tag)

    def login(self, user: str, password: str) -> bool:
        from dxf import DXF
        from dxf.exceptions import DXFUnauthorizedError
        from requests.exceptions import HTTPError

        # It says nobody's password over plain HTTP.
        def prove(dxf: Any, response: Any) -> None:
            dxf.authenticate(user, password, response=response)

        try:
            DXF(self.at.host, "team/app", auth=prove, tlsverify=self.at.certificate).list_aliases()
        except DXFUnauthorizedError:
            return False
        except HTTPError as refused:
            return refused.response is not None and refused.response.status_code == 404
        return True


CLIENTS: dict[str, type[Any]] = {kind.name: kind for kind in (Skopeo, Podman, Docker, Oras, Dxf)}
