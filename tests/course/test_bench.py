"""The bench: lines move, files are touched, and each build says where it was cut."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.course.bench import EXAMPLE, Bench, blocks
from labsim.errors import LabError
from tests.figures.kept import DOCKERFILE, bench


@pytest.fixture
def lab() -> Lab:
    """A laptop with a project whose Dockerfile copies everything first."""
    return bench()


def test_the_laptops_dockerfile_is_on_the_bench_and_the_lab_stays(lab):
    script = lab.script
    made = Bench(lab)
    made.touch("app.py")
    assert made.text == DOCKERFILE
    assert lab.script == script


def test_without_a_dockerfile_there_is_an_example():
    lab = Lab()
    made = Bench(lab)
    assert made.text == EXAMPLE["Dockerfile"]
    assert made.likely == "app.py"
    assert "Dockerfile" not in lab.files


def test_a_file_that_is_touched_moves_the_cut(lab):
    made = Bench(lab)
    made.touch("app.py")
    assert made.sentence.startswith(
        "After an edit of app.py: 1 of 3 steps cached, the cut is above [3/4] COPY . .; "
    )
    assert "before: as it is: 0 of 3 steps cached" in made.figure.text


def test_a_line_that_is_moved_changes_what_the_edit_costs(lab):
    made = Bench(lab)
    made.touch("app.py")
    dear = made.figure.data["builds"][-1]["pushed again"]
    made.write(made.advice("app.py").dockerfile)
    made.touch("app.py")
    assert made.figure.data["builds"][-1]["pushed again"] * 1000 < dear


def test_lines_are_moved_one_by_one(lab):
    made = Bench(lab)
    assert made.move(3, -1) == 2
    assert made.text.splitlines()[2:] == ["RUN pip install -r requirements.txt", "COPY . ."]
    assert "with RUN pip up" in made.figure.text
    assert made.move(2, 1) == 3
    assert made.text == DOCKERFILE
    for at, by in ((0, -1), (3, 1), (9, -1)):
        with pytest.raises(LabError, match="cannot be moved any further"):
            made.move(at, by)


def test_what_cannot_be_built_is_said_as_docker_says_it_and_the_picture_stays(lab):
    made = Bench(lab)
    picture = made.figure.svg
    made.write("FROM python\nFOO\n")
    assert made.sentence.endswith("unknown instruction: FOO")
    assert made.figure.svg == picture
    made.write(DOCKERFILE)
    assert made.fault == ""
    assert made.sentence.startswith("With other lines: 3 of 3 steps cached, there is no cut")


def test_the_dockerfile_that_is_kept_is_an_action_of_the_lab(lab):
    made = Bench(lab)
    made.move(3, -1)
    made.keep(lab)
    assert lab.read("Dockerfile") == made.text
    lab.undo()
    assert lab.read("Dockerfile") == DOCKERFILE


def test_a_file_that_is_not_there_is_refused(lab):
    with pytest.raises(LabError, match="there is no file 'nothing' on the bench"):
        Bench(lab).touch("nothing")


def test_an_instruction_keeps_the_lines_that_belong_to_it():
    text = "# first\nARG V=3\nFROM a:$V\nRUN b \\\n c\n\n# why\nCOPY . . "
    assert blocks(text) == [
        "# first\nARG V=3\n",
        "FROM a:$V\n",
        "RUN b \\\n c\n\n# why\n",
        "COPY . . \n",
    ]
    with pytest.raises(LabError):
        blocks("FOO\n")
