"""A real directory becomes files of a lab, once."""

from __future__ import annotations

import pytest

from labsim.doors import folder
from labsim.doors.folder import read_folder
from labsim.errors import LabError
from labsim.worlds import Lab


def test_a_folder_is_read_once_and_built_from(tmp_path):
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text("print(1)\n")
    (tmp_path / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "run.sh").chmod(0o755)
    (tmp_path / "big.log").write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("x")
    (tmp_path / ".dockerignore").write_text("*.log\n")
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    lab = Lab()
    names = read_folder(lab, tmp_path, "work")
    assert names == ["work/.dockerignore", "work/Dockerfile", "work/run.sh", "work/app/main.py"]
    (tmp_path / "run.sh").unlink()
    assert lab.docker("docker build -t app work").exit_code == 0
    modes = {entry.name: entry.mode for entry in lab.image("app").layers[0].tar.entries}
    assert (modes["run.sh"], modes["app/main.py"]) == (0o755, 0o644)
    again = Lab.replay(lab.script, lab.attachments)
    assert again.image("app").id == lab.image("app").id


def test_a_folder_that_is_none_or_too_large_is_refused(tmp_path, monkeypatch):
    lab = Lab()
    with pytest.raises(LabError, match="there is no folder"):
        read_folder(lab, tmp_path / "nothing")
    (tmp_path / "a").write_text("1234")
    monkeypatch.setattr(folder, "_MOST_BYTES", 3)
    with pytest.raises(LabError, match=r"1 files of 4 bytes"):
        read_folder(lab, tmp_path)
    assert lab.journal == []
