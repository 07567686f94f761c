"""What two recordings of one session may differ in: a clock's words, and no others."""

from __future__ import annotations

import pytest

from tests.dockerfile.session import settled

ID = "sha256:" + "ab" * 32
LINES = (
    "transferring dockerfile: 2B",
    "transferring context: 81B",
    "resolve docker.io/library/base:1",
    "exporting layers",
    f"exporting manifest {ID}",
    f"writing image {ID}",
    "naming to docker.io/demo/app:1",
    "unpacking to docker.io/demo/app:1",
)


@pytest.mark.parametrize("line", LINES)
def test_how_long_a_line_took_is_left_out(line):
    assert settled(f"#6 {line} 0.0s done\n") == settled(f"#6 {line} done\n")
    assert settled(f"#6 {line} 12.3s done\n#6 DONE 0.1s") == settled(
        f"#6 {line} done\n#6 DONE 0.0s"
    )
    assert settled(f"#6 {line} done\n")[0].endswith(" done")


def test_what_a_line_says_is_not():
    assert settled("#6 naming to docker.io/a done\n") != settled("#6 naming to docker.io/b done\n")
    assert settled("#6 0.1 well done\n") != settled("#6 0.2 well done\n")


def test_what_has_only_begun_is_left_out():
    done = "#2 transferring context: 2B done\n#2 DONE 0.0s"
    assert settled(f"#2 transferring context:\n{done}") == settled(done)
