"""The legacy builder: every instruction is a step, every step an image, one after another.

A step is found in the cache when the image before it has a child that was made by the same words
from the same settings; after the first miss nothing is looked up any more.  Every stage is built,
needed or not.

Source: moby 20.10 ``builder/dockerfile`` (``evaluator.go``, ``dispatchers.go``, ``internals.go``,
``imageprobe.go``); verified against daemon 20.10.24.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial

from labsim.archive import Tar
from labsim.archive.reading import FILE, HARDLINK
from labsim.digest import ImageID
from labsim.dockerfile import Expander, Instruction, Pair, Stage
from labsim.engine.builder.bench import Bench, check_onbuild, unpacked_archives, words_of_args
from labsim.engine.builder.cache import BuildCache
from labsim.engine.builder.commands import line_of
from labsim.engine.builder.copying import Copied, Ownership, absolute, layer_of, owner_of
from labsim.engine.builder.documents import legacy_config
from labsim.engine.builder.order import (
    Built,
    Order,
    Step,
    base_of,
    earlier,
    is_number,
    meta_args,
    target_stage,
)
from labsim.engine.builder.running import Ran, run, started
from labsim.engine.builder.tree import Node, Tree
from labsim.errors import InvalidDockerfile
from labsim.image import History, Image
from labsim.timestamp import rfc3339

__all__ = ["build", "stages_built"]

_STEP_US = 300_000
_MISSED = "a step above it was built anew: from there on the legacy builder asks the cache no more"
_FOUND = "its parent image has a child that was made by the same words"
_NO_CACHE = "--no-cache asks nothing of the cache"

IsHere = Callable[[ImageID], bool]


def stages_built(order: Order) -> list[Stage]:
    """The stages that are built: all, up to the one that ``--target`` names."""
    target = target_stage(order)
    if target is None:
        raise InvalidDockerfile(f"failed to reach build target {order.target} in Dockerfile")
    return list(order.dockerfile.stages[: target.number + 1])


def build(
    order: Order,
    cache: BuildCache,
    images: Mapping[str, Image],
    now_us: int,
    is_here: IsHere,
) -> Built:
    """Build what was ordered, as far as it goes."""
    stages = stages_built(order)
    total = len(order.dockerfile.args) + sum(1 + len(stage.steps) for stage in stages)
    total += len(order.labels) * (len(stages) == len(order.dockerfile.stages))
    work = _Work(order, cache, images, now_us, is_here, total)
    fault, line = "", 0
    try:
        for stage in stages:
            work.stage(stage)
    except InvalidDockerfile as stopped:
        fault, line = stopped.fault, stopped.line or work.line
    made = None if fault else work.image
    if not fault and made is None:
        fault = "No image was generated. Is your Dockerfile empty?"
    return Built(made, tuple(work.steps), work.at_us, fault, line, code=work.code)


class _Work:
    """One build: the image so far, and the steps that were done."""

    def __init__(
        self,
        order: Order,
        cache: BuildCache,
        images: Mapping[str, Image],
        now_us: int,
        is_here: IsHere,
        total: int,
    ) -> None:
        self.order, self.cache, self.images, self.now_us = order, cache, images, now_us
        self.is_here = is_here
        self.total = total
        self.meta = meta_args(order)
        self.benches: dict[int, Bench] = {}
        self.ended: dict[int, Image | None] = {}
        self.image: Image | None = None
        self.steps: list[Step] = []
        self.at_us = self.line = 0
        self.code = 1
        for step in order.dockerfile.args:
            self.steps.append(self.named(step))

    def named(self, step: Instruction) -> Step:
        """The step with its number, before anything is known of it."""
        name = f"Step {len(self.steps) + 1}/{self.total} : {step.text}"
        return Step(name, step, cached=False, why="", begins_us=self.at_us)

    def stage(self, stage: Stage) -> None:
        """Build one stage."""
        self.line = stage.start.line
        self.steps.append(self.named(stage.start))
        base = base_of(self.order, stage, self.meta)
        before = earlier(self.order, base, stage)
        if before is not None:
            bench, self.image = self.benches[before.number].grown(), self.ended[before.number]
            bench.args = {}
        else:
            self.image = None if base == "scratch" else self.images[base]
            bench = Bench(self.image, buildkit=False)
        self.steps[-1] = self.steps[-1]._replace(image=self.image, stage=base)
        self.benches[stage.number] = bench
        staging = _Staging(self, stage, bench)
        for step in (*stage.steps, *self.labels(stage)):
            self.line = step.line
            staging.one(step)
        if stage.name and stage.name in (self.order.dockerfile.stages[n].name for n in self.ended):
            raise InvalidDockerfile(f"{stage.name} stage name already used")
        self.ended[stage.number] = self.image

    def labels(self, stage: Stage) -> list[Instruction]:
        """``--label`` is one more instruction at the end."""
        if stage.number != len(self.order.dockerfile.stages) - 1:
            return []
        return [
            Instruction("LABEL", 0, f"LABEL {name}={value}", pairs=(Pair(name, value),))
            for name, value in self.order.labels
        ]


class _Staging:
    """One stage, instruction by instruction."""

    def __init__(self, work: _Work, stage: Stage, bench: Bench) -> None:
        self.work, self.order, self.stage, self.bench = work, work.order, stage, bench
        self.missed = work.order.no_cache

    @property
    def env(self) -> dict[str, str]:
        """What variables mean: an ``ENV`` wins over an ``ARG``."""
        return {**self.bench.args, **self.bench.settings.env}

    def one(self, step: Instruction) -> None:
        """One instruction, from its line in the output to its image."""
        check_onbuild(step)
        self.work.steps.append(self.work.named(step))
        expander = self.bench.expander(self.order, self.env, buildkit=False)
        if step.name in ("COPY", "ADD"):
            self.copy(step, expander)
        elif step.name == "RUN":
            self.run(step)
        elif step.name == "ARG":
            self.bench.set_args(step, self.order, expander)
            self.commit([f"#(nop)  {words_of_args(step, expander)}"])
        else:
            words = self.bench.settings.change(step, expander.word, buildkit=False)
            if step.name == "WORKDIR":
                self.workdir(words)
            else:
                self.commit(["#(nop) ", words])

    # -- the steps that change files ---------------------------------------------------------------

    def copy(self, step: Instruction, expander: Expander) -> None:
        """``COPY`` and ``ADD``: the words of history name the content by its hash."""
        source = self.source(step)
        found, at, words = self.bench.files_for(step, source, expander)
        _check_sources(step, found, words)
        assert isinstance(found, Copied)
        copied = unpacked_archives(step, found, at) if step.name == "ADD" else found
        nodes = {path: _owned(node) for path, node in copied.nodes.items()}
        chown = expander.word(step.flag("chown"))
        flag = f"--chown={chown}" if chown else ""
        ownership = Ownership(owner_of(chown))
        said = f"#(nop) {step.name} {flag}{copied.kind}:{copied.key} in {words[-1]} "
        us = _STEP_US + copied.size // 100
        self.commit(
            [said],
            lambda: (layer_of(nodes, at, self.bench.tree, ownership), (), us),
            container=False,
            prints=copied.prints,
        )

    def source(self, step: Instruction) -> Tree:
        """Where files are copied from."""
        name = step.flag("from")
        if not name:
            return self.order.context.tree
        stage = earlier(self.order, name, self.stage)
        if stage is None and is_number(name):
            itself = int(name) == self.stage.number
            why = "refers to current build stage" if itself else "index out of bounds"
            raise InvalidDockerfile(f"invalid from flag value {name}: {why}")
        return Bench(self.work.images[name]).tree if stage is None else self.of(stage)

    def of(self, stage: Stage) -> Tree:
        """The files of a stage before this one."""
        return self.work.benches[stage.number].tree

    def run(self, step: Instruction) -> None:
        """``RUN``: the words that are compared begin with the ARGs in scope."""
        settings, env = self.bench.settings, self.env
        whole = list(step.words) if step.json else [*settings.shell, " ".join(step.words)]
        own = settings.env
        args = [f"{name}={value}" for name, value in sorted(self.bench.args.items())
                if name not in own]  # fmt: skip
        words = [f"|{len(args)}", *args, *whole] if args else whole

        def make() -> tuple[Tar | None, tuple[str, ...], int]:
            line = line_of(step.words) if step.json else " ".join(step.words)
            tree = self.bench.tree
            does = partial(run, line, tree, working_dir=settings.working_dir, env=env)
            says = self.order.wording.legacy_start
            ran = started(whole, tree, env, does, says)
            if ran.output[:1] and ran.output[0].startswith(says):
                self.unstarted(ran)
            if ran.code:
                self.ended(ran, whole)
            return ran.layer, ran.output, ran.us + _STEP_US

        self.commit(words, make, shell=False)

    def ended(self, ran: Ran, words: list[str]) -> None:
        """A command that failed: its container is left, and the build ends as it did."""
        work, command = self.work, " ".join(words)
        container = _named_container(f"{work.now_us + work.at_us} {command}")
        work.steps[-1] = work.steps[-1]._replace(output=ran.output, container=container[:12])
        work.at_us, work.code = work.at_us + ran.us, ran.code
        raise InvalidDockerfile(f"The command '{command}' returned a non-zero code: {ran.code}")

    def unstarted(self, ran: Ran) -> None:
        """A container that was made and could not be started."""
        work = self.work
        container = _named_container(f"{work.now_us + work.at_us} {ran.output[0]}")
        work.steps[-1] = work.steps[-1]._replace(container=container[:12])
        work.at_us += ran.us
        raise InvalidDockerfile(f"{ran.output[0]}: unknown")

    def workdir(self, words: str) -> None:
        """``WORKDIR``: a layer only where the folder is not there yet."""
        path = absolute(self.bench.settings.working_dir, "/").rstrip("/")

        def make() -> tuple[Tar | None, tuple[str, ...], int]:
            if self.bench.tree.is_folder(path):
                return None, (), _STEP_US
            return layer_of({}, f"{path}/", self.bench.tree, Ownership()), (), _STEP_US

        self.commit([f"#(nop) {words}"], make)

    # -- an image for every step -------------------------------------------------------------------

    def commit(
        self,
        words: list[str],
        make: Callable[[], tuple[Tar | None, tuple[str, ...], int]] | None = None,
        *,
        shell: bool = True,
        container: bool = True,
        prints: Mapping[str, str] | None = None,
    ) -> None:
        """Find the image that these words have made of the one before, or make it."""
        words = [*self.bench.settings.shell, *words] if shell else words
        parent = str(self.work.image.id) if self.work.image else ""
        key = "\0".join(words)
        parts = {"the image below it": parent, "instruction": " ".join(words)}
        if prints:
            parts = {"the image below it": parent, "files": " ".join(prints.values()), **parts}
        slot = f"legacy {len(self.work.steps)}"
        why = self.work.cache.explain(slot, parts, prints or {})
        kept = None if self.missed else self.work.cache.child(parent, key, self.work.is_here)
        if kept is not None:
            self.found(kept)
            return
        why = _NO_CACHE if self.order.no_cache else _MISSED if self.missed else why
        self.missed = True
        tar, output, us = make() if make else (None, (), _STEP_US)
        made = self.made(words, parent, tar, us)
        self.work.cache.images[parent, key] = made
        self.done(made, cached=False, why=why, us=us, output=output, container=container)

    def found(self, kept: Image) -> None:
        """Go on from an image that was there."""
        self.bench.layers += kept.layers[len(self.bench.layers) :]
        self.bench.history = list(kept.config.history)
        self.done(kept, cached=True, why=_FOUND, us=0, output=(), container=False)

    def made(self, words: list[str], parent: str, tar: Tar | None, us: int) -> Image:
        """A new image on top of the one before."""
        now_us = self.work.now_us + self.work.at_us + us
        if tar is not None:
            self.bench.add_layer(tar)
        said = History(rfc3339(now_us), " ".join(words), empty_layer=tar is None)
        self.bench.history.append(said)
        seed = f"{parent} {words} {now_us}"
        config = legacy_config(
            self.bench,
            self.order.platform,
            parent=parent,
            container=_named_container(seed),
            words=words,
            now_us=now_us,
        )
        return Image(config, self.bench.layers)

    def done(
        self,
        image: Image,
        *,
        cached: bool,
        why: str,
        us: int,
        output: tuple[str, ...],
        container: bool,
    ) -> None:
        """Note what came of the step."""
        below = len(self.work.image.layers) if self.work.image else 0
        self.work.image = image
        name = image.config.document["container"][:12] if container else ""
        self.work.steps[-1] = self.work.steps[-1]._replace(
            cached=cached,
            why=why,
            us=us,
            output=output,
            image=image,
            container=name,
            layer=next(iter(image.layers[below:]), None),
        )
        self.work.at_us += us


def _owned(node: Node) -> Node:
    """A file that changes hands loses its set-user-id and set-group-id bits."""
    return node._replace(mode=node.mode & ~0o6000) if node.kind in (FILE, HARDLINK) else node


def _named_container(seed: str) -> str:
    """The id of a container that was made for a step."""
    return hashlib.sha256(seed.encode()).hexdigest()


def _check_sources(step: Instruction, found: Copied | str, words: tuple[str, ...]) -> None:
    """What the legacy builder refuses about the files of a ``COPY``."""
    *sources, target = words
    outside = next((one for one in sources if one.startswith("..")), "")
    if outside:
        raise InvalidDockerfile(
            f"{step.name} failed: forbidden path outside the build context: {outside} ()", step.line
        )
    if isinstance(found, str):
        where = "" if step.flag("from") else (
            "file not found in build context or excluded by .dockerignore: "
        )  # fmt: skip
        raise InvalidDockerfile(
            f"{step.name} failed: {where}stat {found}: file does not exist", step.line
        )
    if not found.nodes and found.kind == "multi":
        raise InvalidDockerfile(f"{step.name} failed: no source files were specified", step.line)
    if (len(sources) > 1 or found.kind == "multi") and not target.endswith("/"):
        raise InvalidDockerfile(
            f"When using {step.name} with more than one source file, "
            "the destination must be a directory and end with a /",
            step.line,
        )
