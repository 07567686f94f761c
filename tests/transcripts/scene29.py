"""The same machine with Docker 29's engine: images as its builder stored them, and their labels."""

from __future__ import annotations

from labsim.engine.containerd import Containerd
from labsim.image import DOCKER_CONFIG, DOCKER_LAYER_TAR, Descriptor, Image, Manifest
from labsim.link import Link, Network, Run, converse
from labsim.reference import Reference
from labsim.registry import Policy, Switch
from labsim.wire import Dialogue, Request, Response
from tests.transcripts.scene import (
    THEIR_A,
    THEIR_B,
    TOKEN,
    TOKEN_POLICY,
    TOKEN_SERVER,
    Scene,
    Theirs,
)

#: The builder of that engine did not pack layers, so a blob's digest is its DiffID.
THEIR_A_29 = Theirs(
    THEIR_A.config[7:],
    "dec0e83f053c72e681bed4944aa07d8aa4c89aeb7a8eec1f242b873e15a23f2b",
    [name[7:] for name in THEIR_A.diff_ids],
)
THEIR_B_29 = Theirs(
    THEIR_B.config[7:],
    "570cae6e821da26c64b768c7cf87e6dcadf2bb64c9f310ab09ed42e3355ca596",
    [name[7:] for name in THEIR_B.diff_ids],
)


#: That token server gave a person no right to what is another's, not even to pull it.
OWN_NAMESPACE = Policy(
    "with a token server",
    {**TOKEN_POLICY.switches, "push_to": Switch("own namespace", "2026-11", "recorded")},
    token_host=TOKEN_SERVER,
    service="labsim-registry",
)


def manifest(made: Image) -> Manifest:
    """The manifest that the engine wrote: Docker's types, layers not packed."""
    layers = [Descriptor.of(DOCKER_LAYER_TAR, layer.tar) for layer in made.layers]
    return Manifest.docker(Descriptor.of(DOCKER_CONFIG, made.config), layers)


class Scene29(Scene):
    """A seat in front of the containerd engine."""

    def __init__(self) -> None:
        super().__init__()
        self.store = self.engine = Containerd()
        self.fault = _without_forms
        self.policies[TOKEN] = OWN_NAMESPACE

    def local(self, made: Image, *names: str, digest: bool = False) -> None:
        """Have an image under these names."""
        blobs = (made.config, *(layer.tar for layer in made.layers))
        self.store.hold(manifest(made), blobs, [Reference(name) for name in names])

    def label(self, made: Image, *repositories: str) -> None:
        """Let all of an image be known to be in these repositories."""
        target = manifest(made)
        for repository in repositories:
            host, _, path = repository.partition("/")
            for digest in (target.digest, *(one.digest for one in target.blobs)):
                self.store.content.labels.add(digest, host, path)

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
        blobs = (made.config, *(layer.tar for layer in made.layers))
        self._content.setdefault(host, []).append((path, tags, manifest(made), blobs, visibility))

    def name(self, made: Image, theirs: Theirs, kind: str = "docker") -> None:
        """Say which recorded image an image stands for."""
        self.renaming.same(str(made.config.digest), theirs.config)
        self.renaming.same(str(manifest(made).digest), theirs.manifest)
        for ours, other in zip(map(str, made.diff_ids), theirs.blobs, strict=True):
            self.renaming.same(ours, other)

    def converse(self, talk: Dialogue) -> Run:
        """Over a link so quick that a push is over before anybody looks (loopback was)."""
        if self._network is None:
            self._network = self.fault(self._reach)
        run = converse(talk, self._network, Link(1_000, 50_000_000, 50_000_000), at_us=self.now)
        self.traces.append(run.trace)
        return run


def _without_forms(network: Network) -> Network:
    """The recorder's token server knew queries only."""

    def answer(request: Request) -> Response:
        if request.method == "POST" and request.host == TOKEN_SERVER:
            return Response(405)
        return network(request)

    return answer
