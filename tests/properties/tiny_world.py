"""A world of kilobytes, for tests that do a great deal at random."""

from labsim.archive import file, tar
from labsim.image import Config, Image, Layer
from labsim.lab import WORLDS, World
from labsim.registry import Registry

PARTS = ("deps", "src", "bin")
HUB, LOCAL = "docker.io", "localhost:5000"


def part(name: str, edition: int) -> Layer:
    """A layer of a few kilobytes; the larger ones may be offered for mounting more than once."""
    size = {"os": 300_000, "deps": 150_000, "src": 900, "bin": 20_000}[name]
    return Layer.of(tar([file(f"{name}/{edition}", f"{name} {edition}\n".encode() * (size // 8))]))


OS = part("os", 1)
BASE = Image(Config.make([OS.diff_id], created="2025-01-01T00:00:00Z"), [OS])


def registry(host: str, seed: int) -> Registry:
    """The Hub with ``library/base``, or a registry that asks nobody for anything."""
    if host == LOCAL:
        return Registry(host, seed=seed)
    blobs = BASE.blobs
    content = [("library/base", ("latest",), BASE.manifest("docker"), blobs, "public")]
    users = {"cantdocpp": "lab", "alice": "lab"}
    return Registry(host, users=users, seed=seed, content=content)


TINY = World(
    name="tiny",
    starts="2025-01-20T09:00:00Z",
    hosts=(HUB, LOCAL),
    registry=registry,
    people={name: {"token.txt": b"lab\n"} for name in ("cantdocpp", "alice")},
    passwords={(HUB, name): "lab" for name in ("cantdocpp", "alice")},
    part=part,
    parts=PARTS,
)
WORLDS[TINY.name] = TINY
