"""Write labsim/docker/help/ anew from the real docker CLI (28.2.2 in front of API 1.41).

Usage: python -m tools.record_help [path of docker]
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.old_daemon import Cli, old_daemon

__all__ = ["TOPICS", "recorded"]

#: File of labsim/docker/help/ → the words before ``--help``.
TOPICS: dict[str, tuple[str, ...]] = {
    "docker": (),
    "image": ("image",),
    "container": ("container",),
    "help": ("help",),
    **{
        name: (name,)
        for name in (
            "create", "images", "login", "logout", "pull", "push", "rmi", "run", "tag", "version",
        )
    },
}  # fmt: skip
#: The learner's home, in place of the recorder's; the CLI wraps lines, so it must be as long.
HOME = "/root/.docker"


def recorded(cli: Cli, words: tuple[str, ...]) -> str:
    """One help text, with the lab's configuration directory in it."""
    return cli.run([*words, "--help"]).stdout.replace(cli.home, HOME)


def main(program: str = "/usr/local/bin/docker") -> None:
    """Record every topic."""
    folder = Path(__file__).parents[1] / "labsim" / "docker" / "help"
    with old_daemon(program) as cli:
        cli.home = cli.environment["DOCKER_CONFIG"] = "/tmp/.dockerx"  # never written
        for topic, words in TOPICS.items():
            path = " ".join(("docker", *words))
            text = recorded(cli, words).replace("\\", "\\\\")
            module = (
                f'"""``{path} --help``, recorded from CLI 28.2.2."""\n\nTEXT = """\\\n{text}"""\n'
            )
            (folder / f"{topic}.py").write_text(module, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
