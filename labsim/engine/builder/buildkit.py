"""BuildKit: a graph of results.

Only what changes files is a step; everything else changes the image's config and is not looked up.
A step's key is what goes into it: the step it stands on, its own words, and for ``COPY`` what the
files contain, for ``RUN`` the variables.  Stages that nothing needs are not built; those that do
not need each other are built side by side.

Source: moby/buildkit ``frontend/dockerfile/dockerfile2llb/convert.go``,
``exporter/containerimage/writer.go``; verified against daemon 20.10.24.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from labsim.dockerfile import Expander, Instruction, Stage
from labsim.dockerfile.mounts import Mount, mounts_of
from labsim.engine.builder.bench import (
    Bench,
    Ref,
    check_onbuild,
    fault_at,
    unpacked_archives,
    words_of_args,
)
from labsim.engine.builder.cache import BuildCache, Parts, Record, hashed
from labsim.engine.builder.commands import line_of
from labsim.engine.builder.copying import Ownership, absolute, layer_of, mode_of, owner_of
from labsim.engine.builder.documents import buildkit_config
from labsim.engine.builder.mounting import check_mount, lacks, shown
from labsim.engine.builder.naming import Naming
from labsim.engine.builder.order import (
    Built,
    Order,
    Step,
    Trouble,
    base_of,
    earlier,
    meta_args,
    needed,
    target_stage,
)
from labsim.engine.builder.running import run, started
from labsim.engine.builder.tree import Tree
from labsim.errors import InvalidDockerfile
from labsim.image import HERE, History, Image

__all__ = ["COMMENT", "begun_with", "build", "with_platforms"]

COMMENT = "buildkit.dockerfile.v0"
#: A file system step takes so long, and so much longer for each byte.
_STEP_US, _BYTES_PER_US = 20_000, 200
_EXPORT_US = 40_000
#: Of the layers of an image that is here (moby ``builder-next/adapters/containerimage/pull.go``,
#: which leaves the name empty then).
_LOCAL = "from local "


def build(order: Order, cache: BuildCache, images: Mapping[str, Image], now_us: int) -> Built:
    """Build what was ordered; ``images`` are the bases by the names that the Dockerfile uses."""
    order = with_platforms(order)
    target = target_stage(order)
    if target is None:
        raise InvalidDockerfile(f"target stage {order.target} could not be found")
    stages = needed(order, target)
    work = _Work(order, cache, images, now_us, stages)
    for stage in stages:
        work.stage(stage)
    return work.done(target)


def with_platforms(order: Order) -> Order:
    """The order with the variables that BuildKit sets itself: which platform builds for which.

    Source: moby/buildkit ``dockerfile2llb/platform.go`` (``defaultArgs``).
    """
    found = {"TARGETSTAGE": order.target or "default"}
    for side, platform in (("BUILD", HERE), ("TARGET", order.platform)):
        rows = {"PLATFORM": str(platform), "OS": platform.os, "OSVERSION": ""}
        rows |= {"ARCH": platform.architecture, "VARIANT": platform.variant}
        found |= {f"{side}{name}": value for name, value in rows.items()}
    overruled = {name: order.args[name] for name in found if name in order.args}
    return order._replace(predefined={**found, **overruled})


def begun_with(order: Order, stages: Sequence[Stage]) -> set[str]:
    """The images that stages begin with; of the others something is only copied or mounted."""
    meta = meta_args(order)
    return {base_of(order, stage, meta) for stage in stages}


class _Work:
    """One build: the stages so far, and the steps that were done."""

    def __init__(
        self,
        order: Order,
        cache: BuildCache,
        images: Mapping[str, Image],
        now_us: int,
        stages: Sequence[Stage],
    ) -> None:
        self.order, self.cache, self.images, self.now_us = order, cache, images, now_us
        self.benches: dict[int, Bench] = {}
        self.ends: dict[int, int] = {}
        self.steps: list[Step] = []
        self.meta = meta_args(order)
        self.naming = Naming(order, stages, self.meta)

    def stage(self, stage: Stage) -> None:
        """Build one stage."""
        base = base_of(self.order, stage, self.meta)
        before = earlier(self.order, base, stage)
        if base == "scratch":
            bench, at_us = Bench(), 0
        elif before is not None:
            bench, at_us = self.benches[before.number].grown(), self.ends[before.number]
        else:
            bench, at_us = self.based(base), 0
        self.benches[stage.number] = bench
        _Staging(self, stage, bench, at_us).all()

    def based(self, base: str) -> Bench:
        """A bench for a stage that begins with an image; the cache remembers its layers."""
        bench = Bench(self.images[base])
        seen = self.now_us, self.order.origins.get(base, _LOCAL)
        ref = Ref(*self.cache.bases.setdefault(bench.key, seen))
        bench.refs = [ref] * len(bench.layers)
        return bench

    def done(self, target: Stage) -> Built:
        """Write the image."""
        bench = self.benches[target.number]
        for name, value in self.order.labels:
            bench.settings.run["Labels"] = {**(bench.settings.run.get("Labels") or {}), name: value}
        failed = next((step for step in self.steps if step.fault), None)
        ends, named = max(self.ends.values(), default=0), self.naming.headings()
        if failed is not None:
            line = failed.instruction.line
            return Built(None, tuple(self.steps), ends, failed.fault, line, named)
        config = buildkit_config(bench, self.order.platform, self.now_us + ends)
        image = Image(config, bench.layers)
        return Built(image, tuple(self.steps), ends + _EXPORT_US, headings=named)


class _Staging:
    """One stage of a build, instruction by instruction."""

    def __init__(self, work: _Work, stage: Stage, bench: Bench, at_us: int) -> None:
        self.work, self.order, self.cache = work, work.order, work.cache
        self.stage, self.bench, self.at_us = stage, bench, at_us
        self.env = {**bench.settings.env, **bench.args}
        self.count = 0
        self.label = work.naming.label(stage)

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
            self.note(words_of_args(step, expander))
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
        source, ready = self.files_of(step.flag("from"), step.line)
        self.at_us = max(self.at_us, ready)
        copied, at, words = self.bench.files_for(step, source, expander)
        if isinstance(copied, str):
            fault = f'failed to compute cache key: "/{copied}" not found: not found'
            self.failed(step, fault, Trouble("missing", copied))
            return
        if step.name == "ADD":
            copied = unpacked_archives(step, copied, at)
        chown, chmod = (expander.word(step.flag(name)) for name in ("chown", "chmod"))
        ownership = Ownership(owner_of(chown), mode_of(chmod, step.line))
        parts = {
            "the step below it": self.bench.key,
            "instruction": f"{step.name} to /{at}",
            "--chown or --chmod": f"{chown} {chmod}",
            "files": copied.key,
        }
        us = _STEP_US + copied.size // _BYTES_PER_US

        def make() -> Record:
            into = at if copied.nodes else ""  # a pattern that fits nothing makes no folder
            tar = layer_of(copied.nodes, into, self.bench.tree, ownership)
            return self.record(tar, (), us)

        self.step(step, parts, copied.prints, make, f"{step.name} {' '.join(words)} # buildkit")

    def files_of(self, name: str, line: int) -> tuple[Tree, int]:
        """The files of a stage, an image or (without a name) the context, and when it is ready."""
        if not name:
            return self.order.context.tree, 0
        if name == "scratch":
            return Tree(), 0
        if name.lower() == self.stage.name:
            raise InvalidDockerfile(f"circular dependency detected on stage: {name}", line)
        stage = earlier(self.order, name, self.stage)
        if stage is None:
            return Bench(self.work.images[name]).tree, 0
        return self.work.benches[stage.number].tree, self.work.ends[stage.number]

    def run(self, step: Instruction) -> None:
        """``RUN``: its words and the variables are the key; what it does is never looked at."""
        command, mounts = _command(step), mounts_of(step)
        settings = self.bench.settings
        whole = list(step.words) if step.json else [*settings.shell, command]
        args = [f"{name}={value}" for name, value in sorted(self.bench.args.items())]
        if lacking := lacks(mounts, self.order.secrets):
            self.failed(step, f"secret {lacking} not found: not found", Trouble("secret", lacking))
            return
        parts = {
            "the step below it": self.bench.key,
            "instruction": " ".join(["RUN", *(f"--{k}={v}" for k, v in step.flags), *whole]),
            "USER or WORKDIR": f"{settings.run.get('User', '')} {settings.working_dir}",
            "a variable": " ".join(f"{name}={value}" for name, value in self.env.items()),
            "files": "",
        }
        prints = self.mounted(step, mounts)
        if prints is None:
            return
        parts["files"] = " ".join(prints.values())

        def make() -> Record:
            line = line_of(step.words) if step.json else command
            where, tree = settings.working_dir, self.bench.tree
            does = partial(run, line, tree, working_dir=where, env=self.env, mounts=mounts)
            ran = started(whole, tree, self.env, does, self.order.wording.buildkit_start)
            return self.record(ran.layer, ran.output, ran.us, ran.code)

        with_args = [f"|{len(args)}", *args, *whole] if args else whole
        words = f"RUN {' '.join(with_args)} # buildkit"
        ended, told = Trouble("exit", " ".join(whole)), f"mount / from exec {' '.join(whole)}"
        self.step(step, parts, prints, make, words, ended, told)

    def mounted(self, step: Instruction, mounts: Sequence[Mount]) -> dict[str, str] | None:
        """What the cache compares of the files that are mounted; ``None``: one is not there."""
        prints: dict[str, str] = {}
        for mount in mounts:
            check_mount(mount, step.line)
            if mount.kind != "bind" and not mount.source_of:
                continue
            tree, ready = self.files_of(mount.source_of, step.line)
            self.at_us = max(self.at_us, ready)
            found = shown(tree, mount)
            if found is None:
                path = mount.source.strip("/")
                fault = f'failed to compute cache key: "/{path}" not found: not found'
                self.failed(step, fault, Trouble("missing", path))
                return None
            prints |= found
        return prints

    def workdir(self, step: Instruction, words: str) -> None:
        """``WORKDIR``: a step here, whether or not the folder is there."""
        path = absolute(self.bench.settings.working_dir, "/")
        parts = {"the step below it": self.bench.key, "instruction": words}

        def make() -> Record:
            tar = layer_of({}, f"{path}/" if path else "", self.bench.tree, Ownership())
            return self.record(tar, (), _STEP_US)

        self.step(step, parts, {}, make, words)

    def record(self, tar: object, output: tuple[str, ...], us: int, code: int = 0) -> Record:
        """A fresh result; what changes nothing is a layer of nothing."""
        from labsim.archive import Tar
        from labsim.archive import tar as archive
        from labsim.image import Layer

        layer = Layer.of(tar if isinstance(tar, Tar) else archive([]))
        return Record(layer, self.work.now_us + self.at_us + us, output, us, code)

    def step(
        self,
        step: Instruction,
        parts: Parts,
        prints: Mapping[str, str],
        make: Callable[[], Record],
        created_by: str,
        trouble: Trouble | None = None,
        told: str = "",
    ) -> None:
        """Find the result or make it, and put it on top."""
        key = hashed(parts)
        slot = f"buildkit {self.stage.name or self.stage.number} {len(self.work.steps)}"
        found = None if self.order.no_cache else self.cache.records.get(key)
        why = self.cache.explain(slot, parts, prints)
        if found is None:
            why = "--no-cache asks nothing of the cache" if self.order.no_cache else why
            record = make()
            if record.code and trouble is not None:
                self.ended(step, record, trouble, why)
                return
        else:
            record, why = found, "the same instruction on the same input was built before"
        us = 0 if found else record.us
        shown = () if found else record.output
        name = self.named(step)
        if found is None:
            record = record._replace(told=told or self.order.wording.fileop or name)
            self.cache.records[key] = record
        done = Step(name, step, found is not None, why, self.at_us, us, shown, stage=self.label)
        assert record.layer is not None
        self.work.steps.append(done._replace(layer=record.layer))
        self.at_us += us
        self.bench.key = key
        self.bench.layers.append(record.layer)
        self.bench.refs.append(Ref(record.created_us, record.told))
        self.bench.history.append(History("", created_by, comment=COMMENT))

    def ended(self, step: Instruction, record: Record, trouble: Trouble, why: str) -> None:
        """A command that failed; nothing of it is kept."""
        fault = f"executor failed running [{trouble.subject}]: exit code: {record.code}"
        trouble = trouble._replace(code=record.code)
        self.failed(step, fault, trouble, why, record.us, record.output)
        self.at_us += record.us

    def failed(
        self,
        step: Instruction,
        fault: str,
        trouble: Trouble,
        why: str = "it failed",
        us: int = 0,
        output: tuple[str, ...] = (),
    ) -> None:
        """The step that stopped the build."""
        made = Step(self.named(step), step, False, why, self.at_us, us, output, fault)
        self.work.steps.append(made._replace(stage=self.label, trouble=trouble))

    def named(self, step: Instruction) -> str:
        """``[build 2/5] COPY . .``: the stage, and which of its steps that change files."""
        self.count += 1
        return self.work.naming.step(self.stage, self.count, self.shown(step))


def _command(step: Instruction) -> str:
    """A shell's command line, here-documents and all."""
    text = " ".join(step.words)
    if not step.heredocs:
        return text
    if text.startswith("<<") and len(text.split()) == 1:
        return step.heredocs[0].text
    return text + "".join(f"\n{doc.content}{doc.name}" for doc in step.heredocs)
