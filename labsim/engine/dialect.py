"""Which Docker an engine is: its name, and the versions whose words it speaks.

>>> CONTAINERD
<containerd: Docker 29.7.2 with the containerd image store>
>>> CONTAINERD == "containerd", f"engine={CONTAINERD}"
(True, 'engine=containerd')
"""

from __future__ import annotations

__all__ = ["CLASSIC", "CONTAINERD", "Dialect"]


class Dialect(str):
    """The name of an engine, which is a text like any other, and knows what it stands for.

    ``cli`` and ``daemon`` are versions, ``build`` is the CLI's commit, ``api`` is what the two
    speak to each other, ``words`` is all of it for a person.
    """

    __slots__ = ("api", "build", "cli", "daemon", "words")

    cli: str
    build: str
    daemon: str
    api: str
    words: str

    def __new__(
        cls, name: str, *, cli: str, build: str, daemon: str, api: str, words: str
    ) -> Dialect:
        """The name is what a script says."""
        made = super().__new__(cls, name)
        made.cli, made.build, made.daemon = cli, build, daemon
        made.api, made.words = api, words
        return made

    def __repr__(self) -> str:
        return f"<{self}: {self.words}>"


CLASSIC = Dialect(
    "classic",
    cli="28.2.2",
    build="e6534b4",
    daemon="20.10.24",
    api="1.41",
    words="docker CLI 28.2.2 in front of daemon 20.10.24 with the classic image store",
)
CONTAINERD = Dialect(
    "containerd",
    cli="29.7.2",
    build="a7dcaa6",
    daemon="29.7.2",
    api="1.55",
    words="Docker 29.7.2 with the containerd image store",
)
