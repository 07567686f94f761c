"""Record anew the help texts that docker CLI 29.7.2 words otherwise than CLI 28.2.2.

Writes labsim/docker/help/cli29/*.py, one for each topic that differs, and the set of their names.
The CLI is asked in front of the lab's own daemon, with the containerd store: which flags a help
lists depends on what the daemon speaks.  docs/daemon.md says how a CLI 29 is had.

Usage: python -m tools.record_cli_29 [path of docker 29.7.2]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from labsim.docker import help as helps
from tests.docker.judging.judge import lab_for
from tests.docker.judging.lines import LEGACY, Line
from tests.docker.judging.scene import cli
from tools.record_cli import HELP, TOPICS

__all__ = ["main"]

_HEAD = '"""``{} --help``, recorded from CLI 29.7.2."""\n\nTEXT = """\\\n'
_NAMES = '''"""The help texts that CLI 29.7.2 words otherwise, one module a topic."""

__all__ = ["TOPICS"]

TOPICS = frozenset({{
{}}})
'''


def main(program: str) -> None:
    """Ask for each text, and keep those that differ."""
    differ = {
        topic: text
        for topic, text in _texts(program).items()
        if text not in ("", helps.text(topic))  # empty: the command is gone
    }
    folder = HELP / "cli29"
    folder.mkdir(exist_ok=True)
    for topic, text in differ.items():
        head = _HEAD.format(" ".join(("docker", *TOPICS[topic])))
        escaped = text.replace("\\", "\\\\")
        (folder / f"{topic}.py").write_text(f'{head}{escaped}"""\n', encoding="utf-8")
    names = "".join(f'    "{topic}",\n' for topic in sorted(differ))
    (folder / "__init__.py").write_text(_NAMES.format(names), encoding="utf-8")


def _texts(program: str) -> dict[str, str]:
    with (
        tempfile.TemporaryDirectory(prefix="labsim-") as name,
        cli(lab_for(29, 0), program, Path(name)) as typed,
    ):
        return {
            topic: typed(Line((*LEGACY, *words, "--help"))).stdout
            for topic, words in TOPICS.items()
        }


if __name__ == "__main__":
    main(*sys.argv[1:])
