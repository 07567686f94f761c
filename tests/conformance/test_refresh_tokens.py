"""docker keeps a refresh token in place of the password, and shows that at the token server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labsim.doors.htpasswd import add_user, read_users
from labsim.doors.serve import serve
from labsim.registry import TOKENS, Registry
from labsim.wire import Request, Response

pytestmark = pytest.mark.peer


class Listening(Registry):
    """Remembers the requests to the token server."""

    __slots__ = ("asked",)

    asked: list[tuple[str, str, int]]

    def handle(self, request: Request) -> Response:
        answer = super().handle(request)
        if request.path == "/token":
            form = dict(
                pair.split("=", 1) for pair in bytes(request.body).decode().split("&") if pair
            )
            self.asked.append((request.method, form.get("grant_type", ""), answer.status))
        return answer


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Listening:
    monkeypatch.setattr("labsim.doors.htpasswd._USUAL_COST", 4)
    add_user(tmp_path / "users", "alice", "wonderland")
    made = Listening("localhost:5000", policy=TOKENS, users=read_users(tmp_path / "users"))
    made.asked = []
    return made


def test_docker_logs_in_pushes_and_is_turned_away_once_its_token_is_taken_back(
    registry, dockerd, tmp_path
):
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY Dockerfile /\n")
    with serve(registry) as door:
        host = door.url.removeprefix("http://").strip("/")
        login = ("login", "-u", "alice", "--password-stdin", host)
        refused = dockerd.docker(*login, stdin="nonsense")
        assert "unauthorized: incorrect username or password" in refused.stderr
        assert dockerd.docker(*login, stdin="wonderland").returncode == 0
        assert dockerd.docker("build", "-t", f"{host}/alice/app:1", tmp_path).returncode == 0
        pushed = dockerd.docker("push", f"{host}/alice/app:1")
        assert pushed.returncode == 0, pushed.stderr
        assert registry.asked[0] == ("GET", "", 401)
        assert registry.asked[1] == ("GET", "", 200)
        assert registry.asked[2] == ("POST", "refresh_token", 200)
        kept = json.loads(
            (Path(dockerd._env["HOME"]) / ".docker" / "config.json").read_text("utf-8")
        )
        assert sorted(kept["auths"][host]) == ["auth", "identitytoken"]
        registry.access.tokens.take_back("alice")
        refused = dockerd.docker("push", f"{host}/alice/app:1")
        assert refused.returncode == 1
        assert "unauthorized: incorrect username or password" in refused.stderr
        dockerd.docker("logout", host)
