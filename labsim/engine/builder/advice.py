"""The order of a Dockerfile's lines that makes the next push cheapest, and what it saves.

The next push is the one after an edit of one file.  Both Dockerfiles are built, the file is edited,
and both are built again: what counts are the packed bytes of the layers that had to be made anew.
(A ``RUN`` that is done again makes other bytes at work, be it only for the times in its files.)
A line is moved up only where it needs nothing that it passes, and the image must hold the same
files afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from posixpath import basename

from labsim.blob import Blob, size_text
from labsim.dockerfile import Dockerfile, Instruction, Stage, read
from labsim.engine.builder.buildkit import build
from labsim.engine.builder.cache import BuildCache
from labsim.engine.builder.order import Built, Order
from labsim.engine.builder.running import run
from labsim.engine.builder.tree import Context, ContextFile, Tree
from labsim.errors import LabError
from labsim.image import Image

__all__ = ["Advice", "advise", "typical_edit"]

#: Rows whose result hangs on a list of dependencies, and the files that may be one.
_LISTS = {
    "pip-install": ("requirements.txt", "pyproject.toml", "poetry.lock", "uv.lock", "Pipfile"),
    "npm-install": ("package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml"),
    "go-download": ("go.mod", "go.sum"),
}
#: Rows that read nothing of the context.
_FREE = ("apt-update", "apt-install", "apt-upgrade", "apk-update", "apk-add", "dnf-install")


class Advice:
    """Two Dockerfiles, and what the push after an edit of ``edited`` sends with each, in bytes.

    ``builds`` are the builds after the edit: of the order that there is and, where something was
    moved, of the other.
    """

    __slots__ = ("after", "before", "builds", "dockerfile", "edited", "moves")

    def __init__(
        self,
        edited: str,
        before: int,
        after: int,
        dockerfile: str,
        moves: Sequence[str],
        builds: Sequence[Built] = (),
    ) -> None:
        self.edited, self.before, self.after = edited, before, after
        self.dockerfile, self.moves, self.builds = dockerfile, tuple(moves), tuple(builds)

    @property
    def saves(self) -> int:
        """Bytes that the next push does not send."""
        return self.before - self.after

    def __str__(self) -> str:
        now = f"After an edit of {self.edited} a push sends {size_text(self.before)}."
        if not self.saves:
            return f"{now} No other order of these lines makes it less."
        then = f"In this order it sends {size_text(self.after)}, {size_text(self.saves)} less:"
        return "\n".join([now, *self.moves, then, "", self.dockerfile])

    __repr__ = __str__


def typical_edit(dockerfile: Dockerfile, files: Mapping[str, ContextFile]) -> str:
    """The file that will be edited next: of those copied, the one written last.

    Lists of dependencies change seldom, and do not count.
    """
    lists = {name for names in _LISTS.values() for name in names}
    steps = [step for stage in dockerfile.stages for step in stage.steps]
    context = Context.of(files)
    own = [
        path
        for path in files
        if path not in context.ignored
        and basename(path) not in (*lists, "Dockerfile", ".dockerignore")
        and any(_brings(step, path) for step in steps)
    ]
    if not own:
        raise LabError("no file that is copied is likely to be edited: name one as edited=")
    return max(own, key=lambda path: (files[path].mtime, path))


def advise(
    text: str, files: Mapping[str, ContextFile], images: Mapping[str, Image], edited: str = ""
) -> Advice:
    """What to move in this Dockerfile, if anything."""
    dockerfile = read(text)
    edited = edited or typical_edit(dockerfile, files)
    if edited not in files:
        raise LabError(f"there is no file {edited!r} in the build context")
    before, again, sent = _pushed(dockerfile, files, images, edited)
    lines, moves = _moved(dockerfile, files, edited)
    if moves:
        better = read(lines)
        after, cheaper, less = _pushed(better, files, images, edited)
        if less < sent and _holds(before) == _holds(after):
            return Advice(edited, sent, less, lines, moves, (again, cheaper))
    return Advice(edited, sent, sent, text, (), (again,))


def _pushed(
    dockerfile: Dockerfile,
    files: Mapping[str, ContextFile],
    images: Mapping[str, Image],
    edited: str,
) -> tuple[Image, Built, int]:
    """The image, the build after an edit, and the packed bytes of the layers that it makes anew."""
    cache = BuildCache()
    first = build(Order(dockerfile, Context.of(files).open), cache, images, 0)
    changed = files[edited]._replace(content=Blob(bytes(files[edited].content) + b"\n"))
    second = build(Order(dockerfile, Context.of({**files, edited: changed}).open), cache, images, 0)
    if first.image is None or second.image is None:
        raise LabError(f"the Dockerfile cannot be built: {first.fault or second.fault}")
    return first.image, second, _made_anew(dockerfile, second)


def _made_anew(dockerfile: Dockerfile, built: Built) -> int:
    """Layers of the last stage (and of those that it stands on) that were not in the cache."""
    assert built.image is not None
    own = {step.line for stage in _line_of(dockerfile) for step in stage.steps}
    steps = [step for step in built.steps if step.instruction.line in own]
    layers = built.image.layers[-len(steps) :] if steps else ()
    return sum(
        layer.packed_size for layer, step in zip(layers, steps, strict=True) if not step.cached
    )


def _line_of(dockerfile: Dockerfile) -> list[Stage]:
    """The last stage and those below it."""
    found = [dockerfile.stages[-1]]
    while (below := dockerfile.stage(found[-1].base)) is not None and below not in found:
        found.append(below)
    return found


def _holds(image: Image) -> dict[str, str]:
    tree = Tree()
    for layer in image.layers:
        tree.lay(layer.tar)
    return {path: f"{node.kind} {node.mode:o} {node.size}" for path, node in tree.items()}


# -- moving lines ----------------------------------------------------------------------------------


def _moved(
    dockerfile: Dockerfile, files: Mapping[str, ContextFile], edited: str
) -> tuple[str, list[str]]:
    """The Dockerfile with its lines moved, and a sentence for each move."""
    lines = [step.text for step in dockerfile.args]
    moves: list[str] = []
    for stage in dockerfile.stages:
        lines += [stage.start.text, *_stage(stage, files, edited, moves)]
    return "\n".join(lines) + "\n", moves


def _stage(
    stage: Stage, files: Mapping[str, ContextFile], edited: str, moves: list[str]
) -> list[str]:
    """The lines of one stage: what does not need the edited file goes above its ``COPY``."""
    at = next((n for n, step in enumerate(stage.steps) if _brings(step, edited)), None)
    if at is None:
        return [_text(step) for step in stage.steps]
    copy, above, below = stage.steps[at], list(stage.steps[:at]), []
    lists: list[str] = []
    raised: list[Instruction] = []
    for step in stage.steps[at + 1 :]:
        wanted = _needs(step, copy, files)
        if wanted is None or step.heredocs:
            below.append(step)
            continue
        lists += [name for name in wanted if name not in lists]
        raised.append(step)
        why = f"it needs only {' and '.join(wanted)}" if wanted else "it needs no file"
        moves.append(f"* {step.text} goes above {copy.text}: {why}.")
    early = [f"COPY {' '.join(lists)} {_folder_of(copy)}"] if lists else []
    return [
        *map(_text, above),
        *early,
        *map(_text, raised),
        _text(copy),
        *map(_text, below),
    ]


def _text(step: Instruction) -> str:
    docs = "".join(f"\n{doc.content}{doc.name}" for doc in step.heredocs)
    return step.text + docs


def _folder_of(copy: Instruction) -> str:
    target = copy.words[-1]
    return target if target.endswith("/") else f"{target}/"


def _brings(step: Instruction, path: str) -> bool:
    """Whether a ``COPY`` from the context takes the file along with others."""
    if step.name not in ("COPY", "ADD") or step.flag("from") or step.heredocs:
        return False
    sources = [word.removeprefix("./").rstrip("/") for word in step.words[:-1]]
    return any(one in ("", ".") or path == one or path.startswith(f"{one}/") for one in sources)


def _needs(
    step: Instruction, copy: Instruction, files: Mapping[str, ContextFile]
) -> list[str] | None:
    """The files of the context that a ``RUN`` reads; ``None`` where that is not known."""
    if step.name != "RUN" or step.json:
        return None
    ran = run(step.words[0], Tree(), working_dir="/w")
    rows = [one.row for one in ran.made]
    if not rows or any("labsim:" in line for line in ran.output):
        return None
    wanted: list[str] = []
    for row in rows:
        if row in _FREE:
            continue
        found = [name for name in _LISTS.get(row, ()) if _source(copy, name) in files]
        if not found:
            return None
        wanted += [_source(copy, name) for name in found]
    return wanted


def _source(copy: Instruction, name: str) -> str:
    """Where a file of that name lies in the context, beside what the ``COPY`` copies."""
    folder = copy.words[0].removeprefix("./").rstrip("/")
    return name if folder in ("", ".") else f"{folder}/{name}"
