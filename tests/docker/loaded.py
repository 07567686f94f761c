"""A seat with the images of :mod:`tests.docker.stacked`."""

from __future__ import annotations

from labsim.blob import Blob
from labsim.image import Image
from labsim.reference import Reference
from tests.docker.seat import BareSeat
from tests.docker.stacked import images


def loaded_seat() -> BareSeat:
    seat = BareSeat()
    for document, names, layers in images():
        image = Image.read(Blob(document), map(Blob, layers))
        seat.engine.adopt(image, map(Reference, names))
    return seat
