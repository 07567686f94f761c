"""What a request does to the lab, what stays out of its journal, and what is refused in words."""

from __future__ import annotations

import base64
import gzip
import io
import json
import tarfile
from typing import Any

import pytest

from labsim import Lab
from labsim.docker.api.endpoints import ENDPOINTS
from labsim.doors.daemon.desk import DaemonDesk
from labsim.doors.serve.application import Application
from tests.docker.stacked import archive
from tests.doors.daemon.conftest import Desk
from tests.doors.serve.asgi import asked

SECRET = "Tr0ub4dor&3"


def shown(
    user: str = "cantdocpp", password: str = "lab", **more: str
) -> tuple[tuple[str, str], ...]:
    """What a CLI shows of itself with a push or a pull."""
    given = {"username": user, "password": password, **more} if user or more else {}
    text = base64.urlsafe_b64encode(json.dumps(given).encode()).decode()
    return (("X-Registry-Auth", text),)


def told(response: Any) -> Any:
    return json.loads(bytes(response.body))


def pull(daemon: Desk, name: str = "golang", tag: str = "latest") -> None:
    answer = daemon.ask("POST", f"/images/create?fromImage={name}&tag={tag}")
    assert b"errorDetail" not in bytes(answer.body)


def test_what_a_cli_does_is_an_action_like_any_other(daemon):
    pull(daemon)
    daemon.ask("POST", "/images/golang/tag?repo=localhost:5000/go&tag=1")
    daemon.ask("POST", "/images/localhost:5000/go/push?tag=1", b"", shown(""))
    daemon.ask("DELETE", "/images/golang")
    assert daemon.lab.journal == [
        ["docker", "pull golang:latest"],
        ["docker", "tag golang localhost:5000/go:1"],
        ["docker", "push localhost:5000/go:1"],
        ["docker", "rmi golang"],
    ]
    again = Lab.replay(daemon.lab.script)
    assert again.images() == daemon.lab.images()
    assert again.now_us == daemon.lab.now_us
    assert daemon.lab.trace.exchanges


def test_who_only_looks_leaves_nothing_in_the_journal(daemon):
    pull(daemon)
    before = daemon.lab.journal, daemon.lab.now_us
    for target in (
        "/images/json",
        "/images/golang/json",
        "/images/golang/history",
        "/images/golang/get",
        "/distribution/golang/json",
        "/system/df",
        "/info",
        "/events?since=0&until=1",
    ):
        assert daemon.ask("GET", target).status == 200, target
    assert (daemon.lab.journal, daemon.lab.now_us) == before


def test_the_laptop_is_whoever_the_cli_says_it_is(daemon):
    pull(daemon)
    daemon.ask("POST", "/images/golang/tag?repo=cantdocpp/go&tag=1")
    for header in (shown(), shown(), shown("")):
        daemon.ask("POST", "/images/cantdocpp/go/push?tag=1", b"", header)
    assert daemon.lab.journal[2:] == [
        ["credentials", "docker.io", "cantdocpp", "right"],
        ["docker", "push cantdocpp/go:1"],
        ["docker", "push cantdocpp/go:1"],
        ["credentials", "docker.io"],
        ["docker", "push cantdocpp/go:1"],
    ]
    assert "denied" in daemon.lab.last("push").stderr


def test_a_wrong_password_fails_as_it_does_for_docker(daemon):
    pull(daemon)
    daemon.ask("POST", "/images/golang/tag?repo=cantdocpp/go&tag=1")
    answer = daemon.ask("POST", "/images/cantdocpp/go/push?tag=1", b"", shown(password=SECRET))
    assert b"unauthorized: incorrect username or password" in bytes(answer.body)
    assert daemon.lab.journal[2] == ["credentials", "docker.io", "cantdocpp", "wrong"]


def test_no_password_is_written_down(daemon):
    account = {"username": "alice", "password": SECRET, "serveraddress": "ghcr.io"}
    refused = daemon.ask("POST", "/auth", json.dumps(account).encode())
    daemon.ask("POST", "/images/create?fromImage=ghcr.io/a/b&tag=1", b"", shown("alice", SECRET))
    assert refused.status == 401
    texts = [daemon.lab.script, repr(daemon.lab), bytes(refused.body).decode()]
    texts += [str(told_of) for told_of in (daemon.lab.attachments, daemon.lab.last("pull"))]
    hidden = base64.b64encode(f"alice:{SECRET}".encode()).decode()
    assert not any(word in text for text in texts for word in (SECRET, hidden))
    assert ["credentials", "ghcr.io", "alice", "wrong"] in daemon.lab.journal


