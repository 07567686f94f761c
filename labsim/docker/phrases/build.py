"""What ``docker build`` prints: the legacy builder's steps, and what is wrong with a Dockerfile.

CLI 28.2.2 in front of daemon 20.10.24; what the daemon did not know yet is today's.  BuildKit's
words are each engine's own (``labsim/docker/voices/*/building.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from labsim.docker.units import human_size
from labsim.engine.builder.running import Complaint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.builder import Built, Step
    from labsim.errors import InvalidDockerfile

__all__ = [
    "DEPRECATED",
    "PROGRESS",
    "Shown",
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


class Shown(NamedTuple):
    """How images are told: their ids by step, and what is said of a container that goes."""

    ids: Sequence[str]
    removed: str


def legacy_text(
    built: Built,
    shown: Shown,
    pulled: dict[str, str],
    warnings: Sequence[str],
    unused: Sequence[str],
    tags: Sequence[str],
) -> str:
    """Every step with its image, and what was built; ``pulled`` is told where a base came."""
    lines = [_warned(warnings)] if warnings else []
    for number, (step, name) in enumerate(zip(built.steps, shown.ids, strict=True)):
        failed = number == len(built.steps) - 1 and bool(built.fault)
        told = _failed(step) if failed else _legacy_step(step, name, pulled, shown.removed)
        lines.append(f"{step.name}\n{told}")
    if built.image is None:
        return "".join(lines)
    if unused:
        words = " ".join(unused)
        lines.append(f"[Warning] One or more build-args [{words}] were not consumed\n")
    lines.append(f"Successfully built {shown.ids[-1]}\n")
    lines += [f"Successfully tagged {tag}\n" for tag in tags]
    return "".join(lines)


def _warned(lines: Iterable[str]) -> str:
    found = "".join(f"[WARNING]: Empty continuation line found in:\n    {line}\n" for line in lines)
    later = "[WARNING]: Empty continuation lines will become errors in a future release.\n"
    return f"\x1b[91m{found}{later}\x1b[0m"


def _failed(step: Step) -> str:
    """The container is left as it is."""
    return f" ---> Running in {step.container}\n{_printed(step)}" if step.container else ""


def _legacy_step(step: Step, name: str, pulled: dict[str, str], removed: str) -> str:
    text = ""
    if step.instruction.name == "FROM":
        text = pulled.pop(step.stage, "")
    elif not step.image:  # an ARG above the first FROM
        return ""
    if step.cached:
        text += " ---> Using cache\n"
    if step.container:
        text += f" ---> Running in {step.container}\n{_printed(step)}"
        text += f"{removed} intermediate container {step.container}\n"
    return f"{text} ---> {name}\n"


def _printed(step: Step) -> str:
    """What a command has printed; the daemon gives standard error a colour."""
    return "".join(
        f"\x1b[91m{line}\n\x1b[0m" if isinstance(line, Complaint) else f"{line}\n"
        for line in step.output
    )
