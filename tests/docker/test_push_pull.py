"""What a push, a pull, a removal and a run print beyond the recordings."""

from __future__ import annotations

import random

import pytest

from labsim.archive import file, tar
from labsim.faults import answer_with, drop_download, drop_upload
from labsim.image import Config, Image, Layer
from tests.transcripts.scene import FLAKY, OPEN, TOKEN, Scene, a, b, oci

WEB = f"{OPEN}/shop/web"
F64 = f"sha256:{'f' * 64}"


def stack(*sizes):
    """An image with layers of these sizes, bottom first."""
    made = {size: Layer.of(tar([file("x", random.Random(size).randbytes(size))])) for size in sizes}
    layers = [made[size] for size in sizes]
    return Image(
        Config.make([one.diff_id for one in layers], created="2026-01-01T00:00:00Z"), layers
    )


def states(text, word):
    """The layers that a state is printed of, in order."""
    return [line[:12] for line in text.splitlines() if line[12:] == f": {word}"]


# -- push ------------------------------------------------------------------------------------------


def test_the_sixth_layer_of_a_push_waits():
    scene = Scene()
    made = stack(*range(1000, 9000, 1000))
    scene.local(made, f"{WEB}:1")
    printed = scene.docker(f"push {WEB}:1").stdout
    top_first = [diff_id.hex[:12] for diff_id in made.diff_ids[::-1]]
    assert states(printed, "Preparing") == top_first
    assert states(printed, "Waiting") == top_first[5:]
    assert sorted(states(printed, "Pushed")) == sorted(top_first)


def test_a_layer_that_an_image_has_twice_is_prepared_twice_and_sent_once():
    scene = Scene()
    made = stack(1000, 2000, 1000)
    scene.local(made, f"{WEB}:1")
    printed = scene.docker(f"push {WEB}:1").stdout
    assert len(states(printed, "Preparing")) == 3
    assert len(states(printed, "Pushed")) == 2


def test_every_tag_is_pushed_in_order_and_what_they_share_once():
    scene = Scene()
    scene.local(a(), f"{WEB}:1.0", f"{WEB}:latest")
    scene.local(b(), f"{WEB}:2.0")
    printed = scene.docker(f"push -a {WEB}").stdout
    closing = [line.split(":")[0] for line in printed.splitlines() if " digest: " in line]
    assert closing == ["1.0", "2.0", "latest"]
    assert len(states(printed, "Pushed")) == 6
    assert len(states(printed, "Layer already exists")) == 6


def test_a_quiet_push_says_only_what_was_pushed():
    scene = Scene()
    scene.local(a(), f"{WEB}:latest")
    assert scene.docker(f"push -q {WEB}").merged == f"{WEB}:latest\n"
    assert scene.docker(f"push -aq {WEB}").merged == f"{WEB}\n"


def test_a_push_that_never_comes_through_counts_down_longer_each_time():
    scene = Scene()
    scene.local(a(), f"{WEB}:1")
    top = a().layers[3].packed.size
    scene.fault = lambda network: drop_upload(
        network, 10, when=lambda asked: asked.body.size == top, times=None
    )
    result = scene.docker(f"push {WEB}:1")
    assert [len(states(result.stdout, f"Retrying in {n} seconds")) for n in (5, 6, 20)] == [4, 3, 1]
    assert len(states(result.stdout, "Retrying in 1 second")) == 4
    assert result.stderr.startswith(
        f'Patch "http://{WEB.partition("/")[0]}/v2/shop/web/blobs/uploads/'
    )
    assert result.exit_code == 1


# -- pull ------------------------------------------------------------------------------------------


def test_the_fourth_layer_of_a_pull_waits_and_layers_are_unpacked_from_the_bottom():
    scene = Scene()
    made = stack(9000, 1000, 2000, 3000, 1500)
    scene.hold(WEB, made, "1")
    printed = scene.docker(f"pull {WEB}:1").stdout
    bottom_first = [layer.packed.digest.hex[:12] for layer in made.layers]
    assert states(printed, "Pulling fs layer") == bottom_first
    assert states(printed, "Waiting") == bottom_first[3:]
    assert states(printed, "Pull complete") == bottom_first
    assert states(printed, "Download complete") != bottom_first


def test_a_pull_by_tag_and_digest_forgets_the_tag():
    scene = Scene()
    scene.hold(WEB, a(), "1")
    digest = a().manifest("docker").digest
    printed = scene.docker(f"pull {WEB}:1@{digest}").stdout.splitlines()
    assert printed[0] == f"{WEB}@{digest}: Pulling from shop/web"
    assert printed[-2:] == [
        f"Status: Downloaded newer image for {WEB}@{digest}",
        f"{WEB}:1@{digest}",
    ]


def test_a_pull_that_breaks_goes_on_after_a_countdown():
    scene = Scene()
    scene.hold(WEB, a(), "1")
    digits = a().layers[0].packed.digest.hex
    scene.fault = lambda network: drop_download(
        network, 5000, when=lambda asked: digits in asked.target
    )
    result = scene.docker(f"pull {WEB}:1")
    way = [line[14:] for line in result.stdout.splitlines() if line.startswith(digits[:12])]
    assert way[0] == "Pulling fs layer"
    assert way[1:6] == [f"Retrying in {n} second{'s' * (n > 1)}" for n in (5, 4, 3, 2, 1)]
    assert way[6:] == ["Verifying Checksum", "Download complete", "Pull complete"]
    assert result.exit_code == 0


