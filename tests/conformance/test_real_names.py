"""The real docker command reads names first and talks to a daemon later: ours must agree on names.

No daemon is needed: a name that can be read ends in "Cannot connect", any other in its sentence.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from labsim.errors import InvalidReference
from labsim.reference import Reference

DATA = Path(__file__).parents[1] / "data"
NAMES = [
    line.split("\t")[1] for line in (DATA / "references.tsv").read_text("utf-8").splitlines()[1:]
]
F64 = "f" * 64
ODD = [
    "Test_Com/app",
    f"app@SHA256:{F64}",
    f"app:v1@SHA256:{F64}",
    f"app@sha256+b64:{F64}",
    "x:\N{KELVIN SIGN}",
    "a\N{KELVIN SIGN}",
    "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}.x/y",
    "a\n",
    "[::1",
    ":5000/x",
    "hub.docker.com/_/golang",
]


def ours(text: str) -> str:
    try:
        Reference(text)
    except InvalidReference as error:
        return error.fault
    return "read"


@pytest.mark.peer
@pytest.mark.parametrize("text", [name for name in [*NAMES, *ODD] if name[0] != "-"])
def test_the_real_command_reads_a_name_as_we_do(
    text: str, real: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    nowhere = f"unix://{tmp_path}/nobody.sock"
    done = real("docker", "--host", nowhere, "pull", "--quiet", text)
    first = done.stderr.rstrip("\n")
    assert done.returncode == 1
    assert ("read" if "annot connect" in first else first) == ours(text)