def test_a_script_with_credentials_written_by_hand_keeps_only_the_verdict():
    script = f"labsim 0.1.0 world=w1 engine=classic seed=0\ncredentials ghcr.io alice {SECRET}\n"
    lab = Lab.replay(script)
    assert lab.journal == [["credentials", "ghcr.io", "alice", "wrong"]]


def test_a_token_is_refused_in_words(daemon):
    header = shown("", identitytoken="abc")
    answer = daemon.ask("POST", "/images/golang/push?tag=1", b"", header)
    assert (answer.status, "password" in told(answer)["message"]) == (501, True)
    assert daemon.lab.journal == []


@pytest.mark.parametrize("target", ["/session", "/grpc", "/build?version=2&session=x"])
def test_buildkit_is_refused_with_the_way_out(daemon, target):
    answer = daemon.ask("POST", f"/v1.41{target}")
    assert (answer.status, "DOCKER_BUILDKIT=0" in told(answer)["message"]) == (501, True)


def context(**files: str) -> bytes:
    """A context as a CLI sends it."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(text), 0o755
            tar.addfile(member, io.BytesIO(text.encode()))
    return stream.getvalue()


def streamed(response: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in bytes(response.body).splitlines()]


def test_a_context_is_built_and_built_again_from_the_cache(daemon):
    body = context(Dockerfile="FROM alpine:3\nCOPY run /run\nENV A=1\n", run="echo hi")
    first = streamed(daemon.ask("POST", "/build?t=app:1", body))
    assert first[0] == {"stream": "Step 1/3 : FROM alpine:3\n"}
    assert first[-1] == {"stream": "Successfully tagged app:1\n"}
    writes = len(daemon.lab.journal)
    again = streamed(daemon.ask("POST", "/build?t=app:2", gzip.compress(body)))
    assert {"stream": " ---> Using cache\n"} in again
    folder = daemon.lab.journal[-1][1].split()[-1]
    assert daemon.lab.journal[writes:] == [
        ["docker", f"DOCKER_BUILDKIT=0 docker build -t app:2 {folder}"]
    ]
    lab = Lab.replay(daemon.lab.script, daemon.lab.attachments)
    assert lab.images() == daemon.lab.images()


def linked(dockerfile: str) -> bytes:
    """A context with an empty folder, a link of each kind, and a folder with a mode of its own."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, kind, mode, link, text in (
            ("Dockerfile", tarfile.REGTYPE, 0o644, "", dockerfile),
            ("a", tarfile.REGTYPE, 0o755, "", "a\n"),
            ("d/", tarfile.DIRTYPE, 0o700, "", ""),
            ("d/empty", tarfile.DIRTYPE, 0o755, "", ""),
            ("h", tarfile.LNKTYPE, 0o755, "a", ""),
            ("l", tarfile.SYMTYPE, 0o777, "a", ""),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.mode, member.linkname, member.size = kind, mode, link, len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return stream.getvalue()


def test_links_and_empty_folders_are_copied(daemon):
    dockerfile = "FROM scratch\nCOPY . /c/\nCOPY l /l2\nCOPY d/empty /e\n"
    streamed(daemon.ask("POST", "/build?t=app:1", linked(dockerfile)))
    image = daemon.lab.image("app:1")
    rows = [
        [(e.name, e.kind, f"{e.mode:o}", e.link) for e in one.tar.entries] for one in image.layers
    ]
    assert rows == [
        [
            ("c/", "5", "755", ""),
            ("c/Dockerfile", "0", "644", ""),
            ("c/a", "0", "755", ""),
            ("c/d/", "5", "700", ""),
            ("c/d/empty/", "5", "755", ""),
            ("c/h", "1", "755", "c/a"),
            ("c/l", "2", "777", "a"),
        ],
        [("l2", "0", "755", "")],
        [("e/", "5", "755", "")],
    ]
    words = daemon.lab.journal[-1][1]
    assert words.startswith("DOCKER_BUILDKIT=0 docker build -t app:1 - < context-")
    replayed = Lab.replay(daemon.lab.script, daemon.lab.attachments)
    assert replayed.images() == daemon.lab.images()


