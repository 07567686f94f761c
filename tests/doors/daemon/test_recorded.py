"""A real daemon's answers over the Engine API, and ours to the same questions in the same order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.doors.daemon.asking import QUESTIONS, Question, settled
from tests.doors.daemon.conftest import Desk
from tools.record_engine_api import RECORDED

ROWS = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]


def ours(desk: Desk, question: Question) -> dict[str, Any]:
    target = question.target.replace("NOW", "9999999999")
    response = desk.ask(question.method, target, question.body, question.headers)
    headers = {name: value for name, value in response.headers if name != "Content-Length"}
    return settled(question, response.status, headers, bytes(response.body).decode())


@pytest.fixture(scope="module")
def answered() -> list[dict[str, Any]]:
    """Every question, asked once in order."""
    desk = Desk()
    rows = [ours(desk, question) for question in QUESTIONS]
    desk.desk.close()
    return rows


def test_every_question_is_recorded():
    assert [row["question"] for row in ROWS] == [f"{q.method} {q.target}" for q in QUESTIONS]


@pytest.mark.parametrize("at", range(len(ROWS)), ids=[row["question"] for row in ROWS])
def test_the_daemon_answered_the_same(answered, at):
    assert answered[at] == ROWS[at]
