"""One long script with every simulated command on both engines, and all that differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsim import Lab
from labsim.docker.commands import simulated, topic_of
from tests.properties.tiny_world import LOCAL

#: Each line, and how its lines begin that only one of the engines prints; nothing: both the same.
EXPECTED = {
    "docker version": ("-Client:", "+Client: Docker Engine - Community"),
    "docker info": ("- Storage Driver: overlay2", "+ Storage Driver: overlayfs"),
    "docker search base": (),
    "docker pull base": ("-2571cf77c8ef: Verifying Checksum",),
    "docker login -u cantdocpp --password-stdin <<< right": (),
    "build cantdocpp/app:1 base=base layers=deps,src": (),
    "docker history cantdocpp/app:1": ("-",),
    r'write Dockerfile "FROM base\nCOPY Dockerfile /\n"': (),
    "docker build -t cantdocpp/built .": ("-#7 writing image", "+#7 exporting manifest list"),
    "docker images": ("-REPOSITORY", "+IMAGE"),
    f"docker tag cantdocpp/app:1 {LOCAL}/team/app:1": (),
    "docker tag base A": ("-Error parsing reference", "+error parsing reference"),
    f"docker push {LOCAL}/team/app:1": ("-", "+"),
    f"docker manifest inspect --insecure {LOCAL}/team/app:1": ("-", "+"),
    f"docker buildx imagetools inspect {LOCAL}/team/app:1": ("-", "+"),
    "docker inspect cantdocpp/app:1": ('-        "Container"', '+        "Descriptor"'),
    "docker image inspect nosuch": ("-Error response from daemon: no such image: nosuch",),
    "docker save -o app.tar cantdocpp/app:1": (),
    "docker system df": ("-Images", "+Images"),
    "docker rmi cantdocpp/app:1": (),
    "docker load -i app.tar": (),
    "docker image prune -f": (),
    "docker run base": (),
    "docker create base": (),
    "docker help": ("-  trust", "+  -H, --host string"),
    "docker logout": (),
}


def test_every_simulated_command_is_in_the_script():
    said = {topic_of(line.split()[1:]) for line in EXPECTED if line.startswith("docker")}
    assert said == set(simulated())


@pytest.fixture(scope="module")
def steps():
    found = Lab(world="tiny").compare("\n".join(EXPECTED) + "\n")
    assert len(found.steps) == len(EXPECTED)
    return dict(zip(EXPECTED, found.steps, strict=True))


#: Every line that only one of the engines prints, below the line that was typed.
EXACTLY = Path(__file__).parent / "data" / "engines_compared.txt"


def written_down():
    blocks = EXACTLY.read_text(encoding="utf-8").split("## ")[1:]
    return {block.partition("\n")[0]: block.splitlines()[1:] for block in blocks}


def test_the_two_differ_in_exactly_these_lines(steps):
    told = {
        line: [f"{mark}{text}".rstrip() for mark, text in step.lines if mark != " "]
        for line, step in steps.items()
    }
    assert told == written_down()


@pytest.mark.parametrize("line", EXPECTED)
def test_what_differs_is_what_is_written_down(steps, line):
    step = steps[line]
    told = [f"{mark}{text}" for mark, text in step.lines if mark != " "]
    assert bool(told) == bool(EXPECTED[line]) == (not step.same)
    for beginning in EXPECTED[line]:
        assert any(one.startswith(beginning) for one in told), beginning