def test_a_link_to_nothing_before_it_is_refused(daemon):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        member = tarfile.TarInfo("h")
        member.type, member.linkname = tarfile.LNKTYPE, "nosuch"
        tar.addfile(member)
    answer = daemon.ask("POST", "/build", stream.getvalue())
    assert (answer.status, "the link h leads to nosuch" in told(answer)["message"]) == (500, True)


def test_a_command_that_fails_sends_its_code(daemon):
    body = context(Dockerfile="FROM alpine:3\nRUN exit 3\n")
    *_, last = streamed(daemon.ask("POST", "/build", body))
    assert last["errorDetail"]["code"] == 3


def test_a_row_names_the_image_that_a_step_began_with(daemon):
    daemon.ask("POST", "/build?t=app", context(Dockerfile="FROM alpine:3\nENV A=1\nENV A=2\n"))
    rows = {row["Id"]: row["ParentId"] for row in told(daemon.ask("GET", "/images/json?all=1"))}
    app = told(daemon.ask("GET", "/images/app/json"))["Id"]
    base = told(daemon.ask("GET", "/images/alpine:3/json"))["Id"]
    assert (len(rows), rows[base], rows[rows[app]]) == (3, "", base)


def test_every_parameter_of_a_build_is_typed(daemon):
    body = context(Other="FROM alpine:3 AS one\nARG V\nFROM alpine:3\n")
    query = (
        "t=a:1&t=b:1&dockerfile=Other&nocache=1&pull=1&q=1&target=one&platform=linux/amd64"
        '&buildargs={"V":"1","W":null}&labels={"k":"v"}'
    )
    (line,) = streamed(daemon.ask("POST", f"/build?{query}", body))
    assert line["stream"].startswith("sha256:")
    typed = daemon.lab.journal[-1][1]
    folder = typed.split()[-1]
    assert typed == (
        f"DOCKER_BUILDKIT=0 docker build -t a:1 -t b:1 -f {folder}/Other --no-cache --pull --quiet"
        f" --target one --platform linux/amd64 --build-arg V=1 --build-arg W --label k=v {folder}"
    )


def test_a_build_that_fails_says_so_in_its_place(daemon):
    wrong = daemon.ask("POST", "/build", context(Dockerfile="FROM alpine:3\nBOGUS\n"))
    assert wrong.status >= 400
    assert told(wrong)["message"].startswith("dockerfile parse error line 2: unknown instruction")
    *_, last = streamed(daemon.ask("POST", "/build", context(Dockerfile="FROM nosuch/x\n")))
    assert last["error"].startswith("pull access denied for nosuch/x")


@pytest.mark.parametrize("body", [b"nonsense", b"\x1f\x8bnonsense"])
def test_a_context_that_is_no_tar_is_refused(daemon, body):
    answer = daemon.ask("POST", "/build", body)
    assert (answer.status, "cannot be read" in told(answer)["message"]) == (500, True)


def test_a_context_on_the_web_is_not_fetched(daemon):
    answer = daemon.ask("POST", "/build?remote=https://example.com/x.git")
    assert (answer.status, "not simulated" in told(answer)["message"]) == (501, True)
    assert daemon.lab.journal == []


def test_an_image_is_not_run(daemon):
    pull(daemon)
    answer = daemon.ask("POST", "/containers/create", b'{"Image":"golang"}')
    assert (answer.status, "no containers" in told(answer)["message"]) == (501, True)


def test_an_archive_becomes_a_file_that_is_loaded(daemon):
    daemon.ask("POST", "/images/load", archive())
    (write, load) = daemon.lab.journal
    assert (write[0], load) == ("write", ["docker", f"load -i {write[1]}"])
    again = Lab.replay(daemon.lab.script, daemon.lab.attachments)
    assert again.images() == daemon.lab.images()


def test_what_get_sends_is_what_save_writes(daemon):
    daemon.ask("POST", "/images/load", archive())
    sent = bytes(daemon.ask("GET", "/images/get?names=base:1&names=alone:1").body)
    daemon.lab.docker("save -o saved.tar base:1 alone:1")
    assert sent == daemon.lab.files["saved.tar"]


def test_a_prune_says_what_went_and_how_many_bytes(daemon):
    daemon.ask("POST", "/images/load", archive())
    found = told(daemon.ask("POST", "/images/prune"))
    assert (len(found["ImagesDeleted"]), found["SpaceReclaimed"]) == (2, 77)


