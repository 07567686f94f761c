"""Every recording of Docker 29's engine, typed again: the same words, codes and requests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl

import pytest

from labsim.docker.phrases import CONFIG
from tests.transcripts import recorded
from tests.transcripts.recorded import Asked, Step
from tests.transcripts.scene import HTPASSWD, OPEN, TOKEN, TOKEN_SERVER, a, b
from tests.transcripts.scene29 import THEIR_A_29, THEIR_B_29, Scene29
from tests.transcripts.shapes import asked, conversation

WEB, API, THIRD = f"{OPEN}/cs/web", f"{OPEN}/cs/api", f"{OPEN}/cs/third"
_MINUTE = 60
_RECORDED_CONFIG = "./dockercfg/config.json"

#: Commands inside recordings that are not typed, and why.
LEFT_OUT = {"docker inspect": "not among the verbs of this version"}
#: The recordings come from CLI 28.2.2, whose list of images is a table; CLI 29 has to be asked.
TYPED = {"docker image ls": "docker image ls --format table"}
#: Their snapshotter copied every layer into the next, so their SIZE counts each layer many times;
#: the lab counts packed bytes and files, as the overlay snapshotter that Docker ships does.
SIZE = re.compile(r"\S+MB$|SIZE$", re.MULTILINE)
#: How many requests less there are of a push that failed: what was on its way when the first lane
#: failed is answered here, and was hung up on there; the lane that was behind never sent its last.
CUT_SHORT = {"ctrd_docker_auth": 1}


# -- how things stood ------------------------------------------------------------------------------


def built(scene: Scene29) -> None:
    scene.name(a(23 * _MINUTE), THEIR_A_29)
    scene.name(b(22 * _MINUTE), THEIR_B_29)


def first_push(scene: Scene29) -> None:
    scene.local(a(23 * _MINUTE), "lab/app:1.0", f"{WEB}:1.0")


def pushed(*repositories: str) -> Callable[[Scene29], None]:
    def start(scene: Scene29) -> None:
        made = a(23 * _MINUTE)
        scene.local(made, "lab/app:1.0", f"{WEB}:1.0", f"{API}:1.0")
        scene.label(made, *repositories)
        for repository in repositories:
            scene.hold(repository, made, "1.0")

    return start


def token(scene: Scene29) -> None:
    """On the registry with tokens cs/web is somebody else's, so nothing is mounted from there."""
    pushed(WEB, API, THIRD)(scene)
    scene.hold(f"{TOKEN}/cs/web", b(22 * _MINUTE), visibility="private")


def pull_first(scene: Scene29) -> None:
    scene.hold(WEB, a(23 * _MINUTE), "1.0")


def pull_second(scene: Scene29) -> None:
    scene.hold(WEB, a(23 * _MINUTE), "1.0")
    scene.hold(WEB, b(22 * _MINUTE), "2.0")
    scene.local(a(23 * _MINUTE), f"{WEB}:1.0")
    scene.label(a(23 * _MINUTE), WEB)


def listed(scene: Scene29) -> None:
    scene.local(a(23 * _MINUTE), "lab/app:1.0", f"{WEB}:1.0", f"{WEB}:latest", f"{API}:1.0")
    scene.local(b(22 * _MINUTE), "lab/app:2.0", f"{WEB}:2.0")


STARTS: dict[str, Callable[[Scene29], None]] = {
    "ctrd_docker_image_ls": listed,
    "ctrd_docker_push_first": first_push,
    "ctrd_docker_push_same_again": pushed(WEB),
    "ctrd_docker_push_other_repo": pushed(WEB),
    "ctrd_docker_retag_push_other_repo": pushed(WEB, API),
    "ctrd_docker_pull_first": pull_first,
    "ctrd_docker_pull_shares_2_of_4": pull_second,
    "ctrd_docker_auth": pushed(WEB, API, THIRD),
    "ctrd_docker_token": token,
}


# -- replay ----------------------------------------------------------------------------------------


def test_every_recording_is_replayed():
    assert sorted(STARTS) == recorded.names("ctrd_docker_")
    assert all(LEFT_OUT.values())


