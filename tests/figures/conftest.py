"""A lab with something to draw: what the lesson has when it looks at its pictures."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.course import views
from labsim.image import Image

LOGIN = "login -u cantdocpp --password-stdin < token.txt"


@pytest.fixture
def lab() -> Lab:
    """A lab in which golang was re-tagged and pushed, and an image was built upon it."""
    lab = Lab()
    for line in ("pull debian:stable", "pull golang", "pull alpine:3", LOGIN):
        lab.docker(line)
    lab.tag("golang", "cantdocpp/golang:v1")
    lab.push("cantdocpp/golang:v1")
    lab.build("cantdocpp/golang:1.0", base="golang", layers=["deps", "src"])
    return lab


@pytest.fixture
def images(lab: Lab) -> dict[str, Image]:
    """A store of debian, golang and alpine, and an image built on golang under two names."""
    lab.tag("cantdocpp/golang:1.0", "cantdocpp/golang:latest")
    lab.rmi("cantdocpp/golang:v1")
    return views.images(lab)
