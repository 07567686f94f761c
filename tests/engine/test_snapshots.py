"""What a layer takes on the disk, in blocks."""

from __future__ import annotations

import pytest

from labsim.archive import Member, directory, file, hardlink, symlink, tar
from labsim.engine.snapshots import disk_size

BLOCK = 4096


@pytest.mark.parametrize(
    ("members", "blocks"),
    [
        pytest.param([], 1, id="the layer is a folder"),
        pytest.param([file("f", b"nine byte")], 2, id="a small file takes a block"),
        pytest.param([file("f", bytes(BLOCK))], 2, id="a full block is one"),
        pytest.param([file("f", bytes(BLOCK + 1))], 3, id="one byte more takes another"),
        pytest.param([file("f")], 1, id="no bytes, no block"),
        pytest.param([file(".wh.f")], 1, id="a mark that hides takes none"),
        pytest.param([directory("a/b")], 3, id="folders, those above too"),
        pytest.param([file("a/f", b"x"), directory("a")], 3, id="a folder counts once"),
        pytest.param([file("./f", b"x"), file("f", b"y")], 2, id="the same file twice"),
        pytest.param([file("f", b"x"), hardlink("g", "f")], 2, id="a second name is none"),
        pytest.param([symlink("l", "x" * 59)], 1, id="a short link"),
        pytest.param([symlink("l", "x" * 60)], 2, id="a long link"),
    ],
)
def test_a_layer_takes_whole_blocks(members: list[Member], blocks: int):
    assert disk_size(tar(members).entries) == blocks * BLOCK
