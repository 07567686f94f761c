"""A lab in a file: readable, replaced in one step, and safe from two writers."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading

import pytest

from labsim.blob import Blob
from labsim.doors.labfile import LabFile
from labsim.errors import LabError


def names(file: LabFile) -> list[str]:
    with file.turn() as lab:
        return list(lab.images())


def test_the_file_is_the_script(tmp_path):
    file = LabFile(tmp_path / "my.lab")
    with file.turn() as lab:
        lab.docker("pull -q alpine")
        script = lab.script
    assert (tmp_path / "my.lab").read_bytes() == script.encode()
    assert "docker pull -q alpine" in script


def test_the_next_to_open_it_finds_everything(tmp_path):
    with LabFile(tmp_path / "my.lab").turn() as lab:
        lab.docker("pull -q alpine")
        lab.docker("tag alpine mine")
    assert names(LabFile(tmp_path / "my.lab")) == ["alpine:latest", "mine:latest"]


def test_looking_writes_nothing(tmp_path):
    file = LabFile(tmp_path / "my.lab")
    with file.turn() as lab:
        lab.docker("pull -q alpine")
    stamp = (tmp_path / "my.lab").stat().st_mtime_ns
    assert names(file) == ["alpine:latest"]
    assert (tmp_path / "my.lab").stat().st_mtime_ns == stamp


def test_bytes_that_came_along_lie_beside_it_by_digest(tmp_path):
    content = Blob(b"\x00\xff" * 3000)
    with LabFile(tmp_path / "my.lab").turn() as lab:
        lab.write("blob.bin", bytes(content))
    home = tmp_path / "my.lab.d" / "sha256" / content.digest.hex
    assert home.read_bytes() == bytes(content)
    with LabFile(tmp_path / "my.lab").turn() as lab:
        assert lab.files["blob.bin"] == bytes(content)


def test_typed_secrets_lie_beside_it_for_its_owner_alone(tmp_path):
    file = LabFile(tmp_path / "my.lab")
    with file.turn() as lab:
        lab.sign_up("bob", "hunter2")
        lab.sign_up("eve", "hunter3")
        lab.undo()
    home = tmp_path / "my.lab.d" / "secrets"
    assert "hunter2" in home.read_text(encoding="utf-8")
    assert "hunter3" not in home.read_text(encoding="utf-8")
    if sys.platform != "win32":
        assert stat.S_IMODE(home.stat().st_mode) == 0o600
    with LabFile(tmp_path / "my.lab").turn() as lab:
        assert lab.docker("login -u bob -p wrong").exit_code == 1
        assert lab.docker("login -u bob -p hunter2").exit_code == 0


def test_without_its_secrets_a_lab_takes_any_password_of_who_signed_up(tmp_path):
    with LabFile(tmp_path / "my.lab").turn() as lab:
        lab.sign_up("bob", "hunter2")
    (tmp_path / "my.lab.d" / "secrets").unlink()
    with LabFile(tmp_path / "my.lab").turn() as lab:
        assert lab.docker("login -u bob -p whatever").exit_code == 0


def test_a_script_edited_by_hand_keeps_the_secrets_of_the_lines_that_stayed(tmp_path):
    home = tmp_path / "my.lab"
    with LabFile(home).turn() as lab:
        lab.sign_up("eve", "hunter3")
        lab.sign_up("bob", "hunter2")
    home.write_text(home.read_text(encoding="utf-8").replace("sign_up eve\n", "wait 1h\n"))
    with LabFile(home).turn() as lab:
        assert lab.docker("login -u bob -p hunter3").exit_code == 1


@pytest.mark.parametrize("text", ["{", "[1]", '[["wait"]]', '{"a": 1}', '[[["wait"], "x"]]'])
def test_secrets_that_cannot_be_read_are_named(tmp_path, text):
    with LabFile(tmp_path / "my.lab").turn() as lab:
        lab.sign_up("bob", "hunter2")
    (tmp_path / "my.lab.d" / "secrets").write_text(text, encoding="utf-8")
    with pytest.raises(LabError, match="secrets cannot be read: remove it"):
        names(LabFile(tmp_path / "my.lab"))


def test_changed_bytes_are_refused_by_name(tmp_path):
    with LabFile(tmp_path / "my.lab").turn() as lab:
        lab.write("blob.bin", b"\x00\xff" * 3000)
    (home,) = (tmp_path / "my.lab.d" / "sha256").iterdir()
    home.write_bytes(b"something else")
    with pytest.raises(LabError, match=f"{home.name} was changed"):
        names(LabFile(tmp_path / "my.lab"))


def test_a_file_that_is_no_script_is_refused_by_name_and_left_alone(tmp_path):
    (tmp_path / "my.lab").write_text("hello\n", encoding="utf-8")
    with pytest.raises(LabError, match=r"my\.lab is no lab that can be opened"):
        names(LabFile(tmp_path / "my.lab"))
    assert (tmp_path / "my.lab").read_text(encoding="utf-8") == "hello\n"


def test_a_file_that_is_no_text_is_refused_by_name_and_left_alone(tmp_path):
    (tmp_path / "my.lab").write_bytes(b"\xff\xfe lab")
    with pytest.raises(
        LabError, match=r"my\.lab is no lab that can be opened: it is not UTF-8; move it"
    ):
        names(LabFile(tmp_path / "my.lab"))
    assert (tmp_path / "my.lab").read_bytes() == b"\xff\xfe lab"


def test_what_was_done_before_an_error_is_kept(tmp_path):
    def stumble() -> None:
        with LabFile(tmp_path / "my.lab").turn() as lab:
            lab.docker("pull -q alpine")
            lab.as_user("nobody at all")

    with pytest.raises(LabError):
        stumble()
    assert names(LabFile(tmp_path / "my.lab")) == ["alpine:latest"]


def test_a_second_holder_sees_the_turn_of_the_first(tmp_path):
    here, there = LabFile(tmp_path / "my.lab"), LabFile(tmp_path / "my.lab")
    assert names(here) == []
    with there.turn() as lab:
        lab.docker("pull -q alpine")
    assert names(here) == ["alpine:latest"]


def test_two_at_once_take_turns_and_lose_nothing(tmp_path):
    def pull(count: int) -> None:
        for at in range(5):
            with LabFile(tmp_path / "my.lab").turn() as lab:
                lab.write(f"{count}-{at}.txt", "x")

    writers = [threading.Thread(target=pull, args=(count,)) for count in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with LabFile(tmp_path / "my.lab").turn() as lab:
        mine = [name for name in lab.files if "-" in name and name[0] in "012"]
    assert len(mine) == 15


def test_a_holder_that_dies_frees_the_lock(tmp_path):
    die = "import os, sys; from labsim.doors.labfile import LabFile\n"
    die += "with LabFile(sys.argv[1]).turn() as lab: lab.docker('pull -q alpine'); os._exit(9)"
    path = str(tmp_path / "my.lab")
    ended = subprocess.run([sys.executable, "-c", die, path], check=False, timeout=60)
    assert ended.returncode == 9
    assert names(LabFile(path)) == []
