"""What a recording started from: the images, a registry, a laptop that remembers, and faults."""

from __future__ import annotations

import random
from collections.abc import Callable

from labsim.archive import file, tar
from labsim.client.memory import Memory
from labsim.client.pull import pull
from labsim.client.push import push
from labsim.client.session import Credentials, Session
from labsim.digest import ChainID, Digest, ImageID
from labsim.image import Config, Image, Index, Layer, Manifest
from labsim.link import Link, Network, Run, converse
from labsim.reference import Reference
from labsim.registry import PLAIN, Registry
from labsim.wire import Dialogue

HOST = "localhost:5000"
ALICE = Credentials("alice", "wonderland")
#: 10 ms there and back, 10 MB/s each way: like the recordings, where nothing is far.
NEAR = Link(10_000, 10_000_000, 10_000_000)


def layer(name: str, size: int) -> Layer:
    """A layer of one file of that many random bytes, always the same for the same name."""
    return Layer.of(tar([file(f"app/{name}", random.Random(name).randbytes(size))]))


def image(*layers: Layer) -> Image:
    """An image of those layers, the lowest first."""
    config = Config.make([one.diff_id for one in layers], created="2026-11-23T15:09:00Z")
    return Image(config, layers)


_SHARED = (layer("one", 200_000), layer("two", 150_000))
A = image(*_SHARED, layer("three", 100_000), layer("four", 50_000))
B = image(*_SHARED, layer("five", 120_000), layer("six", 30_000))


def roles(one: Image) -> dict[str, str]:
    """The roles of an image's blobs by digest, as :mod:`tests.client.recorded` names them."""
    names: dict[str, str] = {
        layer.packed.digest: f"layer {at}" for at, layer in enumerate(one.layers)
    }
    return names | {one.config.digest: "config", one.manifest("docker").digest: "manifest"}


class Shelf:
    """The simplest place for images: dictionaries."""

    def __init__(self) -> None:
        self.manifests: dict[Digest, Manifest | Index] = {}
        self.sources: set[tuple[Digest, str]] = set()
        self.images: dict[ImageID, Image] = {}
        self.layers: dict[ChainID, Layer] = {}
        self.names: dict[str, ImageID] = {}

    def manifest(self, digest: Digest) -> Manifest | Index | None:
        return self.manifests.get(digest)

    def kept_from(self, digest: Digest, repository: str) -> bool:
        return (digest, repository) in self.sources

    def keep(self, manifest: Manifest | Index, repository: str) -> None:
        self.manifests[manifest.digest] = manifest
        self.sources.add((manifest.digest, repository))

    def has_image(self, image_id: ImageID) -> bool:
        return image_id in self.images

    def layer(self, chain_id: ChainID) -> Layer | None:
        return self.layers.get(chain_id)

    def adopt(self, image: Image) -> None:
        self.images[image.id] = image
        self.layers |= dict(zip(image.chain_ids, image.layers, strict=True))

    def name(self, reference: Reference, digest: Digest, image_id: ImageID) -> bool:
        before = self.names.get(str(reference))
        self.names[str(reference)] = image_id
        return before != image_id


class Laptop:
    """A client with a memory, in front of one registry."""

    def __init__(self, registry: Registry, credentials: Credentials | None = None) -> None:
        self.registry = registry
        self.network: Network = registry.handle
        self.credentials = credentials
        self.memory = Memory()
        self.shelf = Shelf()
        self.link = NEAR

    def session(self, credentials: Credentials | None = None) -> Session:
        return Session(self.registry.host, credentials or self.credentials)

    def run(self, talk: Dialogue, network: Network | None = None) -> Run:
        return converse(talk, network or self.network, self.link)

    def push(self, name: str, what: Image = A, network: Network | None = None) -> Run:
        """Push as ``name`` (repository and tag, without the host)."""
        reference = Reference(f"{self.registry.host}/{name}")
        return self.run(push(self.session(), reference, what, self.memory), network)

    def pull(self, name: str, network: Network | None = None) -> Run:
        """Pull ``name`` (repository and tag or digest, without the host)."""
        reference = Reference(f"{self.registry.host}/{name}")
        return self.run(pull(self.session(), reference, self.shelf, self.memory), network)

    def learn_from(self, other: Registry, name: str, what: Image = A) -> None:
        """Remember what a push of the image to another registry would have taught."""
        session = Session(other.host)
        reference = Reference(f"{other.host}/{name}")
        converse(push(session, reference, what, self.memory), other.handle).result()


def plain() -> Laptop:
    """A laptop that remembers nothing, and a registry that asks nothing."""
    return Laptop(Registry(HOST, policy=PLAIN))


def well_travelled(make: Callable[[], Laptop] = plain) -> Laptop:
    """A laptop that has pushed ``a`` to another registry before."""
    laptop = make()
    laptop.learn_from(Registry("localhost:5999", policy=PLAIN), "shop/web:1.0")
    return laptop
