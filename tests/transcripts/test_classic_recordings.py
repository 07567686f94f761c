"""Every recording of the classic engine, typed again: the same words, codes and requests."""

from __future__ import annotations

import re

import pytest

from labsim.docker.phrases import CONFIG
from tests.transcripts import recorded
from tests.transcripts.recorded import Step
from tests.transcripts.renaming import Renaming
from tests.transcripts.scene import Scene
from tests.transcripts.shapes import asked, conversation
from tests.transcripts.starts import LEFT_OUT, NOT_SIMULATED, STARTS, TAGS_IN_ANY_ORDER

#: Nobody listens there, so no proxy saw the attempt.
NO_PROXY = ("127.0.0.1:5999",)
_RECORDED_CONFIG = "./dockercfg/config.json"


def test_every_recording_is_replayed_or_left_out_for_a_reason():
    assert sorted([*STARTS, *LEFT_OUT]) == recorded.names()
    assert all(LEFT_OUT.values())


@pytest.mark.parametrize("name", sorted(STARTS))
def test_the_same_words_codes_and_requests(name):
    scene = Scene()
    STARTS[name](scene)
    for step in recorded.steps(name):
        if not step.command.startswith(tuple(NOT_SIMULATED)):
            replay(scene, step, any_order=name in TAGS_IN_ANY_ORDER)
    compare_requests(scene, name)


def replay(scene: Scene, step: Step, *, any_order: bool) -> None:
    expected = step.text.replace(_RECORDED_CONFIG, CONFIG)
    if step.command == f"cat {_RECORDED_CONFIG}":
        assert scene.engine.credentials.text == expected
        return
    echo, _, command = step.command.rpartition(" | ")
    command = ours(scene.renaming, command.removeprefix("timeout 120 "))
    stdin = echo.removeprefix("echo ") + "\n" if echo else ""
    result = scene.docker(command, stdin)
    assert result.exit_code == step.exit_code, result.merged
    printed = result.merged
    if any_order:
        printed, expected = by_tag(printed), by_tag(expected)
    scene.renaming.compare(printed, expected)


def ours(renaming: Renaming, command: str) -> str:
    """A recorded command with our digests in it."""
    return re.sub(r"sha256:[0-9a-f]{64}", lambda match: renaming.ours[match[0]], command)


def by_tag(text: str) -> str:
    """The blocks of ``pull -a``, one a tag, in the order of the tags."""
    blocks = re.split(r"(?m)^(?=\S+: Pulling from|Status:)", text)
    return "".join(sorted(blocks))


def compare_requests(scene: Scene, name: str) -> None:
    here = [row for row in asked(scene.traces) if row.host not in NO_PROXY]
    mine = conversation(here, scene.renaming.known)
    theirs = conversation(recorded.requests(name))
    assert mine.blobs == theirs.blobs
    assert mine.tokens == theirs.tokens
    assert mine.lost == theirs.lost
    if name in TAGS_IN_ANY_ORDER:
        assert sorted(mine.others) == sorted(theirs.others)
    else:
        assert mine.others == theirs.others
