"""The comparison itself is shown to notice: a guard that has not been seen red is not a guard."""

from __future__ import annotations

import pytest

from tests.transcripts import recorded
from tests.transcripts.renaming import Renaming
from tests.transcripts.shapes import conversation

A, B, C, D = ("a" * 12, "b" * 12, "c" * 12, "d" * 12)
PUSH = f"The push\n{A}: Preparing\n{B}: Preparing\n{A}: Pushed\n{B}: Mounted from x\nv1: done\n"


def renamed(text, *pairs):
    for before, after in pairs:
        text = text.replace(before, after)
    return text


def test_other_names_and_another_order_of_layers_that_are_done_are_the_same():
    theirs = renamed(PUSH, (A, C), (B, D))
    lines = theirs.splitlines(keepends=True)
    lines[3:5] = lines[4:2:-1]
    Renaming().compare(PUSH, "".join(lines))


def test_a_state_that_the_daemon_drops_now_and_then_may_be_missing_from_theirs():
    pull = f"{A}: Verifying Checksum\n{A}: Download complete\n"
    Renaming().compare(pull, f"{C}: Download complete\n")


@pytest.mark.parametrize(
    "theirs",
    [
        pytest.param(PUSH.replace(B, A), id="two of ours for one of theirs"),
        pytest.param(PUSH.replace(f"{A}: Pushed\n", ""), id="a state missing"),
        pytest.param(PUSH.replace("Pushed", "Mounted from x"), id="another state"),
        pytest.param(PUSH.replace("Mounted from x", "Mounted from y"), id="another source"),
        pytest.param(PUSH.replace(f"{A}: Pushed", f"{A}: Pushed\n{A}: Pushed"), id="twice"),
        pytest.param(PUSH.replace("v1: done", "v2: done"), id="another last line"),
        pytest.param(f"{PUSH}more\n", id="one more line"),
        pytest.param(PUSH.rstrip(), id="no newline at the end"),
        pytest.param(
            PUSH.replace(f"{A}: Preparing\n{B}", f"{B}: Preparing\n{A}"), id="crossed over"
        ),
    ],
)
def test_a_difference_is_noticed(theirs):
    renaming = Renaming()
    renaming.same(A, A)
    renaming.same(B, B)
    with pytest.raises((AssertionError, ValueError)):
        renaming.compare(PUSH, theirs)


def test_a_name_means_the_same_over_the_whole_recording():
    renaming = Renaming()
    renaming.compare(f"{A}\n", f"{C}\n")
    with pytest.raises(AssertionError):
        renaming.compare(f"{A}\n", f"{D}\n")
    with pytest.raises(AssertionError):
        renaming.compare(f"{B}\n", f"{C}\n")


def test_a_request_left_out_moved_or_answered_otherwise_is_noticed():
    rows = recorded.requests("docker_push_registry_emptied_same_repo")
    whole = conversation(rows)
    for number, row in enumerate(rows):
        assert conversation(rows[:number] + rows[number + 1 :]) != whole
        changed = row._replace(status=418)
        assert conversation([*rows[:number], changed, *rows[number + 1 :]]) != whole


def test_every_request_of_a_layer_is_found_by_its_blob():
    heard = conversation(recorded.requests("docker_push_registry_emptied_same_repo"))
    lengths = sorted(len(way) for way in heard.blobs.values())
    assert lengths == [5, 5, 5, 7, 7]
    assert not heard.lost