@pytest.mark.parametrize("name", sorted(STARTS))
def test_the_same_words_codes_and_requests(name):
    scene = Scene29()
    built(scene)
    STARTS[name](scene)
    for step in recorded.steps(name):
        if not step.command.startswith(tuple(LEFT_OUT)):
            replay(scene, step)
    compare_requests(scene, name)


def replay(scene: Scene29, step: Step) -> None:
    expected = step.text.replace(_RECORDED_CONFIG, CONFIG)
    echo, _, command = step.command.rpartition(" | ")
    stdin = echo.removeprefix("echo ") + "\n" if echo else ""
    for theirs, ours in TYPED.items():
        command = command.replace(theirs, ours) if command.startswith(theirs) else command
    result = scene.docker(command, stdin)
    assert result.exit_code == step.exit_code, result.merged
    same_text(scene.renaming.translated(result.merged), expected)


_LAYER = re.compile(r"([0-9a-f]{12}): (.+)")


def same_text(ours: str, theirs: str) -> None:
    """Lines of layers layer by layer, in whatever order; the others as they stand."""
    assert others(ours) == others(theirs)
    assert ways(ours) == ways(theirs)


def others(text: str) -> list[str]:
    """What is not about a layer; lengths of documents, and sizes, aside."""
    text = SIZE.sub("<size>", re.sub(r"size: \d+", "size: <n>", text))
    return [line for line in text.split("\n") if not _LAYER.fullmatch(line)]


def ways(text: str) -> dict[str, list[str]]:
    """Per layer what is said of it.

    Their daemon says "Waiting" ten times a second for as long as nothing moves, so how often, and
    whether at all of a layer that moves in the end, is a matter of their clock.
    """
    found: dict[str, list[str]] = {}
    for line in text.split("\n"):
        if match := _LAYER.fullmatch(line):
            found.setdefault(match[1], []).append(match[2])
    told = {layer: [word for word in way if word != "Waiting"] for layer, way in found.items()}
    return {layer: way or ["Waiting"] for layer, way in told.items()}


def compare_requests(scene: Scene29, name: str) -> None:
    mine = conversation(map(plain, asked(scene.traces)), scene.renaming.known)
    theirs = conversation(map(plain, recorded.requests(name)))
    assert mine.blobs == theirs.blobs
    assert mine.others == theirs.others
    # How many lanes share a token depends on how quick the token server is: theirs took 50 ms each.
    assert set(mine.tokens) == set(theirs.tokens)
    missing = Counter(mine.lost)
    missing.subtract(theirs.lost)
    assert sum(missing.values()) == CUT_SHORT.get(name, 0)
    assert not -missing


def plain(row: Asked) -> Asked:
    """A request without what was left to chance.

    A registry says "pull,push" or "push,pull" as its map has it, and a client asks for both; who
    had hung up before the answer had been refused like the others.
    """
    target = row.target
    if target.startswith("/token?"):
        pairs = sorted({(key, in_order(value)) for key, value in parse_qsl(target[7:])})
        target = "/token?" + "&".join(f"{key}={value}" for key, value in pairs)
    return row._replace(target=target.replace("%3A", ":"), status=row.status or 401)


def in_order(scope: str) -> str:
    start, colon, actions = scope.rpartition(":")
    return start + colon + ",".join(sorted(actions.split(",")))


# -- the comparison itself notices -----------------------------------------------------------------


def changed(lines: Iterable[str]) -> list[str]:
    text = "\n".join(lines)
    return [text.replace(*pair) for pair in (("Pushed", "Mounted from x"), ("1.0", "1.1"))]


def test_a_difference_is_noticed():
    (step,) = recorded.steps("ctrd_docker_push_first")
    same_text(step.text, step.text)
    lines = step.text.split("\n")
    for text in (*changed(lines), step.text.replace("ce51b324e3d2: Pushed\n", "")):
        with pytest.raises(AssertionError):
            same_text(step.text, text)


def test_hosts_of_the_recordings_are_those_of_the_scene():
    hosts = {row.host for name in STARTS for row in recorded.requests(name)}
    assert hosts == {OPEN, HTPASSWD, TOKEN, TOKEN_SERVER}
