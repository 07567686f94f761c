"""The machine of the recordings, rebuilt: images, a daemon with its memory, and five registries."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from labsim.archive import file, tar
from labsim.blob import Blob
from labsim.client.memory import Known
from labsim.client.session import Session
from labsim.docker import Result, run
from labsim.engine.classic import Classic
from labsim.errors import Unreachable
from labsim.image import (
    OCI_MANIFEST,
    Config,
    Descriptor,
    Image,
    Index,
    Layer,
    Manifest,
    Platform,
)
from labsim.link import Link, Network, Run, converse
from labsim.reference import Reference
from labsim.registry import PLAIN, Policy, Registry, Switch
from labsim.trace import Trace
from labsim.wire import Dialogue, Request, Response
from tests.transcripts.renaming import Renaming

#: When the commands are typed: 2026-11-23 15:12:00 UTC, in µs.
NOW = 1_795_446_720_000_000
OPEN, HTPASSWD, TOKEN, FLAKY = (f"127.0.0.1:{port}" for port in (5050, 5052, 5054, 5058))
TOKEN_SERVER = "127.0.0.1:5057"
_SECOND = 1_000_000


class Theirs:
    """The names an image had in the recordings."""

    def __init__(
        self, config: str, manifest: str, blobs: Sequence[str], diff_ids: Sequence[str] = ()
    ) -> None:
        self.config, self.manifest = f"sha256:{config}", f"sha256:{manifest}"
        self.blobs = [f"sha256:{digits}" for digits in blobs]
        self.diff_ids = [f"sha256:{digits}" for digits in diff_ids]


_LOWER = (
    "a983b05711bc0a9daa854e9139acb340d5ed63d5abe793aa95c4b880f1214dfc",
    "1b89d8e4ef64f283bd42fe0a617a2759ca16fdd297a30daa07754de21507d6d9",
)
_LOWER_DIFF = (
    "806c23c2ff189d9c61196909d7065dfaa73f3caab3acfd6a47cb2f4836d0f4d3",
    "c20959d73974f48d91e1545b35b01ef7b5b779b0240434f5302d491a2a7b7233",
)
THEIR_A = Theirs(
    "ab4723aa9960565523bf75b00eb873009305ab028e4a871601d4f36e9e801718",
    "26eae6926d42b03f3ecf60cbe307171df44b5d9cbbaf5a135035d311e9b64ab9",
    (
        *_LOWER,
        "54f12a33e880558d678e18a457c40ce57556c6a6c227de7ca4e2d1a4bc03e88d",
        "1702f631ae2ac4efbb573037f8722b7db7c6bcaf831484b0d2c9738cdfbafbc3",
    ),
    (
        *_LOWER_DIFF,
        "ce51b324e3d270a5e954e246effd60fae9ccf7aef27e928dbad88ad10ec54064",
        "8f23a376d257029fade2439c361a778c2e2bc9385bc8130da4ace16eabc6f4ea",
    ),
)
THEIR_B = Theirs(
    "743f386a6cdc95c8daca0960de9c656b73094a31e6e235e667c024d3fff85d0f",
    "9a15276a6bfc2bbbe144e96b4f18b915e3f42ddd84f30bb6fc313d56fe176bb4",
    (
        *_LOWER,
        "ce6fafb27081c91980360501ee91a441c764906b9e388d8e3cdd5da0438dbd22",
        "b335c48ddd011d447936aa7da7f5300629c9bb4b2ab197acf20e3dc4136f56f6",
    ),
    (
        *_LOWER_DIFF,
        "87cd05da955f5727b81aa9a8815020aa96e1f39c8250c18b71737dc878fd53ee",
        "af3d75683c581c89d9ed97b6c18e7e35485758d050706dd43f1e7c16133e75e6",
    ),
)
_OCI_LOWER = (
    "efbb22cfa564af699d287ec34b10bf34acb06bdd5a8744fdb625aa6132cc4ac7",
    "f69416bebce03885f38a20ee7dd893afaa58650f58ce02af10d1e4bb9ac94c12",
)
THEIR_OCI = Theirs(
    "6c0341a85f510c97868fdd1de4495b2b464c6f39d4e33d831254094bb200fe9b",
    "4f9c119fcbee8343c007dae8279ce8a7bfd7f13adaa10a4829e568f94fc29722",
    (
        *_OCI_LOWER,
        "2b7581f4fe0d284e5de6036611426b907710e7ac4720467ca8d95fa35c62fe3b",
        "68014cb3fbeb7aff44931afd0a5eac04f3f596fe3078c73fe9d1d006edc1dcd6",
    ),
)
THEIR_MULTI = Theirs(
    "8ab14c3e7223ecba6989cd6d31a63cbe1b773ae1a48bf425d9337a83b0cb6e89",
    "bf47bcd55d3ff1d2630d79addc9bcd809457b1847a6b4054b31a4f2129085b39",
    (*_OCI_LOWER, "0814d42659baf965b9c478ff9fd53c016f24fc6588d08fc2eb6c2e49bbac2dde"),
)
THEIR_INDEX = "sha256:257f1ac001381b701578676de5a3c87047645c26385a60c007654ec4c177ff6f"


def _layer(size: int) -> Layer:
    """One file of so many random bytes, as the recorded images had it."""
    data = random.Random(size).randbytes(size)
    return Layer.of(tar([file(f"app/{size}", data)]))


_LAYERS = {size: _layer(size) for size in (200_000, 150_000, 100_000, 50_000, 120_000, 30_000)}
_OCI_LAYERS = {size: _layer(size) for size in (200_001, 150_001, 100_001, 50_001, 10_000)}


def image(layers: Mapping[int, Layer], sizes: Sequence[int], created: str) -> Image:
    """An image with layers of these sizes, bottom first."""
    chosen = [layers[size] for size in sizes]
    return Image(Config.make([one.diff_id for one in chosen], created=created), chosen)


def a(age_s: int = 44) -> Image:
    """``lab/app:1.0``, made so many seconds ago."""
    return image(_LAYERS, (200_000, 150_000, 100_000, 50_000), ago(age_s))


def b(age_s: int = 1) -> Image:
    """``lab/app:2.0``, which shares the two lower layers with ``lab/app:1.0``."""
    return image(_LAYERS, (200_000, 150_000, 120_000, 30_000), ago(age_s))


def oci() -> Image:
    """The image that skopeo pushed, ten months old."""
    return image(_OCI_LAYERS, (200_001, 150_001, 100_001, 50_001), "2026-01-01T00:00:00Z")


def multi() -> Image:
    """The amd64 image of the index; it shares two layers with the image above."""
    return image(_OCI_LAYERS, (200_001, 150_001, 10_000), "2026-01-01T00:00:00Z")


def ago(seconds: int) -> str:
    """A moment before the commands, as a config writes it."""
    from datetime import UTC, datetime, timedelta

    moment = datetime.fromtimestamp(NOW // _SECOND, UTC) - timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


#: A token server like the recorder's: accounts may push anywhere, all may pull what is public.
TOKEN_POLICY = Policy(
    "with a token server",
    {
        **PLAIN.switches,
        "auth": Switch("bearer", "2026-11", "recorded"),
        "push_to": Switch("anywhere", "2026-11", "recorded"),
    },
    token_host=TOKEN_SERVER,
    service="labsim-registry",
)
HTPASSWD_POLICY = Policy(
    "with a password file",
    {**PLAIN.switches, "auth": Switch("basic", "2026-11", "recorded")},
)
PEOPLE = {"alice": "wonderland"}


class Scene:
    """A :class:`labsim.docker.Seat` in front of a daemon, and the registries around it."""

    def __init__(self) -> None:
        self.engine: Any = Classic()
        self.files: dict[str, bytes] = {}
        self.now = NOW
        self.renaming = Renaming()
        self.traces: list[Trace] = []
        self.fault: Callable[[Network], Network] = lambda network: network
        self._content: dict[
            str, list[tuple[str, tuple[str, ...], object, Sequence[Blob], str]]
        ] = {}
        self.policies = {TOKEN: TOKEN_POLICY, HTPASSWD: HTPASSWD_POLICY}
        self._registries: dict[str, Registry] = {}
        self._network: Network | None = None

    # -- the start ---------------------------------------------------------------------------------

    def local(self, made: Image, *names: str, digest: bool = False) -> None:
        """Have an image under these names; ``digest``: also by digest (it was pushed or pulled)."""
        self.engine.adopt(made, [Reference(name) for name in names])
        for name in names if digest else ():
            manifest = made.manifest("docker").digest
            self.engine.name(Reference(name), manifest, made.id)

    def remember(self, made: Image, *repositories: str, pulled: bool = False) -> None:
        """Teach the daemon where the layers are, oldest first; ``pulled``: it pulled them there."""
        for layer in made.layers:
            self.remember_layer(layer, *repositories, pulled=pulled)

    def remember_layer(self, layer: Layer, *repositories: str, pulled: bool = False) -> None:
        """The same for one layer."""
        digest = layer.packed.digest
        for repository in repositories:
            host = repository.partition("/")[0]
            mark = "" if pulled else Session(host, self.engine.credentials.get(host)).mark
            self.engine.memory.learn(layer.diff_id, Known(digest, repository, mark))

    def hold(
        self,
        repository: str,
        made: Image,
        *tags: str,
        kind: str = "docker",
        visibility: str = "public",
    ) -> None:
        """Have a registry hold an image from the start."""
        host, _, path = repository.partition("/")
        row = (path, tags, made.manifest(kind), made.blobs, visibility)
        self._content.setdefault(host, []).append(row)

    def hold_index(self, repository: str, made: Image, tag: str) -> None:
        """Have a registry hold an index of two images, the first for this machine."""
        host, _, path = repository.partition("/")
        other = image(_OCI_LAYERS, (50_001,), "2026-01-01T00:00:00Z")
        children = [(made, Platform("linux", "amd64")), (other, Platform("linux", "arm64"))]
        rows = self._content.setdefault(host, [])
        for child, _ in children:
            rows.append((path, (), child.manifest("oci"), child.blobs, "public"))
        index = Index.oci(
            [
                Descriptor(OCI_MANIFEST, m.digest, m.size, platform)
                for child, platform in children
                for m in (child.manifest("oci"),)
            ]
        )
        rows.append((path, (tag,), index, (), "public"))
        self.renaming.same(str(index.digest), THEIR_INDEX)

    def keep(self, manifest: Manifest, repository: str) -> None:
        """Let the daemon have fetched a manifest before, from there."""
        self.engine.keep(manifest, repository)

    def login(self, host: str, user: str = "alice") -> None:
        """Be logged in."""
        self.engine.credentials.store(host, user, PEOPLE[user])

    def name(self, made: Image, theirs: Theirs, kind: str = "docker") -> None:
        """Say which recorded image an image stands for."""
        pairs: list[tuple[str, str]] = [
            (str(made.id), theirs.config),
            (str(made.manifest(kind).digest), theirs.manifest),
            *zip((str(one.packed.digest) for one in made.layers), theirs.blobs, strict=True),
            *zip(map(str, made.diff_ids), theirs.diff_ids, strict=False),
        ]
        for ours, other in pairs:
            self.renaming.same(ours, other)

    # -- the seat ----------------------------------------------------------------------------------

    def ask(self, prompt: str, secret: bool) -> str | None:
        """Nobody is there: the recordings had no terminal."""
        return None

    def content(self, path: str) -> Blob | None:
        """A file, for ``<``."""
        return Blob(self.files[path]) if path in self.files else None

    def put(self, path: str, content: Blob) -> None:
        """Write a file."""
        self.files[path] = bytes(content)

    def converse(self, talk: Dialogue) -> Run:
        """Over a link like loopback, a little slower so that things happen one after another."""
        if self._network is None:
            self._network = self.fault(self._reach)
        link = Link(1_000, 50_000_000, 50_000_000)
        run = converse(talk, self._network, link, at_us=self.now)
        self.traces.append(run.trace)
        return run

    def stat(self, path: str) -> tuple[int, int]:
        """Every file is new."""
        return 0o644, self.now // 1_000_000

    def docker(self, line: str, stdin: str | None = None) -> Result:
        """Type a command."""
        return run(line, self, stdin)

    def _reach(self, request: Request) -> Response:
        host = TOKEN if request.host == TOKEN_SERVER else request.host
        if host not in (OPEN, HTPASSWD, TOKEN, FLAKY):
            raise Unreachable(host, "connection refused")
        if host not in self._registries:
            policy = self.policies.get(host, PLAIN)
            people = PEOPLE if policy is not PLAIN else None
            content = self._content.get(host, [])
            self._registries[host] = Registry(host, policy=policy, users=people, content=content)
        return self._registries[host].handle(request)
