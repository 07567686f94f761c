"""A daemon's door: opened by a notebook or by ``labsim daemon``, at a port or at a path."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import labsim
from labsim import Lab, LabError
from labsim.doors.daemon.listening import listening, usual_place
from labsim.terminal.daemon import main

no_unix = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no such sockets here")
START_S = 60


def ping(host: str) -> tuple[int, bytes]:
    """Ask who is there."""
    if host.startswith("tcp://"):
        connection = http.client.HTTPConnection(host.removeprefix("tcp://"), timeout=10)
    else:
        connection = http.client.HTTPConnection("docker", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(10)
        connection.sock.connect(host.removeprefix("unix://"))
    try:
        connection.request("GET", "/_ping")
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_a_notebook_opens_a_port_and_shuts_it():
    lab = Lab()
    with labsim.daemon(lab) as door:
        assert ping(door.host) == (200, b"OK")
        assert f"DOCKER_HOST={door.host}" in repr(door)
        with door.turn() as mine:
            assert mine is lab
    assert (door.open, repr(door)) == (False, "<DaemonDoor: shut>")
    door.stop()
    with pytest.raises(LabError, match="this door is shut"):
        door.__enter__()
    with pytest.raises(ConnectionRefusedError):
        ping(door.host)


def test_only_a_lab_has_a_daemon():
    with pytest.raises(LabError, match="needs a Lab"):
        labsim.daemon("lab")  # type: ignore[arg-type]  # what a slip would give


@no_unix
def test_a_path_is_its_owners_and_goes_with_the_door(tmp_path):
    path = tmp_path / "below" / "docker.sock"
    with labsim.daemon(Lab(), listen=f"unix://{path}") as door:
        assert ping(door.host) == (200, b"OK")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pytest.raises(LabError, match="somebody listens at"):
            listening(door.host)
    assert not path.exists()


@no_unix
def test_a_socket_that_was_left_behind_is_taken_over(tmp_path):
    path = tmp_path / "docker.sock"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    with labsim.daemon(Lab(), listen=f"unix://{path}") as door:
        assert ping(door.host) == (200, b"OK")


@no_unix
@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("unix://docker.sock", "write the whole path"),
        ("unix:///" + "x" * 120, "too long for a socket"),
        ("unix:///proc/docker.sock", "cannot listen at /proc/docker.sock"),
    ],
)
def test_a_path_that_cannot_be_is_refused_in_a_sentence(place, words):
    with pytest.raises(LabError, match=words):
        listening(place)


@no_unix
def test_a_file_is_not_overwritten(tmp_path):
    path = tmp_path / "precious"
    path.write_text("words", encoding="utf-8")
    with pytest.raises(LabError, match="is no socket"):
        listening(f"unix://{path}")
    assert path.read_text(encoding="utf-8") == "words"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("tcp://0.0.0.0:2375", "listens on this machine only"),
        ("tcp://192.0.2.1:2375", "listens on this machine only"),
        ("tcp://127.0.0.1", "write tcp://127.0.0.1:2375"),
        ("tcp://127.0.0.1:99999", "there is no port 99999"),
        ("ssh://alice@host", "listens at unix:///path or tcp"),
        ("", "listens at unix:///path or tcp"),
    ],
)
def test_a_place_that_cannot_be_is_refused_in_a_sentence(place, words):
    with pytest.raises(LabError, match=words):
        listening(place)


def test_the_usual_place_is_a_socket_at_home_where_there_are_sockets(monkeypatch):
    place = usual_place()
    assert place.startswith("unix://") == hasattr(socket, "AF_UNIX")
    monkeypatch.delattr(socket, "AF_UNIX", raising=False)
    assert usual_place() == "tcp://127.0.0.1:0"


def test_the_command_keeps_what_is_typed_in_the_labs_file(tmp_path):
    file = tmp_path / "my.lab"
    words = ["daemon", "--listen", "tcp://127.0.0.1:0", "--open-lab", str(file), "--today"]
    process = subprocess.Popen(
        [sys.executable, "-m", "labsim", *words],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        host = ready.rpartition("DOCKER_HOST=")[2].strip()
        assert ping(host) == (200, b"OK")
        connection = http.client.HTTPConnection(host.removeprefix("tcp://"), timeout=START_S)
        connection.request("POST", "/images/create?fromImage=alpine&tag=3")
        assert connection.getresponse().read()
        connection.close()
    finally:
        process.send_signal(signal.SIGINT if sys.platform != "win32" else signal.SIGTERM)
        _, error = process.communicate(timeout=START_S)
    assert (process.returncode == 0 or sys.platform == "win32", error) == (True, "")
    assert "cantdocpp's laptop in a new lab in" in ready
    _, wait, pull = file.read_text(encoding="utf-8").splitlines()
    assert (wait[:5], pull) == ("wait ", "docker pull alpine:3")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--world", "w9"], "there is no world 'w9'"),
        (["--engine", "podman"], "podman"),
        (["--max-body", "much"], "no number of bytes"),
        (["--listen", "tcp://0.0.0.0:1"], "this machine only"),
    ],
)
def test_a_wish_that_cannot_be_is_one_sentence_and_exit_code_1(capsys, words, sentence):
    assert main(words) == 1
    said = capsys.readouterr().err
    assert said.startswith("labsim daemon: ")
    assert sentence in said
    assert said.count("\n") == 1
