"""A bench for one Dockerfile: edit it, move its lines, touch a file, and see what each costs.

The bench works in a fork: whatever is tried there, the lab stays as it is until the Dockerfile is
kept.  A build that cannot be made leaves the picture of the last one that could.
"""

from __future__ import annotations

from labsim.dockerfile import read
from labsim.engine.builder.reasons import Reasons
from labsim.errors import LabError
from labsim.figures.build import build_figure
from labsim.figures.figure import Figure
from labsim.lab import Lab

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.builder.advice import Advice
    from labsim.engine.builder.order import Built

__all__ = ["EXAMPLE", "Bench", "blocks"]

NAME = "bench/app"
DOCKERFILE = "Dockerfile"
#: What is on the bench where the laptop has no Dockerfile.
EXAMPLE = {
    DOCKERFILE: (
        "FROM python:3.13\n"
        "WORKDIR /srv\n"
        "COPY . .\n"
        "RUN pip install -r requirements.txt\n"
        'CMD ["python", "app.py"]\n'
    ),
    "app.py": "print('hello')\n",
    "requirements.txt": "flask==3.0\n",
}


class Bench:
    """A fork of a lab with a Dockerfile on it; ``builds`` are those made so far, each with a title.

    ``fault`` is what Docker said to the last attempt where it could not be built, else empty.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab.fork()
        self.builds: list[tuple[str, Built]] = []
        self.fault = ""
        if DOCKERFILE not in self.lab.files:
            for path, text in EXAMPLE.items():
                self.lab.write(path, text)
        self.build("as it is")

    @property
    def text(self) -> str:
        """The Dockerfile."""
        return self.lab.read(DOCKERFILE)

    @property
    def files(self) -> list[str]:
        """The files of the context that may be touched."""
        own = (DOCKERFILE, ".dockerignore")
        return [path for path in self.lab.files if path not in own and not path.startswith("~")]

    @property
    def likely(self) -> str:
        """The file that will be edited next; empty where none is copied."""
        if self.text == EXAMPLE[DOCKERFILE]:
            return "app.py"
        try:
            return self.advice().edited
        except LabError:
            return next(iter(self.files), "")

    # -- acting ------------------------------------------------------------------------------------

    def write(self, text: str, title: str = "with other lines") -> None:
        """Another Dockerfile, and a build of it."""
        if text != self.text:
            self.lab.write(DOCKERFILE, text)
            self.build(title)

    def move(self, at: int, by: int) -> int:
        """Move an instruction up (``by=-1``) or down; where it stands then."""
        lines = blocks(self.text)
        to = at + by
        if not (0 <= at < len(lines) and 0 <= to < len(lines)):
            raise LabError(f"line {at + 1} cannot be moved any further")
        lines.insert(to, lines.pop(at))
        where = "up" if by < 0 else "down"
        self.write("".join(lines), f"with {_short(lines[to])} {where}")
        return to

    def touch(self, path: str) -> None:
        """Edit a file by one empty line, and build again."""
        if path not in self.lab.files:
            raise LabError(f"there is no file {path!r} on the bench")
        self.lab.write(path, self.lab.files[path] + b"\n")
        self.build(f"after an edit of {path}")

    def build(self, title: str) -> None:
        """Build what is there."""
        result = self.lab.docker(f"build -t {NAME} .")
        why = result.why
        self.fault = "" if result.ok else result.stderr.strip().splitlines()[-1]
        if isinstance(why, Reasons) and why.steps:
            self.builds.append((title, why.built))

    def advice(self, edited: str = "") -> Advice:
        """Which order makes the push after an edit cheapest."""
        return self.lab.advise(DOCKERFILE, edited=edited)

    def keep(self, lab: Lab) -> None:
        """Write the Dockerfile to the laptop of a lab."""
        lab.write(DOCKERFILE, self.text)

    # -- looking -----------------------------------------------------------------------------------

    @property
    def sentence(self) -> str:
        """What the last attempt came to."""
        if self.fault:
            return self.fault
        if not self.builds:
            return "Nothing has been built yet."
        title, built = self.builds[-1]
        said = build_figure({title: built}).text.partition("\n")[0]
        return f"{said[:1].upper()}{said[1:]}"

    @property
    def figure(self) -> Figure:
        """The last build below the one before it, and the Dockerfile in the text."""
        shown = self.builds[-2:]
        before = [(f"before: {title}", built) for title, built in shown[:-1]]
        drawn = build_figure(dict([*before, *shown[-1:]]))
        text = f"{self.sentence}\n\n{self.text.rstrip()}\n\n{drawn.text}"
        return Figure(drawn.svg, text, drawn.data)


def blocks(text: str) -> list[str]:
    r"""The instructions of a Dockerfile as they are written, with the lines that belong to each.

    What stands above the first one stays with it; LabError for what is no Dockerfile.

    >>> blocks("FROM a\nRUN b \\\n  && c\n# last\nCMD d\n")
    ['FROM a\n', 'RUN b \\\n  && c\n# last\n', 'CMD d\n']
    """
    found = read(text)
    steps = [*found.args, *(s for one in found.stages for s in (one.start, *one.steps))]
    starts = [0, *(step.line - 1 for step in steps[1:])]
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    ends = [*starts[1:], len(lines)]
    return ["".join(lines[start:end]) for start, end in zip(starts, ends, strict=True)]


def _short(block: str) -> str:
    """The first words of an instruction."""
    words = next(line for line in block.splitlines() if line.strip()).split()
    return " ".join(words[:2])
