"""Record anew what the real docker CLI (28.2.2 in front of API 1.41) says by itself.

Writes labsim/docker/help/*.py, which the simulator prints and reads its flags from (one for each
group and each simulated command, and ``spellings.py``, which knows every real command by all its
names), and tests/docker/golden/cli.jsonl, which the quick tests compare with.

Usage: python -m tools.record_cli [path of docker]
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from labsim.docker import help as helps
from labsim.docker.commands import simulated
from labsim.docker.help.spellings import GROUPS
from tests.docker.lines import CLI_LINES, FORMATS
from tests.docker.listing import listed, summary
from tools.old_daemon import Cli, old_daemon

__all__ = ["ANSWERS", "TOPICS", "answer", "help_text"]

ROOT = Path(__file__).parents[1]
ANSWERS = ROOT / "tests" / "docker" / "golden" / "cli.jsonl"
HELP = ROOT / "labsim" / "docker" / "help"
#: Plugins: real, but the recorded CLI is a bare one, so what is known of them is written by hand.
PLUGINS = ("buildx",)
PLUGIN_COMMANDS = {
    "buildx b": "build",
    "buildx build": "build",
    "buildx imagetools inspect": "buildx_imagetools_inspect",
}
#: File of labsim/docker/help/ → the words before ``--help``.
TOPICS: dict[str, tuple[str, ...]] = {"docker": ()} | {
    name.replace(" ", "_"): tuple(name.replace("_", " ").split())
    for name in (*GROUPS, *simulated())
    if not name.startswith(PLUGINS)
}
#: The learner's configuration, in place of the recorder's.
HOME = "/root/.docker"


def help_text(cli: Cli, words: Sequence[str]) -> str:
    """One help text, with the lab's configuration directory in it."""
    return cli.run([*words, "--help"]).stdout.replace(cli.home, HOME)


def answer(cli: Cli, words: Sequence[str]) -> dict[str, object]:
    """What the CLI prints for these words, and its exit code."""
    done = cli.run(words)
    return {
        "words": list(words),
        "stdout": done.stdout.replace(cli.home, HOME),
        "stderr": done.stderr.replace(cli.home, HOME),
        "exit_code": done.returncode,
    }


def _record_help(cli: Cli) -> None:
    for topic, words in TOPICS.items():
        path = " ".join(("docker", *words))
        text = help_text(cli, words).replace("\\", "\\\\")
        head = f'"""``{path} --help``, recorded from CLI 28.2.2."""\n\nTEXT = """\\\n'
        (HELP / f"{topic}.py").write_text(f'{head}{text}"""\n', encoding="utf-8")


def _record_spellings(cli: Cli) -> None:
    """Walk the real CLI's tree of commands, and write down what each is called."""
    found = {"help": "help"}  # which no help text lists
    groups: list[str] = []
    _walk(cli, [], found, groups)
    found |= PLUGIN_COMMANDS
    groups += sorted({name.rpartition(" ")[0] for name in PLUGIN_COMMANDS} | {*PLUGINS})
    lines = "".join(f'    "{spelled}": "{found[spelled]}",\n' for spelled in sorted(found))
    names = "".join(f'    "{name}",\n' for name in sorted(groups))
    (HELP / "spellings.py").write_text(_SPELLINGS.format(names, lines), encoding="utf-8")


_SPELLINGS = '''\
"""Every command of CLI 28.2.2 by each of its spellings; ``python -m tools.record_cli`` writes this.

A command is called by its *topic*: the one word after ``docker`` where it has such a spelling, all
its words joined by ``_`` where it has none.  Help texts and command modules are named so.
"""

__all__ = ["GROUPS", "TOPICS"]

#: Commands that only hold others.
GROUPS = (
{})
TOPICS = {{
{}}}
'''


def _walk(cli: Cli, words: list[str], found: dict[str, str], groups: list[str]) -> None:
    for name in helps.listed(help_text(cli, words)):
        spelled = " ".join([*words, name])
        text = help_text(cli, spelled.split())
        if text.partition("\n")[0].endswith(" COMMAND"):
            groups.append(spelled)
            _walk(cli, [*words, name], found, groups)
        else:
            names = [spelled, *_aliases(text)]
            topic = next((name for name in names if " " not in name), spelled.replace(" ", "_"))
            found |= dict.fromkeys(names, topic)


def _aliases(text: str) -> list[str]:
    _, _, after = text.partition("\nAliases:\n")
    return [name.strip().removeprefix("docker ") for name in after.partition("\n")[0].split(",")][
        : 99 if after else 0
    ]


def _record_answers(cli: Cli) -> None:
    """Answers that are no help text (those are recorded above), and lists of images at a moment."""
    rows = [answer(cli, words) for words in CLI_LINES]
    rows = [row for row in rows if "Usage:  docker" not in str(row["stdout"]) and row["words"]]
    now = int(time.time())
    cli.show([summary(row) for row in listed(now).engine.images()])
    rows += [{"now": now} | answer(cli, ["images", *words]) for words in FORMATS]
    ANSWERS.parent.mkdir(exist_ok=True)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    ANSWERS.write_text("".join(lines), encoding="utf-8")


def main(program: str = "/usr/local/bin/docker") -> None:
    """Record everything."""
    with old_daemon(program) as cli:
        # The CLI wraps lines, so the recorder's home must be as long as the learner's.
        cli.home = cli.environment["DOCKER_CONFIG"] = "/" + "x" * (len(HOME) - 1)
        _record_spellings(cli)
        _record_help(cli)
        _record_answers(cli)


if __name__ == "__main__":
    main(*sys.argv[1:])
