"""``labsim serve`` as a person starts and stops it."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from labsim.doors.disk import DiskShelf
from labsim.doors.labfile import LabFile
from labsim.doors.serve.openness import openness, warning
from labsim.registry import HTPASSWD, HUB, LOCKED, Registry
from labsim.registry.restore import restored
from tests.doors.serve.speaking import Line
from tests.terminal.conftest import ROOT

UPLOADS = "/v2/team/app/blobs/uploads/"


class Running(NamedTuple):
    """A server, what it said first, and the port that it said."""

    process: subprocess.Popen[str]
    said: str

    @property
    def port(self) -> int:
        return int(self.said.partition(": ")[0].rpartition(":")[2].partition("/")[0])

    def stop(self, sign: int = signal.SIGTERM) -> tuple[int, str, str]:
        self.process.send_signal(sign)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@pytest.fixture
def serving(tmp_path) -> Iterator[Callable[..., Running]]:
    """``serving("--verbose")``: a server on a free port."""
    running: list[Running] = []

    def start(*words: str) -> Running:
        process = subprocess.Popen(
            [sys.executable, "-m", "labsim", "serve", "--port", "0", *words],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        assert process.stdout is not None
        running.append(Running(process, process.stdout.readline()))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


def path(location: str) -> str:
    return "/" + location.split("/", 3)[3]


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_says_one_line_and_ends_in_order(serving, sign):
    server = serving()
    assert server.said == (
        f"http://127.0.0.1:{server.port}: plain distribution, open to programs on this machine, "
        "no accounts: everybody may do everything; "
        "kept in memory, at most 512MiB, and forgotten at the end\n"
    )
    with Line(server) as line:
        assert line.ask("GET", "/v2/").status == 200
        assert server.stop(sign) == (0, "", "")


ACCOUNTS = Registry("x", users={"ann": "secret"})


@pytest.mark.parametrize(
    ("registry", "bound", "open_to", "warned"),
    [
        (Registry("x"), "127.0.0.1", "to programs on this machine, no accounts", ""),
        (
            Registry("x"),
            "0.0.0.0",
            "to whoever can reach",
            "every network of this machine, and who",
        ),
        (
            ACCOUNTS,
            "192.0.2.7",
            "to whoever can reach this machine, 1 account",
            "on 192.0.2.7: other",
        ),
        (ACCOUNTS, "::1", "to programs on this machine, 1 account", ""),
    ],
)
def test_a_second_line_where_other_machines_can_come(registry, bound, open_to, warned):
    assert open_to in openness(registry, bound)
    assert warned in warning(registry, bound)
    assert bool(warned) == bool(warning(registry, bound))


@pytest.mark.parametrize(
    ("policy", "anybody"),
    [
        (HTPASSWD, "1 account, and nobody else"),
        (LOCKED, "1 account, and nobody else"),
        (HUB, "1 account, and anybody to pull what is public"),
        (LOCKED.turned("anonymous_pull", True), "1 account, and anybody to pull what is public"),
    ],
)
def test_the_line_says_what_is_open_without_an_account(policy, anybody):
    registry = Registry("x", policy=policy, users={"ann": "secret"})
    assert openness(registry, "::1").endswith(f"to programs on this machine, {anybody}")


def test_verbose_is_a_line_for_each_request_without_a_secret(serving):
    server = serving("--verbose")
    with Line(server) as line:
        where = line.ask("POST", UPLOADS).headers["Location"]
        secret = [("Authorization", "Basic YW5uOmh1bnRlcjIy")]
        line.ask("PATCH", path(where), secret, b"12345")
        line.ask("GET", "/v2/team/app/tags/list?token=hunter22")
    code, _, err = server.stop()
    lines = err.splitlines()
    assert code == 0
    assert len(lines) == 3
    assert lines[1].startswith("127.0.0.1 PATCH /v2/team/app/blobs/uploads/")
    assert " 202 up 5 down 0 " in lines[1]
    for told in ("YW5u", "hunter22", "_state", path(where).partition("?")[0]):
        assert told not in err


def test_an_open_desk_is_said_and_to_whom(serving):
    server = serving("--operator")
    assert server.process.stdout.readline() == (
        f"the operator's desk http://127.0.0.1:{server.port}/_lab/ is open to every program on this"
        " machine, without a password: what changes something carries the header"
        " X-Lab-Operator: yes\n"
    )
    with Line(server) as line:
        meant = [("X-Lab-Operator", "yes")]
        assert line.ask("POST", "/_lab/collect").status == 403
        assert line.ask("POST", "/_lab/collect", [*meant, ("Origin", "http://x.org")]).status == 404
        assert line.ask("POST", "/_lab/collect", meant).status == 200
    assert server.stop() == (0, "", "")


def test_memory_ends_with_507(serving):
    server = serving("--max-memory", "100kB")
    with Line(server) as line:
        where = path(line.ask("POST", UPLOADS).headers["Location"])
        assert line.ask("PATCH", where, body=bytes(60_000)).status == 202
        assert line.ask("PATCH", where, body=bytes(60_000)).status == 507
    with Line(server) as line:
        assert line.ask("GET", where).headers["Range"] == "0-59999"


def test_a_folder_is_there_again_after_a_restart(serving):
    body = b"a layer" * 1000
    digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    server = serving("--store", "store")
    assert server.said.endswith("everybody may do everything; kept in store\n")
    with Line(server) as line:
        where = path(line.ask("POST", UPLOADS).headers["Location"])
        assert line.ask("PUT", f"{where}&digest={digest}", body=body).status == 201
    assert server.stop() == (0, "", "")
    again = serving("--store", "store")
    with Line(again) as line:
        assert line.ask("GET", f"/v2/team/app/blobs/{digest}").body == body


def test_a_folder_with_private_repositories_and_nobody_asked_is_said(serving, tmp_path):
    shelf = DiskShelf(tmp_path / "store")
    store = restored(shelf)
    for name, visibility in (("ann/app", "private"), ("ann/base", "public"), ("bob/x", "private")):
        store.opened(name, visibility)
    shelf.close()
    server = serving("--store", "store")
    assert server.process.stdout.readline() == (
        "what was private is open to everybody, as nobody is asked for an account:"
        " ann/app and 1 more\n"
    )
    server.stop()
    (tmp_path / "people").write_text(f"ann:$2y$05${'a' * 53}\n")
    closed = serving("--store", "store", "--users", "people")
    assert "htpasswd" in closed.said
    assert closed.stop() == (0, "", "")


def test_a_folder_has_one_server(serving, labsim):
    serving("--store", "store")
    second = labsim("serve", "--port", "0", "--store", "store")
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1


def test_a_killed_servers_folder_is_free_for_the_next(serving):
    server = serving("--store", "store")
    server.process.kill()
    server.process.communicate()
    again = serving("--store", "store")
    assert again.said.startswith("http://127.0.0.1:")
    assert again.stop()[0] == 0


def test_a_registry_of_a_world_has_what_it_has(serving):
    server = serving("--world", "w1", "--registry", "docker.io")
    assert "Docker Hub" in server.said
    with Line(server) as line:
        heard = line.ask("GET", "/v2/library/golang/tags/list")
        assert heard.status == 401
        realm = 'realm="http://localhost:5000/token",service="registry.docker.io"'
        assert realm in heard.headers["Www-Authenticate"]


def test_a_lab_in_a_file_is_one_that_other_terminals_see(serving, tmp_path):
    server = serving("--open-lab", "my.lab")
    assert server.said.endswith("; a new lab, every request is an action in my.lab\n")
    with Line(server) as line:
        assert line.ask("POST", UPLOADS).status == 202
    with LabFile(tmp_path / "my.lab").turn() as lab:
        assert [action[:3] for action in lab.journal] == [["http", "POST", UPLOADS]]
        lab.docker("images")
    assert server.stop()[0] == 0
    again = serving("--open-lab", "my.lab")
    assert again.said.endswith("; every request is an action in my.lab\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--tls-cert", "cert.pem"], "TLS needs both: --tls-cert FILE and --tls-key FILE"),
        (["--world", "w9"], "there is no world 'w9'; there is: w1"),
        (
            ["--world", "w1", "--registry", "x"],
            "w1 has no registry 'x'; it has: docker.io, ghcr.io,",
        ),
        (["--max-memory", "much"], "'much' is no number of bytes"),
        (["--prefix", "here"], "'here' is no prefix: write it like /registry"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1"),
        (["--users", "nobody"], "there is no account in nobody: labsim users nobody add NAME"),
        (["--users", ""], "--users says nothing"),
        (["--store", ""], "--store says nothing"),
        (["--users", "people", "--world", "w1"], "--users does not go with --world: "),
        (["--users", "people", "--open-lab", "x.lab"], "--users does not go with --open-lab: "),
        (["--policy", "hub", "--open-lab", "x.lab"], "--policy does not go with --open-lab: "),
        (["--operator", "--open-lab", "x.lab"], "--operator does not go with --open-lab: "),
        (["--max-memory", "1MB", "--store", "kept"], "--max-memory does not go with --store: "),
        (["--users", "nobody", "--store", "kept"], "there is no account in nobody"),
        (["--registry", "a b"], "a registry needs a host, such as registry.example.com:5000"),
    ],
)
def test_a_wish_that_cannot_be_met_is_one_sentence(labsim, tmp_path, words, sentence):
    (tmp_path / "nobody").write_text("\n# alice:is gone\n")
    (tmp_path / "people").write_text(f"alice:$2y$05${'a' * 53}\n")
    ended = labsim("serve", "--port", "0", *words)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"labsim serve: {sentence}")
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "kept").exists()
    assert not (tmp_path / "x.lab").exists()


@pytest.mark.parametrize(
    "words", [["--no-such"], ["--policy", "mine"], ["--store", "a", "--world", "w1"]]
)
def test_a_mistyped_option_is_exit_code_2(labsim, words):
    assert labsim("serve", *words).returncode == 2


def test_help_lists_what_there_is(labsim):
    told = labsim("serve", "--help").stdout
    for option in ("--policy", "--users", "--store", "--world", "--open-lab", "--tls-cert"):
        assert option in told
    assert "labsim serve --help" in labsim("help").stdout


def test_without_its_packages_it_says_what_to_install(tmp_path: Path):
    code = "import sys; sys.modules['uvicorn'] = None; import labsim.__main__ as m; "
    code += "sys.exit(m.main(['serve', '--port', '0']))"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr == (
        'labsim serve: serving needs the package uvicorn: pip install "labsim[serve]"\n'
    )
