"""From an answer to an error, and whether another try could help."""

from __future__ import annotations

import pytest

from labsim.client.refusals import is_final, refusal
from labsim.errors import LabError, Mismatch, RegistryError, Unreachable
from labsim.wire import Request, Response

ASKED = Request("POST", "/v2/a/b/blobs/uploads/", host="here")
SCOPE = 'Bearer realm="https://t",error="insufficient_scope"'
INVALID = 'Bearer realm="https://t",error="invalid_token",error_description="too old"'


def refused(status: int, body: str = "", challenge: str = "") -> RegistryError:
    headers = [("Www-Authenticate", challenge)] if challenge else []
    return refusal(ASKED, Response(status, headers, body.encode()))


def listed(code: str, message: str = "", detail: str = "null") -> str:
    return f'{{"errors":[{{"code":"{code}","message":"{message}","detail":{detail}}}]}}'


@pytest.mark.parametrize(
    ("answer", "code", "message", "reason", "final"),
    [
        ((403, listed("DENIED", "go away")), "DENIED", "go away", "", True),
        (
            (403, listed("DENIED", "requested access to the resource is denied")),
            "DENIED",
            "",
            "",
            False,
        ),
        (
            (403, listed("DENIED", "requested access to the resource is denied", "[1]")),
            "DENIED",
            "requested access to the resource is denied",
            "",
            True,
        ),
        ((401, "", SCOPE), "DENIED", "requested access to the resource is denied", "", True),
        ((401, "", INVALID), "UNAUTHORIZED", "too old", "", True),
        ((401, "who are you?"), "UNAUTHORIZED", "", "", False),
        ((401, '{"details": "wrong password"}'), "UNAUTHORIZED", "wrong password", "", True),
        ((429, '{"details": "slow down"}'), "TOOMANYREQUESTS", "slow down", "", True),
        ((418, '{"details": "teapot"}'), "UNKNOWN", "teapot", "", False),
        ((404, listed("NAME_UNKNOWN", "no such")), "NAME_UNKNOWN", "no such", "", True),
        ((404, listed("BLOB_UNKNOWN", "gone", '"x"')), "BLOB_UNKNOWN", "gone", "", False),
        ((404, "404 page not found\n"), "", "404 page not found\n", "body", True),
        ((404, '{"errors": []}'), "", '{"errors": []}', "body", True),
        ((500, listed("DENIED", "go away")), "", "", "status", False),
        ((502, "<html>"), "", "", "status", False),
    ],
)  # fmt: skip
def test_an_answer_means_an_error(
    answer: tuple[int, str], code: str, message: str, reason: str, final: bool
) -> None:
    error = refused(*answer)
    assert (error.code, error.message, error.reason) == (code, message, reason)
    assert error.status == answer[0]
    assert error.asked is ASKED
    assert is_final(error) is final


def test_the_challenges_error_comes_first_and_the_bodys_after_it() -> None:
    body = listed("UNAUTHORIZED", "authentication required", '[{"Action":"push"}]')
    error = refused(401, body, SCOPE)
    assert [(one.code, one.message) for one in (error, *error.also)] == [
        ("DENIED", "requested access to the resource is denied"),
        ("UNAUTHORIZED", "authentication required"),
    ]


def test_several_errors_in_one_body_are_all_kept() -> None:
    rows = '{"errors":[{"code":"A","message":"one"},{"code":"B","message":"two"},7]}'
    error = refused(400, rows)
    assert [one.code for one in (error, *error.also)] == ["A", "B"]


@pytest.mark.parametrize(
    ("error", "final"),
    [
        (Unreachable("here", "connection refused"), False),
        (Mismatch("not what it says"), True),
        (LabError("anything else"), True),
        (RegistryError(401, "UNAUTHORIZED", reason="no-credentials"), True),
        (RegistryError(200, reason="no-token"), True),
        (RegistryError(404, "BLOB_UPLOAD_UNKNOWN", reason="upload-lost"), False),
        (RegistryError(404, "BLOB_UNKNOWN", reason="blob-lost"), True),
        (RegistryError(401, "UNAUTHORIZED", "wrong", reason="token"), True),
        (RegistryError(503, reason="token"), False),
    ],
)
def test_what_another_try_can_mend(error: LabError, final: bool) -> None:
    assert is_final(error) is final
