"""BuildKit: a graph of results.

Only what changes files is a step; everything else changes the image's config and is not looked up.
A step's key is what goes into it: the step it stands on, its own words, and for ``COPY`` what the
files contain, for ``RUN`` the variables.  Stages that nothing needs are not built; those that do
not need each other are built side by side.

Source: moby/buildkit ``frontend/dockerfile/dockerfile2llb/convert.go``,
``exporter/containerimage/writer.go``; verified against daemon 20.10.24.
"""

from __future__ import annotations

from collections.abc import Mapping

from labsim.dockerfile import Expander, Instruction, Stage
from labsim.engine.builder.bench import Bench, check_onbuild, fault_at, unpacked_archives
from labsim.engine.builder.cache import BuildCache, Parts, Record, hashed
from labsim.engine.builder.copying import Ownership, absolute, layer_of, owner_of
from labsim.engine.builder.documents import buildkit_config
from labsim.engine.builder.order import (
    Built,
    Order,
    Step,
    base_of,
    earlier,
    meta_args,
    needed,
    target_stage,
)
from labsim.engine.builder.running import run
from labsim.engine.builder.tree import Tree
from labsim.errors import InvalidDockerfile
from labsim.image import History, Image

__all__ = ["COMMENT", "build"]

COMMENT = "buildkit.dockerfile.v0"
_FILES = ("COPY", "ADD", "RUN", "WORKDIR")
#: A file system step takes so long, and so much longer for each byte.
_STEP_US, _BYTES_PER_US = 20_000, 200
_EXPORT_US = 40_000


def build(order: Order, cache: BuildCache, images: Mapping[str, Image], now_us: int) -> Built:
    """Build what was ordered; ``images`` are the bases by the names that the Dockerfile uses."""
    target = target_stage(order)
    if target is None:
        raise InvalidDockerfile(f"target stage {order.target} could not be found")
    work = _Work(order, cache, images, now_us)
    for stage in needed(order, target):
        work.stage(stage)
    return work.done(target)


class _Work:
    """One build: the stages so far, and the steps that were done."""

    def __init__(
        self, order: Order, cache: BuildCache, images: Mapping[str, Image], now_us: int
    ) -> None:
        self.order, self.cache, self.images, self.now_us = order, cache, images, now_us
        self.benches: dict[int, Bench] = {}
        self.ends: dict[int, int] = {}
        self.steps: list[Step] = []
        self.meta = meta_args(order)

    def stage(self, stage: Stage) -> None:
        """Build one stage."""
        base = base_of(self.order, stage, self.meta)
        before = earlier(self.order, base, stage)
        if base == "scratch":
            bench, at_us = Bench(), 0
        elif before is not None:
            bench, at_us = self.benches[before.number].grown(), self.ends[before.number]
        else:
            bench, at_us = Bench(self.images[base]), 0
        self.benches[stage.number] = bench
        _Staging(self, stage, bench, at_us).all()

    def done(self, target: Stage) -> Built:
        """Write the image."""
        bench = self.benches[target.number]
        for name, value in self.order.labels:
            bench.settings.run["Labels"] = {**(bench.settings.run.get("Labels") or {}), name: value}
        failed = next((step for step in self.steps if step.fault), None)
        ends = max(self.ends.values(), default=0)
        if failed is not None:
            return Built(None, tuple(self.steps), ends, failed.fault, failed.instruction.line)
        config = buildkit_config(bench, self.order.platform, self.now_us + ends)
        return Built(Image(config, bench.layers), tuple(self.steps), ends + _EXPORT_US)