def test_what_a_registry_has_is_told_without_pulling_it(daemon):
    found = told(daemon.ask("GET", "/distribution/golang/json"))
    assert found["Platforms"] == [{"architecture": "amd64", "os": "linux"}]
    assert daemon.lab.images() == {}


@pytest.mark.parametrize(("value", "found"), [("true", False), ("false", True)])
def test_what_is_built_automatically_is_searched_in_vain(daemon, value, found):
    filters = f'{{"is-automated":{{"{value}":true}}}}'
    answer = told(daemon.ask("GET", f"/images/search?term=gola&filters={filters}"))
    assert bool(answer) == found


def test_the_hub_is_searched_by_name(daemon):
    found = told(daemon.ask("GET", "/images/search?term=gola"))
    assert [(row["name"], row["is_official"]) for row in found] == [("golang", True)]
    none = daemon.ask("GET", '/images/search?term=gola&filters={"is-official":{"false":true}}')
    assert told(none) == []


def test_the_daemon_and_the_voice_tell_the_same_of_the_laptop(daemon):
    said = json.loads(daemon.lab.docker("info --format json").stdout)
    ours = told(daemon.ask("GET", "/info"))
    alike = set(said) & set(ours) - {
        "RegistryConfig",
        "InitCommit",
        "ContainerdCommit",
        "RuncCommit",
    }
    assert len(alike) > 50
    assert {key: ours[key] for key in alike} == {key: said[key] for key in alike}


def test_events_go_on_while_somebody_listens(daemon):
    pull(daemon)
    chunks = daemon.ask("GET", "/events").body.chunks()
    assert next(chunks) == b"\n"
    daemon.lab.tag("golang", "go:1")
    event = json.loads(next(chunks))
    assert (event["Action"], event["Actor"]["Attributes"]["name"]) == ("tag", "go:1")
    chunks.close()


def test_events_are_told_anew_after_an_undo(daemon):
    def actions() -> list[str]:
        lines = bytes(daemon.ask("GET", "/events?since=0&until=9999999999").body).splitlines()
        return [json.loads(line)["Action"] for line in lines]

    pull(daemon)
    daemon.lab.tag("golang", "go:1")
    assert actions() == ["pull", "tag"]
    daemon.lab.undo()
    daemon.lab.rmi("golang")
    assert actions() == ["pull", "untag", "delete"]


def test_every_row_answers(daemon):
    for row in ENDPOINTS:
        path = row.path.replace("{name}", "abc").replace("{rest}", "json")
        path += "?until=1" if path == "/events" else ""
        assert b"page not found" not in bytes(daemon.ask(row.method, path).body), row
        assert row.says


def test_a_fault_of_ours_says_where_and_not_what(daemon, monkeypatch):
    def fail(*_: object) -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr("labsim.doors.daemon.desk.answer", fail)
    answer = daemon.ask("GET", "/version")
    message = told(answer)["message"]
    assert answer.status == 500
    assert message.startswith("labsim: the daemon failed: KeyError at ")
    assert SECRET not in message


def test_a_body_that_is_too_large_is_refused_as_a_daemon_would(daemon):
    desk = DaemonDesk(daemon.desk._turns._turn, 10)
    app = Application(desk)
    for body in (b"x" * 11, [b"x" * 6, b"x" * 6]):
        answer = asked(app, "POST", "/images/load", body, host="docker")
        assert (answer.status, "--max-body" in answer.json()["message"]) == (413, True)
    desk.close()


def test_the_same_answers_through_the_application(daemon):
    app = Application(daemon.desk)
    answer = asked(app, "GET", "/v1.41/_ping", host="api.moby.localhost")
    assert (answer.status, answer.body, answer.headers["Api-Version"]) == (200, b"OK", "1.41")


def test_the_engine_of_docker_29_speaks_its_own_versions():
    desk = Desk("containerd")
    ping = desk.ask("GET", "/_ping").headers
    assert (ping.get("Api-Version"), ping.get("Builder-Version")) == ("1.55", "1")
    for version, status in (
        ("1.39", 400),
        ("1.41", 200),
        ("1.50", 200),
        ("1.55", 200),
        ("1.56", 400),
    ):
        assert desk.ask("GET", f"/v{version}/images/json").status == status, version
    pull(desk, "alpine", "3")
    (row,) = told(desk.ask("GET", "/v1.50/images/json"))
    assert row["Id"] == desk.lab.docker("images -q --no-trunc").stdout.strip()
    desk.desk.close()
