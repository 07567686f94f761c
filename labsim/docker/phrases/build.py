"""What ``docker build`` prints: the legacy builder's steps, and BuildKit's plain progress.

Legacy: CLI 28.2.2 in front of daemon 20.10.24.  BuildKit: as daemon 20.10.24 and its client print
it, without the line under each heading that names the vertex by a hash (later clients leave it out,
and nothing in a lab has those hashes); what the daemon did not know yet is today's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from labsim.docker.units import human_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.builder import Built, Step
    from labsim.errors import InvalidDockerfile

__all__ = [
    "DEPRECATED",
    "PROGRESS",
    "Block",
    "buildkit_fault",
    "buildkit_text",
    "context_line",
    "fault_words",
    "legacy_fault",
    "legacy_text",
]

DEPRECATED = (
    "DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n"
    "            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0\n"
    "            environment-variable.\n\n"
)
#: What ``--progress`` takes.
PROGRESS = ("auto", "plain", "tty")
_FRONTEND = "failed to solve with frontend dockerfile.v0: "
_LLB = "failed to create LLB definition: "


def fault_words(fault: InvalidDockerfile) -> str:
    """A Dockerfile's fault with its line, where Docker says one."""
    where = f"dockerfile parse error line {fault.line}: " if fault.numbered else ""
    return where + fault.fault


# -- the legacy builder ----------------------------------------------------------------------------


def context_line(size: int) -> str:
    """What the client says when it has sent the context, so many bytes of tar."""
    return f"Sending build context to Docker daemon {human_size(size, 4):>8}\r\r\n"


def legacy_fault(fault: InvalidDockerfile, name: str) -> str:
    """A Dockerfile that could not be read, as the daemon answers."""
    words = fault_words(fault)
    if words == "the Dockerfile cannot be empty":
        words = f"the Dockerfile ({name}) cannot be empty"
    elif not fault.numbered and not words.startswith(
        ("the --", "no build stage", "failed to reach")
    ):
        words = f"failed to parse {name}: {words}"
    return f"Error response from daemon: {words}\n"


def legacy_text(
    built: Built,
    pulled: dict[str, str],
    warnings: Sequence[str],
    unused: Sequence[str],
    tags: Sequence[str],
) -> str:
    """Every step with its image, and what was built; ``pulled`` is told where a base came."""
    lines = [_warned(warnings)] if warnings else []
    for number, step in enumerate(built.steps):
        last = number == len(built.steps) - 1
        lines.append(
            f"{step.name}\n{_legacy_step(step, pulled, failed=last and bool(built.fault))}"
        )
    if built.image is None:
        return "".join(lines)
    if unused:
        words = " ".join(unused)
        lines.append(f"[Warning] One or more build-args [{words}] were not consumed\n")
    lines.append(f"Successfully built {built.image.id.short}\n")
    lines += [f"Successfully tagged {tag}\n" for tag in tags]
    return "".join(lines)


def _warned(lines: Iterable[str]) -> str:
    found = "".join(f"[WARNING]: Empty continuation line found in:\n    {line}\n" for line in lines)
    later = "[WARNING]: Empty continuation lines will become errors in a future release.\n"
    return f"\x1b[91m{found}{later}\x1b[0m"


def _legacy_step(step: Step, pulled: dict[str, str], *, failed: bool) -> str:
    text = ""
    if step.instruction.name == "FROM":
        text = pulled.pop(step.stage, "")
    elif failed:
        return text
    elif not step.image:  # an ARG above the first FROM
        return ""
    if step.cached:
        text += " ---> Using cache\n"
    if step.container:
        output = "".join(f"{line}\n" for line in step.output)
        text += f" ---> Running in {step.container}\n{output}"
        text += f"Removing intermediate container {step.container}\n"
    return f"{text} ---> {step.image.id.short if step.image else ''}\n"


# -- BuildKit --------------------------------------------------------------------------------------


class Block(NamedTuple):
    """One numbered block of plain progress: its heading, its lines, and how it ended."""

    name: str
    lines: tuple[str, ...] = ()
    us: int = 0
    cached: bool = False
    fault: str = ""

    def text(self, number: int) -> str:
        """The block under its number."""
        head = [f"#{number} {self.name}", *(f"#{number} {line}" for line in self.lines)]
        if self.fault:
            tail = [f"#{number} ERROR: {self.fault}", "------", f" > {self.name}:", "------"]
            return "\n".join([*head, *tail]) + "\n"
        ending = "CACHED" if self.cached else f"DONE {self.us / 1_000_000:.1f}s"
        return "\n".join([*head, f"#{number} {ending}"]) + "\n"


def buildkit_text(before: Sequence[Block], built: Built | None, tags: Sequence[str]) -> str:
    """Everything that plain progress prints; ``before`` are the blocks that come first."""
    blocks = list(before)
    if built is not None:
        ordered = sorted(built.steps, key=lambda step: step.begins_us)
        blocks += [_block(step) for step in ordered]
        if built.image is not None:
            blocks.append(_exported(built, tags))
    return "\n".join(block.text(number) for number, block in enumerate(blocks, 1))


def _block(step: Step) -> Block:
    lines = [f"{0.2 + at / 10:.3f} {line}" for at, line in enumerate(step.output)]
    fault = step.fault.removeprefix("failed to compute cache key: ")
    return Block(step.name, tuple(lines), step.us, step.cached, fault)


def _exported(built: Built, tags: Sequence[str]) -> Block:
    assert built.image is not None
    lines = [f"writing image {built.image.id} done"]
    lines += [f"naming to {tag} done" for tag in tags]
    if built.image.layers:
        lines.insert(0, "exporting layers done")
    return Block("exporting to image", tuple(lines))


def buildkit_fault(fault: InvalidDockerfile | str, *, reading: bool = True) -> str:
    """The last line of a build that failed; ``reading``: before any step was done."""
    words = fault if isinstance(fault, str) else fault_words(fault)
    return f"{_FRONTEND}{_LLB}{words}\n" if reading else f"{words}\n"