class _Staging:
    """One stage of a build, instruction by instruction."""

    def __init__(self, work: _Work, stage: Stage, bench: Bench, at_us: int) -> None:
        self.work, self.order, self.cache = work, work.order, work.cache
        self.stage, self.bench, self.at_us = stage, bench, at_us
        self.env = {**bench.settings.env, **bench.args}
        self.count = 0
        self.label = stage.name or (f"stage-{stage.number}" if _several(work.order) else "")
        if not _several(work.order):
            self.label = ""

    def all(self) -> None:
        """Every instruction, until one fails."""
        for step in self.stage.steps:
            try:
                self.one(step)
            except InvalidDockerfile as fault:
                raise fault_at(step, fault) from None
            if self.work.steps and self.work.steps[-1].fault:
                break
        self.work.ends[self.stage.number] = self.at_us

    def one(self, step: Instruction) -> None:
        """One instruction."""
        check_onbuild(step)
        expander = self.bench.expander(self.order, self.env, buildkit=True)
        if step.name in ("COPY", "ADD"):
            self.copy(step, expander)
        elif step.name == "RUN":
            self.run(step)
        elif step.name == "ARG":
            self.bench.set_args(step, self.order, expander)
            self.env.update(self.bench.args)
            self.note("ARG " + " ".join(_arg(pair.name, pair.value) for pair in step.pairs))
        else:
            words = self.bench.settings.change(step, expander.word, buildkit=True)
            self.env.update(self.bench.settings.env if step.name == "ENV" else {})
            if step.name == "WORKDIR":
                self.workdir(step, words)
            else:
                self.note(words)

    def note(self, words: str) -> None:
        """A line of history that no layer belongs to; its time is filled in at the end."""
        self.bench.history.append(History("", words, comment=COMMENT, empty_layer=True))

    def shown(self, step: Instruction) -> str:
        """The line as progress names it: variables filled in, quotes left."""
        keeping = Expander(self.env, escape=self.order.dockerfile.escape, quotes="kept")
        try:
            text = keeping.word(step.text)
        except InvalidDockerfile:
            text = step.text
        name, _, rest = text.partition(" ")
        return f"{name.upper()} {rest}".rstrip()

    # -- the steps that change files ---------------------------------------------------------------

    def copy(self, step: Instruction, expander: Expander) -> None:
        """``COPY`` and ``ADD``."""
        source, ready = self.source(step)
        self.at_us = max(self.at_us, ready)
        copied, at, words = self.bench.files_for(step, source, expander)
        if isinstance(copied, str):
            self.failed(step, f'failed to compute cache key: "/{copied}" not found: not found')
            return
        if step.name == "ADD":
            copied = unpacked_archives(step, copied, at)
        chown, chmod = expander.word(step.flag("chown")), step.flag("chmod")
        ownership = Ownership(owner_of(chown), int(chmod, 8) if chmod else None)
        parts = {
            "the step below it": self.bench.key,
            "instruction": f"{step.name} to /{at}",
            "--chown or --chmod": f"{chown} {chmod}",
            "files": copied.key,
        }
        us = _STEP_US + copied.size // _BYTES_PER_US

        def make() -> Record:
            tar = layer_of(copied.nodes, at, self.bench.tree, ownership)
            return self.record(tar, (), us)

        self.step(step, parts, copied.prints, make, f"{step.name} {' '.join(words)} # buildkit")

    def source(self, step: Instruction) -> tuple[Tree, int]:
        """Where files are copied from, and when it is ready."""
        name = step.flag("from")
        if not name:
            return self.order.context.tree, 0
        if name.lower() == self.stage.name:
            raise InvalidDockerfile(f"circular dependency detected on stage: {name}", step.line)
        stage = earlier(self.order, name, self.stage)
        if stage is None:
            return Bench(self.work.images[name]).tree, 0
        return self.work.benches[stage.number].tree, self.work.ends[stage.number]

    def run(self, step: Instruction) -> None:
        """``RUN``: its words and the variables are the key; what it does is never looked at."""
        command = _command(step)
        settings = self.bench.settings
        whole = list(step.words) if step.json else [*settings.shell, command]
        args = [f"{name}={value}" for name, value in sorted(self.bench.args.items())]
        parts = {
            "the step below it": self.bench.key,
            "instruction": " ".join(["RUN", *(f"--{k}={v}" for k, v in step.flags), *whole]),
            "USER or WORKDIR": f"{settings.run.get('User', '')} {settings.working_dir}",
            "a variable": " ".join(f"{name}={value}" for name, value in self.env.items()),
        }

        def make() -> Record:
            line = " ".join(step.words) if step.json else command
            ran = run(line, self.bench.tree, working_dir=settings.working_dir, env=self.env)
            return self.record(ran.layer, ran.output, ran.us)

        with_args = [f"|{len(args)}", *args, *whole] if args else whole
        self.step(step, parts, {}, make, f"RUN {' '.join(with_args)} # buildkit")

    def workdir(self, step: Instruction, words: str) -> None:
        """``WORKDIR``: a step here, whether or not the folder is there."""
        path = absolute(self.bench.settings.working_dir, "/")
        parts = {"the step below it": self.bench.key, "instruction": words}

        def make() -> Record:
            tar = layer_of({}, f"{path}/" if path else "", self.bench.tree, Ownership())
            return self.record(tar, (), _STEP_US)

        self.step(step, parts, {}, make, words)

    def record(self, tar: object, output: tuple[str, ...], us: int) -> Record:
        """A fresh result; what changes nothing is a layer of nothing."""
        from labsim.archive import Tar
        from labsim.archive import tar as archive
        from labsim.image import Layer

        layer = Layer.of(tar if isinstance(tar, Tar) else archive([]))
        return Record(layer, self.work.now_us + self.at_us + us, output, us)

    def step(
        self,
        step: Instruction,
        parts: Parts,
        prints: Mapping[str, str],
        make: object,
        created_by: str,
    ) -> None:
        """Find the result or make it, and put it on top."""
        name, key = self.named(step), hashed(parts)
        slot = f"buildkit {self.stage.name or self.stage.number} {len(self.work.steps)}"
        found = None if self.order.no_cache else self.cache.records.get(key)
        why = self.cache.explain(slot, parts, prints)
        if found is None:
            why = "--no-cache asks nothing of the cache" if self.order.no_cache else why
            record: Record = make()  # type: ignore[operator]  # one of the functions above
            self.cache.records[key] = record
        else:
            record, why = found, "the same instruction on the same input was built before"
        us = 0 if found else record.us
        shown = () if found else record.output
        done = Step(name, step, found is not None, why, self.at_us, us, shown, stage=self.label)
        assert record.layer is not None
        self.work.steps.append(done._replace(layer=record.layer))
        self.at_us += us
        self.bench.key = key
        self.bench.layers.append(record.layer)
        self.bench.created.append(record.created_us)
        self.bench.history.append(History("", created_by, comment=COMMENT))

    def failed(self, step: Instruction, fault: str) -> None:
        """The step that stopped the build."""
        name = self.named(step)
        self.work.steps.append(
            Step(name, step, False, "it failed", self.at_us, 0, (), fault, stage=self.label)
        )

    def named(self, step: Instruction) -> str:
        """``[build 2/5] COPY . .``: the stage, and which of its steps that change files."""
        whole = [one for one in self.stage.steps if one.name in _FILES]
        base = base_of(self.order, self.stage, self.work.meta)
        pulled = base != "scratch" and earlier(self.order, base, self.stage) is None
        self.count += 1
        place = f"{self.count + pulled}/{len(whole) + pulled}"
        return f"[{self.label}{' ' if self.label else ''}{place}] {self.shown(step)}"


def _several(order: Order) -> bool:
    return len(order.dockerfile.stages) > 1


def _arg(name: str, value: str | None) -> str:
    return name if value is None else f"{name}={value}"


def _command(step: Instruction) -> str:
    """A shell's command line, here-documents and all."""
    text = " ".join(step.words)
    if not step.heredocs:
        return text
    if text.startswith("<<") and len(text.split()) == 1:
        return step.heredocs[0].text
    return text + "".join(f"\n{doc.content}{doc.name}" for doc in step.heredocs)
