"""docker build in a lab: both builders, their words, reasons, and what to move."""

from __future__ import annotations

import pytest

from labsim.errors import LabError
from labsim.worlds import Lab
from tests.docker.seat import BareSeat

SLOW = """\
FROM debian
WORKDIR /app
COPY . .
RUN apt-get update && apt-get install -y python3
RUN pip install -r requirements.txt
CMD ["python3", "main.py"]
"""


@pytest.fixture
def lab() -> Lab:
    made = Lab()
    made.write("Dockerfile", SLOW)
    made.write("requirements.txt", "flask\n")
    made.write("main.py", "print(1)\n")
    made.write(".dockerignore", "token.txt\nDockerfile\n.dockerignore\n")
    return made


def numbered(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#") and "] " in line]


def test_buildkit_builds_unless_told_otherwise(lab):
    result = lab.docker("docker build -t team/app .")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("#1 [internal] load build definition from Dockerfile\n")
    assert result.stderr.endswith("naming to docker.io/team/app done\n#10 DONE 0.0s\n")
    assert "debian" not in lab.docker("images").stdout
    assert lab.image("team/app").config.run["WorkingDir"] == "/app"


def test_the_same_again_is_the_same_image_and_every_step_is_cached(lab):
    lab.docker("build -t team/app .")
    first = lab.image("team/app").id
    again = lab.docker("build -t team/app .")
    assert lab.image("team/app").id == first
    assert again.stderr.count("CACHED") == 5  # the base too
    assert lab.why(again).cached == len(lab.why(again).steps) == 4


def test_the_legacy_builder_is_asked_for_in_front_of_the_line(lab):
    result = lab.docker("DOCKER_BUILDKIT=0 docker build -t team/app -t team/app:2 .")
    assert result.stderr.startswith("DEPRECATED: The legacy builder is deprecated")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Sending build context to Docker daemon ")
    assert "Step 1/6 : FROM debian" in lines
    assert "Status: Downloaded newer image for debian:latest" in lines
    assert lines[-2:] == [
        "Successfully tagged team/app:latest",
        "Successfully tagged team/app:2",
    ]
    again = lab.docker("DOCKER_BUILDKIT=0 docker build .")
    assert again.stdout.count(" ---> Using cache\n") == 5
    assert "nothing" not in str(lab.why(again))


def test_a_pull_is_told_under_the_step_that_needed_it(lab):
    lab.write("Dockerfile", "ARG BASE=alpine\nFROM ${BASE}\nENV A=1\n")
    lines = lab.docker("DOCKER_BUILDKIT=0 docker build .").stdout.splitlines()
    assert lines[2:5] == [
        "Step 1/3 : ARG BASE=alpine",
        "Step 2/3 : FROM ${BASE}",
        "latest: Pulling from library/alpine",
    ]


def test_only_one_variable_is_known(lab):
    result = lab.docker("DOCKER_HOST=x docker build .")
    assert (result.exit_code, "knows no variable DOCKER_HOST" in result.stderr) == (1, True)


def test_time_passes_while_it_builds_and_a_replay_gives_the_same(lab):
    before = lab.now_us
    lab.docker("build -q -t team/app .")
    assert lab.now_us - before > 20_000_000
    assert Lab.replay(lab.script).image("team/app").id == lab.image("team/app").id


def test_quiet_prints_the_id_alone(lab):
    for line in ("build -q .", "DOCKER_BUILDKIT=0 docker build -q .", "buildx build --quiet ."):
        result = lab.docker(line)
        assert result.stdout == f"{lab.image(result.stdout.strip()).id}\n"


def test_a_push_of_a_rebuilt_image_sends_what_was_built_anew(lab):
    lab.login("cantdocpp", "lab")
    lab.docker("build -t cantdocpp/app .")
    lab.push("cantdocpp/app")
    lab.write("main.py", "print(2)\n")
    lab.docker("build -t cantdocpp/app .")
    assert "Layer already exists" in lab.push("cantdocpp/app").stdout


FAULTS = [
    ("build", "", 1, "docker: 'docker build' requires 1 argument\n"),
    ("build nosuch", "", 1, 'unable to prepare context: path "nosuch" not found\n'),
    ("build main.py", "", 1, "context must be a directory: "),
    ("build -f nosuch .", "#1", 1, "failed to read dockerfile: open nosuch: no such file"),
    ("build -t Bad:: .", "", 125, 'invalid argument "Bad::" for "-t, --tag" flag: invalid refer'),
    ("build --target zz .", "#1", 1, "target stage zz could not be found\n"),
    ("build --progress foo .", "", 1, 'invalid value "foo" passed to --progress, valid values '),
    ("build --secret id=x .", "", 1, "could not parse secrets: [id=x]: failed to stat x: stat x: "),
    ("build --secret foo=x .", "", 1, "could not parse secrets: [foo=x]: unexpected key 'foo' in "),
    ("build --secret id .", "", 1, "invalid field 'id' must be a key=value pair\n"),
    ("build --secret '' .", "", 1, "could not parse secrets: []: failed to parse csv secret: EOF"),
    ("build --ssh default .", "", 1, "labsim: docker build --ssh is real Docker"),
    ("build --provenance true .", "", 1, "Attestation is not supported for the docker driver.\n"),
    ("build --provenance mode=max .", "", 1, "--provenance=mode=max is real Docker"),
    ("build https://example.com/x", "", 1, "labsim: docker build with a URL is real Docker"),
    ("build --platform foo .", "", 1, '"foo": unknown operating system or architecture'),
    ("build --platform a,b .", "", 1, 'from daemon: "a,b" is an invalid component of "a,b": plat'),
    ("DOCKER_BUILDKIT=0 docker build --progress plain .", "", 125, "unknown flag: --progress\n"),
    ("DOCKER_BUILDKIT=0 docker build --target zz .", "", 1, "failed to reach build target zz in D"),
    ("DOCKER_BUILDKIT=0 docker build -f nosuch .", "", 1, "unable to evaluate symlinks in Docker"),
]


@pytest.mark.parametrize(("line", "begins", "code", "says"), FAULTS, ids=[f[0] for f in FAULTS])
def test_what_is_wrong_with_the_line_is_said(lab, line, begins, code, says):
    result = lab.docker(line)
    assert says in result.stderr
    assert result.exit_code == code
    if begins:
        assert result.stderr.startswith(begins)


DOCKERFILES = [
    ("FROM scratch\nFOO\n", "dockerfile parse error line 2: unknown instruction: FOO\n"),
    ("FROM nosuch/x\n", "ERROR: pull access denied, repository does not exist or may require au"),
    ("FROM scratch\nONBUILD RUN x\n", "labsim: ONBUILD (line 2 of the Dockerfile) is real Docker"),
    ("FROM scratch\nADD http://a/b /\n", "labsim: ADD from the network (line 2 of the Dockerfile)"),
    ("FROM scratch\nCOPY --link main.py /\n", "labsim: COPY --link (line 2 of the Dockerfile)"),
    ("FROM scratch\nCOPY x /\n", 'failed to compute cache key: "/x" not found: not found\n'),
]


@pytest.mark.parametrize(("dockerfile", "says"), DOCKERFILES)
def test_what_is_wrong_with_the_dockerfile_is_said(lab, dockerfile, says):
    lab.write("Dockerfile", dockerfile)
    result = lab.docker("build .")
    assert (says in result.stderr, result.exit_code) == (True, 1)


def test_a_copy_that_failed_shows_the_step():
    seat = BareSeat()
    seat.files["Dockerfile"] = b"FROM scratch\nCOPY x /\n"
    assert seat.docker("build .").stderr.split("\n\n", 3)[-1] == (
        "#4 [1/1] COPY x /\n"
        '#4 ERROR: "/x" not found: not found\n'
        "------\n > [1/1] COPY x /:\n------\n"
        'failed to compute cache key: "/x" not found: not found\n'
    )


def test_a_dockerfile_may_come_in_by_itself(lab):
    lab.write("other", "FROM scratch\nLABEL a=b\n")
    assert lab.docker("build -t app - < other").exit_code == 0
    assert lab.image("app").config.labels == {"a": "b"}


def test_what_is_ignored_does_not_get_in(lab):
    lab.write("Dockerfile", "FROM scratch\nCOPY . /\n")
    lab.docker("build -t app .")
    names = [entry.name for entry in lab.image("app").layers[0].tar.entries]
    assert names == ["main.py", "requirements.txt"]


def test_a_mode_is_kept_and_is_one():
    lab = Lab()
    lab.write("run.sh", "x", mode=0o755)
    assert lab.journal == [["write", "run.sh", "x", "mode=755"]]
    assert lab.seat.stat("run.sh")[0] == 0o755
    with pytest.raises(LabError, match="no mode of a file"):
        lab.do(["write", "x", "y", "mode=9"])


# -- advice ----------------------------------------------------------------------------------------


def test_advice_moves_what_does_not_need_the_sources(lab):
    before = lab.journal
    advice = lab.advise()
    assert advice.edited == "main.py"
    assert [line.split()[0] for line in advice.dockerfile.splitlines()] == [
        "FROM", "WORKDIR", "COPY", "RUN", "RUN", "COPY", "CMD",
    ]  # fmt: skip
    assert "COPY requirements.txt ./" in advice.dockerfile
    assert advice.saves > 48_000_000
    assert str(advice).startswith("After an edit of main.py a push sends ")
    assert lab.journal == before
    assert "debian" not in lab.images()


def test_advice_is_what_happens(lab):
    """The bytes are those of the layers that a rebuild makes in this order."""
    advice = lab.advise()
    lab.write("Dockerfile", advice.dockerfile)
    assert lab.advise().saves == 0
    lab.docker("build -t app .")
    lab.write("main.py", "print(1)\n\n")
    built = lab.docker("build -t app .")
    layers = lab.image("app").layers[1:]
    sent = [
        layer.packed_size
        for layer, step in zip(layers, lab.why(built).steps, strict=True)
        if not step.cached
    ]
    assert sum(sent) == advice.after


def test_an_order_that_is_best_is_left_alone(lab):
    advice = lab.advise("FROM debian\nRUN apt-get update\nCOPY . /app\n")
    assert (advice.saves, advice.moves) == (0, ())
    assert "No other order" in str(advice)


def test_advice_needs_a_file_that_is_there(lab):
    with pytest.raises(LabError, match="no file 'x' in the build context"):
        lab.advise(edited="x")


def stepped(engine):
    """A laptop with ``app``, and the image that the legacy builder made on the way to it."""
    lab = Lab(engine=engine)
    lab.write("Dockerfile", "FROM alpine\nENV A=1\nENV A=2\n")
    assert lab.docker("DOCKER_BUILDKIT=0 docker build -t app .").exit_code == 0
    app, way, *_ = lab.docker("history -q --no-trunc app").stdout.split()
    return lab, app, way


def test_an_image_with_children_is_not_removed_by_its_id():
    lab, _, way = stepped("classic")
    for line in (f"rmi {way}", f"rmi -f {way[7:19]}"):
        result = lab.docker(line)
        assert (result.exit_code, result.stdout, result.stderr) == (1, "", (
            f"Error response from daemon: conflict: unable to delete {way[7:19]} "
            "(cannot be forced) - image has dependent child images\n"
        ))  # fmt: skip


@pytest.mark.parametrize("engine", ["classic", "containerd"])
def test_without_pruning_what_led_to_an_image_stays(engine):
    lab, app, way = stepped(engine)
    assert lab.docker("info --format {{.Images}}").stdout == "3\n"
    gone = lab.docker("rmi --no-prune app").stdout
    assert gone == f"Untagged: app:latest\nDeleted: {app}\n"
    assert lab.docker("images -q --no-trunc -f dangling=true").stdout == f"{way}\n"
    assert lab.docker("info --format {{.Images}}").stdout == "2\n"
    lab, app, way = stepped(engine)
    assert f"Deleted: {way}\n" in lab.docker("rmi app").stdout


@pytest.mark.parametrize("before", ["", "DOCKER_BUILDKIT=0 "])
def test_a_base_for_another_platform_is_refused_by_name(lab, before):
    lab.write("Dockerfile", "FROM --platform=linux/arm64 alpine\n")
    refused = lab.docker(f"{before}docker build .")
    assert refused.exit_code == 1
    assert "FROM --platform=linux/arm64 (line 1 of the Dockerfile" in refused.stderr
    assert lab.docker(f"{before}docker build --platform linux/arm64 -t a .").exit_code == 0


@pytest.mark.parametrize("before", ["", "DOCKER_BUILDKIT=0 "])
def test_a_platform_that_is_none_is_refused_as_docker_does(lab, before):
    lab.write("Dockerfile", "FROM --platform=foo alpine\n")
    said = lab.docker(f"{before}docker build .").stderr
    assert 'failed to parse platform foo: "foo": unknown operating system' in said


def test_the_platform_that_builds_is_known_to_from(lab):
    lab.write("Dockerfile", "FROM --platform=$BUILDPLATFORM alpine\n")
    assert lab.docker("build .").exit_code == 0
    lab.write("Dockerfile", "FROM --platform=$X alpine\n")
    said = lab.docker("build .").stderr
    assert said.endswith("empty platform value from expression $X\n")


def test_copy_from_a_number_of_no_stage_asks_no_registry(lab):
    lab.write("Dockerfile", "FROM scratch\nCOPY --from=1 /a /b\n")
    assert lab.docker("build .").stderr.endswith("invalid stage index 1\n")
    said = lab.docker("DOCKER_BUILDKIT=0 docker build .").stderr
    assert said.endswith("invalid from flag value 1: index out of bounds\n")
