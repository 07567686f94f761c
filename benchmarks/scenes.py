"""The scenes that are measured, and that the quick suite counts: made the same for both."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from labsim import Lab
from labsim.archive import file, tar
from labsim.blob import Blob
from labsim.client.memory import Memory
from labsim.client.push import push
from labsim.client.session import Session
from labsim.dockerfile import read
from labsim.engine.builder import BuildCache, Built, Context, ContextFile, Order, buildkit, legacy
from labsim.image import DOCKER_CONFIG, DOCKER_LAYER, Config, Descriptor, Image, Layer, Manifest
from labsim.link import Link, Run, converse
from labsim.reference import Reference
from labsim.registry import Registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.lab.laptop import Laptop

__all__ = [
    "HOST", "Push", "adopted", "build_plan", "first_push", "hash_floor", "image_of",
    "images_to_list", "long_dockerfile", "one_more_push", "plainly", "pulled", "stocked",
]  # fmt: skip

HOST = "localhost:5000"
WIRE = Link(delay_us=20_000, up_bytes_per_s=10_000_000, down_bytes_per_s=50_000_000)
MADE = "2025-03-01T09:00:00Z"


def image_of(layers: int = 8, size: int = 1024, salt: str = "") -> Image:
    """An image whose packed layers hold ``size`` bytes that do not shrink."""
    return image_with([_layer(f"{salt}/{at}", size) for at in range(layers)])


def image_with(layers: list[Layer]) -> Image:
    """These layers under a config."""
    return Image(Config.make([layer.diff_id for layer in layers], created=MADE), layers)


def _layer(salt: str, size: int) -> Layer:
    noise = hashlib.shake_256(salt.encode()).digest(size)
    return Layer.of(tar([file("data.bin", noise)]))


class Push(NamedTuple):
    """A push that is ready to run: ``run()`` does it, against ``registry``."""

    registry: Registry
    run: Callable[[], Run]


def first_push(image: Image, registry: Registry | None = None, name: str = "team/app:1.0") -> Push:
    """A push by a client that remembers nothing at first, with its full trace."""
    target, memory = Registry(HOST) if registry is None else registry, Memory()
    reference = Reference(f"{HOST}/{name}")

    def run() -> Run:
        talk = push(Session(HOST), reference, image, memory)
        return converse(talk, target.handle, WIRE)

    return Push(target, run)


def hash_floor(image: Image) -> Callable[[], object]:
    """What cannot be avoided: one SHA-256 over each layer, the config and the manifest."""
    contents = [bytes(blob) for blob in (*image.blobs, image.manifest("docker"))]

    def run() -> object:
        return [hashlib.sha256(content).digest() for content in contents]

    return run


def stocked(layers: int, per_image: int = 50) -> Registry:
    """A registry that holds so many layers, in repositories of ``per_image`` each."""
    return Registry(HOST, content=map(_shelf, range(layers // per_image), [per_image] * layers))


def _shelf(number: int, per_image: int) -> tuple[str, list[str], Manifest, list[Blob], str]:
    blobs = [Blob(b"%d/%d" % (number, at)) for at in range(per_image)]
    config = Blob(b'{"architecture":"amd64","os":"linux"}')
    rows = [Descriptor.of(DOCKER_LAYER, blob) for blob in blobs]
    manifest = Manifest.docker(Descriptor.of(DOCKER_CONFIG, config), rows)
    return f"stock/r{number}", ["latest"], manifest, [config, *blobs], "public"


def one_more_push(registry: Registry, number: int) -> Push:
    """A push of a new small image into a registry that has seen others."""
    return first_push(image_of(4, 256, f"more/{number}"), registry, f"team/app:v{number}")


def long_dockerfile(steps: int = 50) -> str:
    """A Dockerfile of so many instructions, as people write them, on a base of nothing."""
    kinds = (
        "ENV NAME_{n}=value-{n}",
        "COPY file-{n}.txt /app/",
        "RUN apt-get update && apt-get install -y tool-{n}",
        'LABEL label.{n}="some text"',
        "RUN echo {n} > /app/{n}.txt",
    )
    lines = [kinds[n % len(kinds)].format(n=n) for n in range(steps - 1)]
    return "\n".join(["FROM base", *lines, ""])


def build_plan(builder: str, dockerfile: str) -> Built:
    """Read a Dockerfile and build it with an empty cache."""
    files = {f"file-{n}.txt": ContextFile(Blob(b"%d\n" % n)) for n in range(60)}
    order = Order(read(dockerfile, buildkit=builder == "buildkit"), Context.of(files))
    images = {"base": Image(Config.make([], created=MADE), [])}
    if builder == "buildkit":
        return buildkit.build(order, BuildCache(), images, 0)
    return legacy.build(order, BuildCache(), images, 0, lambda _: True)


def images_to_list(count: int) -> list[tuple[Image, Reference]]:
    """So many images, and a name for each; nobody has read them yet."""
    layers = [_layer(f"listed/{at}", 64) for at in range(4)]
    found = []
    for number in range(count):
        labels = [("number", str(number))]
        config = Config.make([one.diff_id for one in layers], created=MADE, labels=labels)
        name = Reference(f"team/app{number % 100}:v{number}")
        found.append((Image(config, layers), name))
    return found


def adopted(engine: str, images: Iterable[tuple[Image, Reference]]) -> Laptop:
    """A laptop that these images have just come to: nothing was listed there."""
    laptop = Lab(engine=engine).seat
    for image, name in images:
        laptop.engine.adopt(image, [name])
    return laptop


def pulled(engine: str) -> Lab:
    """A lab in which one image of the Hub was pulled."""
    lab = Lab(engine=engine)
    assert lab.docker("pull golang").exit_code == 0
    return lab


def plainly(text: str) -> Callable[[], str]:
    """The same table written with nothing but string formatting, its columns as wide as there."""
    cells = [re.split(" {2,}", line.rstrip()) for line in text.splitlines()]
    rows = [(*row, *[""] * (len(cells[0]) - len(row))) for row in cells]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    form = "   ".join(f"%-{width}s" for width in widths) + "\n"
    return lambda: "".join([form % row for row in rows])
