"""A lab in a file behind a door: a real client's requests are actions of the lab."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from labsim import Lab
from labsim.blob import Blob
from labsim.doors.labfile import LabFile
from labsim.doors.serve.application import Application
from labsim.doors.serve.lab import LabDesk
from labsim.registry.answers import Refusal
from labsim.registry.memory import SmallDraft
from labsim.wire import Request
from tests.doors.serve.asgi import Answer, asked
from tests.registry.asking import LOWER, UPPER, manifest

OCI = (b"content-type", b"application/vnd.oci.image.manifest.v1+json")
MOST = 1 << 20


class Served:
    """One application on the lab in a file."""

    def __init__(self, path: Path, host: str = "localhost:5000") -> None:
        self.path = path
        self.desk = LabDesk(LabFile(path).turn, host, MOST)
        self.app = Application(self.desk)

    def ask(self, method: str, target: str, body=b"", *headers: tuple[bytes, bytes]) -> Answer:
        return asked(self.app, method, target, body, headers=headers)

    def push(self, *layers: Blob, name: str = "team/app", headers=()) -> Blob:
        whole = manifest(*layers, kind="oci")
        for blob in (*layers, Blob(b'{"architecture":"amd64","os":"linux"}')):
            where = self.ask("POST", f"/v2/{name}/blobs/uploads/", b"", *headers)
            assert where.status == 202, where
            target = "/" + where.headers["Location"].split("/", 3)[3]
            target = f"{target}&digest={blob.digest}"
            assert self.ask("PUT", target, bytes(blob), *headers).status == 201
        put = self.ask("PUT", f"/v2/{name}/manifests/v1", bytes(whole), OCI, *headers)
        assert put.status == 201
        return whole

    def lab(self) -> Lab:
        with LabFile(self.path).turn() as lab:
            return lab


@pytest.fixture
def served(tmp_path):
    one = Served(tmp_path / "my.lab")
    yield one
    one.desk.close()


def test_a_push_is_in_the_journal_and_the_file(served):
    whole = served.push(LOWER, UPPER)
    lab = served.lab()
    assert [action[:2] for action in lab.journal].count(["http", "PUT"]) == 4
    assert lab.registry("localhost:5000").store.repositories["team/app"].tags == {
        "v1": whole.digest
    }


def test_a_replay_of_the_script_leads_to_the_same_registry(served):
    served.push(LOWER, UPPER)
    served.ask("DELETE", f"/v2/team/app/blobs/{UPPER.digest}")
    lab = served.lab()
    again = Lab.replay(lab.script, lab.attachments)
    there, here = (one.registry("localhost:5000").store for one in (lab, again))
    assert here.repositories["team/app"].blobs == there.repositories["team/app"].blobs
    assert again.journal == lab.journal


def test_the_labs_own_docker_sees_what_a_real_client_has_pushed(served):
    served.push(LOWER)
    with LabFile(served.path).turn() as lab:
        assert "v1" in lab.registry("localhost:5000").store.repositories["team/app"].tags
        lab.undo()
        assert "v1" not in lab.registry("localhost:5000").store.repositories["team/app"].tags
    assert served.ask("GET", "/v2/team/app/manifests/v1").status == 404


def test_what_is_refused_before_its_body_is_in_the_journal_without_it(served):
    refused = served.ask("PATCH", "/v2/team/app/blobs/uploads/nobody", b"x" * 100)
    assert refused.status == 404
    (action,) = served.lab().journal
    assert action[1] == "PATCH"
    assert not [word for word in action if word.startswith("body=")]


def test_a_body_too_large_for_a_lab(served):
    where = served.ask("POST", "/v2/team/app/blobs/uploads/").headers["Location"]
    target = "/" + where.split("/", 3)[3]
    assert served.ask("PATCH", target, bytes(MOST + 1)).status == 507
    assert served.ask("PATCH", target, [bytes(MOST), b"1"]).status == 507
    assert served.ask("GET", target).headers["Range"] == "0-0"


def upload(served: Served) -> str:
    """The target of a new upload."""
    where = served.ask("POST", "/v2/team/app/blobs/uploads/").headers["Location"]
    return "/" + where.split("/", 3)[3]


def test_bodies_that_arrive_together_have_room_together(served):
    first, second = (Request("PATCH", upload(served)) for _ in range(2))

    async def arriving() -> tuple[int, int, bool]:
        desk = served.desk
        big, small = await desk.place(first, 0), await desk.place(second, 0)
        desk.write(big, bytes(MOST - 10))
        with pytest.raises(Refusal) as full:
            desk.write(small, bytes(11))
        desk.discard(small)
        announced = await desk.place(second, 11)
        desk.discard(big)  # its client has left
        fits = await desk.place(second, MOST)
        return full.value.answer.status, announced.status, isinstance(fits, SmallDraft)

    assert asyncio.run(arriving()) == (507, 507, True)
    assert served.ask("PATCH", second.target, bytes(MOST)).status == 202


def test_what_the_lab_holds_takes_room_and_is_counted_once(served):
    target = upload(served)
    for n in range(4):
        assert served.ask("PATCH", target, bytes([n]) * (MOST // 4)).status == 202
    assert served.ask("PATCH", target, b"1").status == 507
    assert served.ask("GET", target).headers["Range"] == f"0-{MOST - 1}"


def test_a_request_that_fails_gives_its_room_back(served, monkeypatch):
    target = upload(served)
    for _ in range(3):
        refused = served.ask("PATCH", target, bytes(MOST - 1), (b"content-encoding", b"gzip"))
        assert refused.status == 415
        assert served.ask("PATCH", target, [bytes(MOST - 1), b"12"]).status == 507
        assert served.ask("PATCH", "/v2/team/app/blobs/uploads/x", bytes(MOST)).status == 404
    with monkeypatch.context() as broken:
        broken.setattr(LabFile, "_write", _no_space)
        assert served.ask("PATCH", target, bytes(MOST - 1)).status == 500
    assert served.ask("PATCH", target, bytes(MOST - 1)).status == 202


def _no_space(file: LabFile, lab: Lab) -> None:
    raise OSError("no space left on device")


def test_where_nobody_answers_in_the_lab(served):
    with LabFile(served.path).turn() as lab:
        lab.stop("localhost:5000")
    assert served.ask("GET", "/v2/").status == 503


def test_addresses_are_those_of_the_door(served):
    where = served.ask("POST", "/v2/team/app/blobs/uploads/").headers["Location"]
    assert where.startswith("http://localhost:5000/v2/team/app/")


# --- secrets --------------------------------------------------------------------------------------

BASIC = (b"authorization", b"Basic YWxpY2U6bGFi")  # alice:lab, as the world has it


@pytest.fixture
def hub(tmp_path):
    one = Served(tmp_path / "hub.lab", "docker.io")
    yield one
    one.desk.close()


def test_a_token_is_in_the_journal_by_its_number(hub):
    scope = "/token?scope=repository:alice/app:pull,push"
    token = hub.ask("GET", scope, b"", BASIC).json()["token"]
    bearer = (b"authorization", f"Bearer {token}".encode())
    hub.push(LOWER, name="alice/app", headers=(bearer,))
    lab = hub.lab()
    kept = lab.script + "".join(bytes(blob).decode("latin-1") for blob in lab.attachments.values())
    assert token not in kept
    assert "YWxpY2U6bGFi" not in kept
    assert "Authorization: Basic alice:right" in kept
    assert "Authorization: Bearer token-1" in kept
    again = Lab.replay(lab.script, lab.attachments)
    assert again.registry("docker.io").store.repositories["alice/app"].tags.keys() == {"v1"}


def test_a_token_that_the_lab_never_gave_is_no_token_in_a_replay_either(hub):
    stolen = (b"authorization", b"Bearer my-own-secret")
    assert hub.ask("POST", "/v2/alice/app/blobs/uploads/", b"", stolen).status == 401
    lab = hub.lab()
    assert "my-own-secret" not in lab.script
    assert "Bearer token-0" in lab.script


@pytest.mark.parametrize(("password", "verdict"), [("lab", "right"), ("secret!", "wrong")])
def test_a_password_in_a_form_is_a_verdict(password, verdict):
    lab = Lab()
    form = f"grant_type=password&username=alice&password={password}&scope=repository:alice/x:pull"
    lab.http("POST", "/token", host="auth.docker.io", body=form.encode())
    (kept,) = lab.attachments.values()
    assert f"password={verdict}" in bytes(kept).decode()
    assert f"password={password}" not in lab.script + bytes(kept).decode()
    assert Lab.replay(lab.script, lab.attachments).journal == lab.journal


def test_what_the_file_keeps_is_readable(served):
    served.ask("GET", "/v2/")
    text = served.path.read_text("utf-8")
    assert "http GET /v2/ host=localhost:5000" in text
    assert json.dumps(served.lab().journal)
