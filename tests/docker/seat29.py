"""A seat with Docker 29's engine, and small images for it."""

from __future__ import annotations

from collections.abc import Callable

from labsim.engine.containerd import Containerd
from labsim.errors import Unreachable
from labsim.image import OCI_MANIFEST, Config, Descriptor, Image, Index, Platform
from labsim.link import Link, Run, converse
from labsim.reference import Reference
from labsim.wire import Dialogue, Request, Response
from tests.docker.seat import BareSeat
from tests.engine.small import image, layer

HOST = "127.0.0.1:5010"
WEB = f"{HOST}/t/app:v1"


class Seat29(BareSeat):
    """A seat with Docker 29's engine, in front of whatever answers."""

    def __init__(self, network: Callable[[Request], Response] | None = None) -> None:
        super().__init__()
        self.store = self.engine = Containerd()  # type: ignore[assignment]  # another engine
        self.network = network

    def converse(self, talk: Dialogue) -> Run:
        return converse(talk, self.network or _nobody, Link(1_000, 1_000_000, 1_000_000))


def _nobody(request: Request) -> Response:
    raise Unreachable(request.host, "connection refused")


def seat_with_image(network: Callable[[Request], Response] | None = None) -> Seat29:
    seat = Seat29(network)
    seat.store.adopt(image("os"), [Reference(WEB)])
    return seat


def multi_platform_seat(*, whole: bool = False) -> Seat29:
    """An index of which only this machine's image is here, or all of it."""
    seat, images = Seat29(), []
    for name, architecture in (("os", "amd64"), ("arm", "arm64")):
        platform = Platform("linux", architecture)
        one = layer(name)
        config = Config.make([one.diff_id], created="2025-01-01T00:00:00Z", platform=platform)
        images.append((Image(config, [one]), platform))
    rows = [Descriptor.of(OCI_MANIFEST, one.manifest("oci"), kind) for one, kind in images]
    here = images if whole else images[:1]
    blobs = [blob for one, _ in here for blob in (one.manifest("oci"), *one.blobs)]
    names = [Reference("app:1"), Reference(WEB)]
    seat.store.hold(Index.oci(rows), blobs, names)
    return seat
