"""CLI 20.10 in front of the same daemon: its session, typed again.

The lab speaks as CLI 28 does.  What the daemon says and is asked must be as recorded; what the
older CLI says by itself is listed with what the newer one says in its place.
"""

from __future__ import annotations

import pytest

from labsim.docker.phrases import CONFIG
from tests.transcripts import recorded
from tests.transcripts.recorded import Step
from tests.transcripts.scene import HTPASSWD, OPEN, THEIR_A, Scene, a
from tests.transcripts.shapes import asked, conversation
from tests.transcripts.test_classic_recordings import replay

NAME = "cli20_docker_session"
_MINUTE = 60
_CONFIG = "./dockercfg/config.json"
_TO_REMOVE = "Configure a credential helper to remove this warning. See\n"
_USAGE = "Usage:  docker tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]\n\n"
#: Command -> what CLI 20.10 says by itself, and what CLI 28 says in its place.
REWORDED = {
    f"docker tag lab/app:1.0 {OPEN}/Old/web": (
        "repository name must be lowercase",
        "repository name (Old/web) must be lowercase",
    ),
    "docker tag lab/app:1.0": (
        (
            "\"docker tag\" requires exactly 2 arguments.\nSee 'docker tag --help'.\n\n"
            f"{_USAGE}Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE\n"
        ),
        (
            "docker: 'docker tag' requires 2 arguments\n\n"
            f"{_USAGE}Run 'docker tag --help' for more information\n"
        ),
    ),
    f"docker login -u alice --password-stdin {HTPASSWD}": (
        (
            f"WARNING! Your password will be stored unencrypted in {_CONFIG}.\n{_TO_REMOVE}"
            "https://docs.docker.com/engine/reference/commandline/login/#credentials-store\n"
        ),
        (
            f"\nWARNING! Your credentials are stored unencrypted in '{CONFIG}'.\n{_TO_REMOVE}"
            "https://docs.docker.com/go/credential-store/\n"
        ),
    ),
}


def test_this_is_all_there_is():
    assert recorded.names("cli20_") == [NAME]


@pytest.fixture
def scene() -> Scene:
    """An image that shop/fresh holds, and its layers are remembered there."""
    scene = Scene()
    made = a(37 * _MINUTE)
    scene.name(made, THEIR_A)
    scene.local(made, "lab/app:1.0")
    scene.remember(made, f"{OPEN}/shop/fresh")
    scene.hold(f"{OPEN}/shop/fresh", made, "1.0")
    return scene


def test_the_same_words_codes_and_requests(scene):
    for step in recorded.steps(NAME):
        replay(scene, newer(step), any_order=False)
    here = sorted(asked(scene.traces), key=lambda row: row.host)  # as the proxies noted them
    assert conversation(here, scene.renaming.known) == conversation(recorded.requests(NAME))


def newer(step: Step) -> Step:
    """A step as CLI 28 words it."""
    theirs, ours = REWORDED.get(step.command.rpartition(" | ")[2], ("", ""))
    assert theirs in step.text
    return step._replace(text=step.text.replace(theirs, ours) if theirs else step.text)
