"""Looking is not doing: it is journalled, but it is no step back, and it does not cost a redo."""

import pytest

from labsim import Lab
from labsim.docker.commands import only_looks
from labsim.errors import LabError


def test_a_look_between_undo_and_redo_costs_nothing():
    lab = Lab()
    lab.docker("pull -q alpine")
    lab.undo()
    assert "alpine" not in lab.docker("images").stdout
    assert lab.redo() == ["docker", "pull -q alpine"]
    assert "alpine" in lab.docker("images").stdout
    assert lab.journal == [["docker", "images"], ["docker", "pull -q alpine"], ["docker", "images"]]


def test_undo_takes_back_what_changed_something():
    lab = Lab()
    lab.docker("pull -q alpine")
    lab.docker("rmi alpine")
    for look in ("images", "docker image ls -a", "version", "push --help"):
        lab.docker(look)
    assert lab.undo() == ["docker", "rmi alpine"]
    assert "alpine" in lab.docker("images").stdout
    assert lab.undo() == ["docker", "pull -q alpine"]
    lab.docker("images")
    with pytest.raises(LabError, match="nothing to undo"):
        lab.undo()


@pytest.mark.parametrize(
    "line", ["pull x", "image tag a b", "login", "image", "imagesque", "run x"]
)
def test_what_may_change_something_is_no_look(line):
    assert not only_looks(line)
