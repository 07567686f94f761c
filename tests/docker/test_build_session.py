"""A session of builds prints what the builders of daemon 20.10.24 were recorded to print."""

from __future__ import annotations

import pytest

from tests.docker.seat import BareSeat
from tests.dockerfile.session import FILES, SESSION, recorded, settled


@pytest.mark.parametrize("builder", ["legacy", "buildkit"])
def test_every_line_of_the_session_prints_what_the_real_builder_printed(builder):
    seat = BareSeat()
    seat.files = {name: text.encode() for name, text in FILES.items()}
    for build, real in zip(SESSION, recorded(builder), strict=True):
        seat.files |= {name: text.encode() for name, text in build.edits.items()}
        choice = "DOCKER_BUILDKIT=0 " if builder == "legacy" else ""
        ours = seat.docker(f"{choice}docker build {build.words}")
        for stream in ("stdout", "stderr"):
            assert settled(getattr(ours, stream)) == settled(real[stream]), build.words
