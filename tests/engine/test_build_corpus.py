"""Each Dockerfile of the corpus gives the config and the history that daemon 20.10.24 gave."""

from __future__ import annotations

import re

import pytest

from labsim.errors import InvalidDockerfile
from tests.dockerfile.corpus import CASES, FILES, answers
from tests.engine.build_scene import Scene

ANSWERS = answers()
#: The hash that the legacy builder gives to copied files is our own: theirs is of a private form.
_HASH = re.compile(r"(file|dir|multi):[0-9a-f]{64}")
#: Where the lab's answer is another on purpose.
ELSEWHERE = {
    ("COPY from the stage itself", "legacy"): "it is looked for at the Hub, which exists here",
    ("a base that is no name", "legacy"): "names are read before anything is built",
    ("a base that is no name", "buildkit"): "names are read before anything is built",
}
MODERN = {
    "a brace that is never closed": "today's frontend, which knows forms without a colon",
    "an unknown modifier": "today's frontend names the colon too",
}


def said(builder: str, dockerfile: str) -> dict[str, object]:
    try:
        built = Scene(builder, FILES).build(dockerfile)
    except InvalidDockerfile as fault:
        return {"fault": fault.fault}
    if built.fault:
        return {"fault": built.fault}
    assert built.image is not None
    config = built.image.config
    sizes = iter([layer.files_size for layer in built.image.layers])
    return {
        "config": {
            key: value
            for key, value in sorted(config.run.items())
            if value and key not in ("Hostname", "Image")
        },
        "history": [
            "|".join(
                (_hidden(row.created_by), f"{0 if row.empty_layer else next(sizes)}B", row.comment)
            )
            for row in config.history
        ],
    }


def _hidden(line: str) -> str:
    return _HASH.sub(r"\1:#", line)


def expected(row: dict[str, object]) -> dict[str, object]:
    if "fault" in row:
        fault = str(row["fault"]).rsplit("LLB definition: ", 1)[-1]
        fault = re.sub(r"Error response from daemon: (failed to parse Dockerfile: )?", "", fault)
        fault = fault.replace("the Dockerfile (Dockerfile)", "the Dockerfile")
        return {"fault": re.sub(r"^dockerfile parse error line \d+: ", "", fault)}
    history = [_hidden(line) for line in row["history"]]  # type: ignore[attr-defined]  # a list
    return {"config": row["config"], "history": history}


@pytest.mark.parametrize("builder", ["legacy", "buildkit"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_same_image_or_the_same_fault_as_the_real_builder(case, builder):
    if (case.rule, builder) in ELSEWHERE:
        with pytest.raises((KeyError, ValueError)):
            said(builder, case.dockerfile)
        return
    ours, theirs = said(builder, case.dockerfile), expected(ANSWERS[case.rule][builder])
    if builder == "buildkit" and case.rule in MODERN:
        assert ours != theirs
        assert "substitution" in str(ours) or "missing" in str(ours)
    else:
        assert ours == theirs