def test_what_fails_after_the_first_line_is_printed_bare_and_without_a_digest():
    scene = Scene()
    scene.hold(WEB, a(), "1")
    digits = a().layers[1].packed.digest.hex
    body = b'{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down","detail":"x"}]}'
    scene.fault = lambda network: answer_with(
        network, 429, body, when=lambda asked: digits in asked.target, times=None
    )
    result = scene.docker(f"pull {WEB}:1")
    assert result.stdout.startswith("1: Pulling from shop/web\n")
    assert "Digest:" not in result.stdout
    assert (result.stderr, result.exit_code) == ("toomanyrequests: slow down\n", 1)


def test_a_quiet_pull_says_only_the_name():
    scene = Scene()
    scene.hold(WEB, a(), "latest")
    assert scene.docker(f"pull -q {WEB}").merged == f"{WEB}:latest\n"
    assert scene.docker(f"pull -aq {WEB}").merged == f"{WEB}\n"


UNKNOWN = "name unknown: repository name not known to registry"
NO_MANIFEST = "not found: manifest unknown: manifest unknown"
REFUSED = "connect: connection refused"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (f"-a {OPEN}/no/such", f"repository {OPEN}/no/such not found: {UNKNOWN}"),
        (f"{WEB}@{F64}", f"manifest for {WEB}@{F64} {NO_MANIFEST}"),
        ("localhost:59/x", f'Get "http://localhost:59/v2/": dial tcp 127.0.0.1:59: {REFUSED}'),
        ("a.example/x", f'Get "https://a.example/v2/": dial tcp 203.0.113.130:443: {REFUSED}'),
    ],
)
def test_what_a_registry_does_not_have_is_the_daemons_to_tell(name, sentence):
    result = Scene().docker(f"pull {name}")
    assert (result.stderr, result.exit_code) == (f"Error response from daemon: {sentence}\n", 1)


# -- run and create --------------------------------------------------------------------------------

LAB = (
    "labsim: the image is here, and this is as far as the lab goes: containers are not simulated.\n"
)


def test_run_pulls_what_is_missing_and_says_so_on_stderr():
    scene = Scene()
    scene.hold(WEB, a(), "latest")
    result = scene.docker(f"run --rm -it -p 80:80 {WEB} sh -c ls")
    assert result.stdout == ""
    assert result.stderr.startswith(
        f"Unable to find image '{WEB}:latest' locally\nlatest: Pulling from shop/web\n"
    )
    assert result.stderr.endswith(f"Status: Downloaded newer image for {WEB}:latest\n{LAB}")
    assert scene.docker(f"create {WEB}").merged == LAB


@pytest.mark.parametrize("command", ["run", "create"])
def test_run_and_create_need_an_image(command):
    scene = Scene()
    missing = f"Error response from daemon: manifest for {WEB}:latest {NO_MANIFEST}\n"
    tail = "\nRun 'docker run --help' for more information\n"
    expected = f"docker: {missing}{tail}" if command == "run" else missing
    assert scene.docker(f"{command} -q {WEB}").stderr == expected
    assert scene.docker(f"{command} --pull never nosuch").stderr.count(
        "No such image: nosuch:latest"
    )
    assert scene.docker(f"{command} -q {WEB}").exit_code == (125 if command == "run" else 1)


def test_run_always_pulls_when_told_to():
    scene = Scene()
    scene.local(a(), f"{WEB}:1")
    scene.hold(WEB, a(), "1")
    assert "Image is up to date" in scene.docker(f"run --pull always {WEB}:1").stderr
    assert scene.docker(f"run --pull=missing {WEB}:1").merged == LAB


# -- rmi -------------------------------------------------------------------------------------------


def test_what_cannot_be_removed_is_told_after_what_was():
    scene = Scene()
    scene.local(a(), "m/x:1", "m/x:2")
    assert scene.docker("rmi nosuch m/x:1 other").merged == (
        "Untagged: m/x:1\n"
        "Error response from daemon: No such image: nosuch:latest\n"
        "Error response from daemon: No such image: other:latest\n"
    )
    assert scene.docker("rmi nosuch").exit_code == 1
    assert scene.docker("rmi -f nosuch").exit_code == 0


def test_an_image_with_names_in_two_repositories_is_not_removed_by_id():
    scene = Scene()
    scene.local(oci(), "one:1", "two:1")
    short = oci().id.short
    result = scene.docker(f"rmi {short[:5]}")
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error response from daemon: conflict: unable to delete {short} (must be forced) - "
        "image is referenced in multiple repositories\n"
    )
    forced = scene.docker(f"rmi -f {short}").stdout.splitlines()
    assert forced[:3] == ["Untagged: one:1", "Untagged: two:1", f"Deleted: {oci().id}"]
    assert forced[3:] == [f"Deleted: {chain_id}" for chain_id in oci().chain_ids[::-1]]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("''", "page not found"), ("a:b:c", "invalid reference format")],
)
def test_no_name_at_all_is_the_daemons_to_refuse(name, sentence):
    result = Scene().docker(f"rmi {name}")
    assert result.stderr == f"Error response from daemon: {sentence}\n"


# -- results ---------------------------------------------------------------------------------------


def test_nothing_is_rendered_until_somebody_looks(monkeypatch):
    from labsim.docker import progress

    scene = Scene()
    scene.local(a(), f"{WEB}:1")
    rendered = []

    def pushed(*_):
        rendered.append(1)
        return "pushed\n"

    monkeypatch.setattr(progress.Progress, "pushed", pushed)
    result = scene.docker(f"push {WEB}:1")
    assert (result.exit_code, result.ok, rendered) == (0, True, [])
    assert result.trace is not None
    assert result.stdout == result.merged == str(result)
    assert "\npushed\n" in result.stdout
    assert rendered == [1]


def test_a_result_shows_no_secret():
    result = Scene().docker(f"login -u alice -p wonderland {FLAKY} ")
    assert "wonderland" not in repr(result)
    assert "wonderland" not in Scene().docker(f"login -u alice -p wonderland {TOKEN}").merged
