"""What is wrong with a Dockerfile is said as daemon 20.10.24 says it, with the line."""

from __future__ import annotations

import re

import pytest

from labsim.dockerfile import read
from labsim.errors import InvalidDockerfile
from tests.dockerfile.corpus import CASES, answers

ANSWERS = answers()
BUILDERS = ("legacy", "buildkit")
#: What stands in front of the sentence: which part of Docker complained.
_WHERE = re.compile(
    r"failed to solve with frontend dockerfile\.v0: failed to create LLB definition: "
    r"|Error response from daemon: (failed to parse Dockerfile: )?"
)
#: Sentences that come only when a line is carried out; tests/engine/build tells those.
_LATER = re.compile(
    r"failed to process|base name|failed to parse stage|invalid reference|Invalid |When using"
    r"|COPY failed|failed to compute|invalid from|circular|invalid stage index|a stage name already"
    r"|VOLUME specified|cannot normalize"
)


def said(dockerfile: str, builder: str) -> str:
    try:
        read(dockerfile, buildkit=builder == "buildkit")
    except InvalidDockerfile as fault:
        where = f"dockerfile parse error line {fault.line}: " if fault.numbered else ""
        return where + fault.fault
    return ""


@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_dockerfile_is_refused_as_the_real_builders_refuse_it(case, builder):
    real = _WHERE.sub("", ANSWERS[case.rule][builder].get("fault", ""))
    real = real.replace("the Dockerfile (Dockerfile)", "the Dockerfile")
    assert said(case.dockerfile, builder) == ("" if _LATER.match(real) else real)


def test_the_corpus_has_an_answer_for_every_case_and_faults_enough():
    assert [case.rule for case in CASES] == list(ANSWERS)
    for builder in BUILDERS:
        assert sum("fault" in row[builder] for row in ANSWERS.values()) > 60


def test_a_fault_says_its_line_to_people_too():
    with pytest.raises(InvalidDockerfile, match=r"^line 3: unknown instruction: FOO$") as caught:
        read("FROM scratch\n\nfoo\n")
    assert (caught.value.line, caught.value.numbered) == (3, True)
