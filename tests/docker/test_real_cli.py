"""What the real CLIs were recorded to say in front of the lab's daemon, and the lab's own voice.

This stands in for ``tests/conformance/test_real_cli.py`` where there is no CLI: the same lines, the
same table of excuses, and answers that were stored (``python -m tools.record_real_cli``).
"""

from __future__ import annotations

import pytest

from tests.docker.judging.excuses import EXCUSES
from tests.docker.judging.judge import (
    CLIS,
    Verdict,
    judged,
    needed,
    ours_of,
    read,
    sessions,
)
from tests.docker.judging.scene import Said

STORED = {number: read(number) for number in CLIS}
CASES = [(number, at) for number in CLIS for at in range(len(STORED[number][1]))]


def by_name(case):
    number, at = case
    return f"CLI {CLIS[number]}, {STORED[number][1][at][0].name}"


@pytest.fixture(scope="module")
def verdicts() -> dict[int, list[Verdict]]:
    """What differs, of what was judged so far."""
    return {number: [] for number in CLIS}


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_the_voice_says_what_the_cli_was_recorded_to_say(case, verdicts):
    number, at = case
    now_s, sessions = STORED[number]
    session, theirs = sessions[at]
    found = judged(number, session, ours_of(number, session, now_s), theirs)
    verdicts[number] += found
    assert [str(verdict) for verdict in found if verdict.excuse is None] == []


def test_every_line_is_stored():
    for number in (29, 28):
        stored = [session.lines for session, _ in STORED[number][1]]
        meant = [session.lines for session in sessions(number)]
        assert stored == meant, "python -m tools.record_real_cli"
    assert sum(len(session.lines) for session, _ in STORED[29][1]) >= 1000
    assert sum(len(session.lines) for session, _ in STORED[20][1]) >= 400


@pytest.mark.parametrize("number", CLIS)
def test_every_excuse_is_needed(number, verdicts, request):
    if len(request.session.items) < len(CASES):
        pytest.skip("this looks back at all sessions")
    assert needed(number, verdicts[number]) == set()


@pytest.mark.parametrize("number", CLIS)
def test_no_excuse_covers_a_word_that_is_wrong(number):
    """Answers that differ in every part are differences that nothing excuses."""
    now_s, sessions = STORED[number]
    session = next(one for one, _ in sessions if one.name == "flow")
    ours = ours_of(number, session, now_s)
    spoilt = [Said(said.stdout + "x", said.stderr + "x", said.exit_code + 1) for said in ours]
    verdicts = judged(number, session, ours, spoilt)
    assert len(verdicts) == len(session.lines)
    assert [verdict.excuse.name for verdict in verdicts if verdict.excuse] == []


def test_every_excuse_has_a_reason():
    assert [row.name for row in EXCUSES if len(row.reason.split()) < 4] == []
    names = [row.name for row in EXCUSES]
    assert len(set(names)) == len(names)
