"""A stage while it is built: settings, layers, history, and the files as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from labsim.archive import Tar
from labsim.dockerfile import Expander, Instruction
from labsim.engine.builder.copying import Copied, absolute, collect, unpacked
from labsim.engine.builder.order import Order
from labsim.engine.builder.settings import PATH, Settings
from labsim.engine.builder.tree import Node, Tree
from labsim.errors import InvalidDockerfile, NotSimulated
from labsim.image import History, Image, Layer

__all__ = ["Bench", "Ref"]

_LATER = ("link", "parents", "exclude", "checksum", "keep-git-dir", "unpack")
#: Folders that bring along a base's programs.
_PROGRAMS = ("", "bin", "usr", "usr/bin")
_EMPTY: Mapping[str, Any] = {"WorkingDir": "/"}


class Ref(NamedTuple):
    """What BuildKit's cache knows of a layer: when it came to be there, and of what, in words."""

    created_us: int
    told: str


class Bench:
    """One stage: what it stands on (``key``), and what has been added."""

    __slots__ = ("_laid", "_tree", "args", "history", "key", "layers", "refs", "settings")

    def __init__(self, image: Image | None = None, *, buildkit: bool = True) -> None:
        run = image.config.run if image else _EMPTY if buildkit else {}
        self.settings = Settings({key: value for key, value in run.items() if value})
        self.layers: list[Layer] = list(image.layers) if image else []
        self.history: list[History] = list(image.config.history) if image else []
        #: One for each layer, where it is BuildKit that builds.
        self.refs: list[Ref] = []
        self.key = str(image.id) if image else "scratch"
        #: ARG values in scope.
        self.args: dict[str, str] = {}
        self._tree, self._laid = Tree(), 0
        self._tree.whole = image is None
        if "PATH" not in self.settings.env:
            self.settings.run["Env"] = [*(self.settings.run.get("Env") or ()), PATH]

    def grown(self) -> Bench:
        """A bench for a stage that begins where this one has ended."""
        made = Bench()
        made.settings = self.settings.copy()
        made.layers, made.history = list(self.layers), list(self.history)
        made._tree.whole = self._tree.whole
        made.refs, made.key, made.args = list(self.refs), self.key, dict(self.args)
        return made

    @property
    def tree(self) -> Tree:
        """The files that a container would see."""
        while self._laid < len(self.layers):
            self._tree.lay(self.layers[self._laid].tar)
            self._laid += 1
        return self._tree

    def expander(self, order: Order, env: Mapping[str, str], *, buildkit: bool) -> Expander:
        """Fills in the variables of this stage."""
        return Expander(env, escape=order.dockerfile.escape, buildkit=buildkit)

    def set_args(self, step: Instruction, order: Order, expander: Expander) -> None:
        """``ARG``: the value of the command line, of the line itself, or of a line above FROM."""
        from labsim.engine.builder.order import meta_args

        for pair in step.pairs:
            name = expander.word(pair.name)
            value = order.args.get(name)
            if value is None and pair.value is not None:
                value = expander.word(pair.value)
            if value is None:
                value = meta_args(order).get(name)
            if value is not None:
                self.args[name] = value

    def files_for(
        self, step: Instruction, source: Tree, expander: Expander
    ) -> tuple[Copied | str, str, tuple[str, ...]]:
        """What ``COPY`` or ``ADD`` brings (or what is missing), where to, and its words filled."""
        *sources, target = (expander.word(word) for word in step.words)
        _check_simulated(step, sources)
        at = absolute(target, self.settings.working_dir)
        inline = {doc.name: doc for doc in step.heredocs}
        paths = [word for word in sources if not _names_heredoc(word, inline)]
        if not source.whole and any(path.strip("/.") in _PROGRAMS for path in paths):
            self._tree.whole = False
        found = collect(source, paths, at, self.tree) if paths else Copied({}, {}, "file")
        if isinstance(found, Copied):
            found = _with_heredocs(step, found, at, self.tree, expander)
        return found, at, (*sources, target)

    def add_layer(self, tar: Tar) -> None:
        """Put a layer on top."""
        self.layers.append(Layer.of(tar))


def _check_simulated(step: Instruction, sources: list[str]) -> None:
    for name in _LATER:
        if step.flag(name):
            raise NotSimulated(f"{step.name} --{name} (line {step.line} of the Dockerfile)")
    if step.name == "ADD":
        for source in sources:
            if source.startswith(("http://", "https://", "git@", "ssh://")) or ".git#" in source:
                raise NotSimulated(f"ADD from the network (line {step.line} of the Dockerfile)")


def _names_heredoc(word: str, inline: Mapping[str, Any]) -> bool:
    return word.startswith("<<") and word.lstrip("<-").strip("'\" ") in inline


def _with_heredocs(
    step: Instruction, found: Copied, at: str, here: Tree, expander: Expander
) -> Copied:
    """The files that are given in place, beside the copied ones."""
    from labsim.blob import Blob
    from labsim.dockerfile.expansion import Expander as Filling

    nodes, prints = dict(found.nodes), dict(found.prints)
    folder = at.endswith("/") or len(step.words) > 2 or here.is_folder(at.rstrip("/"))
    for doc in step.heredocs:
        text = doc.text
        if doc.expand:
            text = Filling(expander.env, quotes="letters").word(text)
        path = f"{at.rstrip('/')}/{doc.name}".lstrip("/") if folder else at
        nodes[path] = Node("0", 0o644, file=Blob(text.encode()))
        prints[path] = text
    return found._replace(nodes=nodes, prints=prints)


def unpacked_archives(step: Instruction, copied: Copied, at: str) -> Copied:
    """``ADD`` unpacks the archives among its files into the destination."""
    nodes, prints = dict(copied.nodes), dict(copied.prints)
    for path, node in copied.nodes.items():
        tar = unpacked(node.content) if node.kind == "0" else None
        if tar is None:
            continue
        inside = Tree()
        inside.lay(tar)
        del nodes[path]
        for name, one in inside.items():
            nodes[f"{at.rstrip('/')}/{name}".lstrip("/")] = one
    return Copied(nodes, prints, copied.kind)


def words_of_args(step: Instruction, expander: Expander) -> str:
    """What history says of an ``ARG``: its defaults, filled in."""
    words = ((pair.name,) if pair.value is None else (pair.name, pair.value) for pair in step.pairs)
    return f"ARG {' '.join('='.join(map(expander.word, pair)) for pair in words)}"


def check_onbuild(step: Instruction) -> None:
    """``ONBUILD`` is refused by its name."""
    if step.name == "ONBUILD":
        raise NotSimulated(f"ONBUILD (line {step.line} of the Dockerfile)")


def fault_at(step: Instruction, fault: InvalidDockerfile) -> InvalidDockerfile:
    """A fault with the line of the instruction that it came from."""
    return InvalidDockerfile(fault.fault, step.line)
