"""What a skopeo of today pushes is drawn with the rows of the same push simulated."""

from __future__ import annotations

import pytest

from labsim import Registry, serve
from labsim.registry import OPEN
from tests.conformance.images import FIRST, SECOND, layout
from tests.figures.test_real import decided, rows, simulated

pytestmark = pytest.mark.peer


@pytest.mark.parametrize("engine", ["classic", "containerd"])
def test_a_push_by_skopeo_has_the_rows_of_the_same_push_simulated(tmp_path, real, engine):
    with serve(Registry("localhost:5000", policy=OPEN)) as door:
        for at, image in enumerate((FIRST, SECOND), 1):
            folder = layout(image, tmp_path / str(at))
            ran = real(
                "skopeo",
                "--insecure-policy",
                "copy",
                "--dest-tls-verify=false",
                f"oci:{folder}",
                f"docker://{door.host}/team/app:{at}",
            )
            assert ran.returncode == 0, ran.stderr
        traces = [push.trace for push in door.pushes]
    assert [rows(trace) for trace in traces] == [rows(trace) for trace in simulated(engine)]
    assert [decided(trace) for trace in traces] == [decided(trace) for trace in simulated(engine)]
