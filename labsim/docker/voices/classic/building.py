"""What BuildKit says in daemon 20.10.24, whose exporter writes into the classic store.

Verified against that daemon and its CLI; moby 20.10 ``builder/builder-next/exporter/export.go``.
"""

from __future__ import annotations

from collections.abc import Sequence

from labsim.docker import phrases
from labsim.docker.builds.blocks import Block
from labsim.docker.phrases.build import fault_words
from labsim.engine.builder.order import Wording
from labsim.errors import CommandError, InvalidDockerfile, LabError, RegistryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import ImageID
    from labsim.docker.builds.reading import Folder, Pulled
    from labsim.engine.builder import Step
    from labsim.engine.builder.attesting import Provenance
    from labsim.engine.engine import Engine
    from labsim.image import Image
    from labsim.reference import Reference

__all__ = [
    "DENIED",
    "FIRST",
    "LOGGED",
    "REMOVED",
    "RIGHT",
    "WORDING",
    "attests",
    "base_failure",
    "base_fault",
    "called",
    "committed",
    "exported",
    "failure",
    "misread",
    "named",
    "opening",
    "origin",
    "step_fault",
]

#: What stands before the first block, and at the end of a terminal's first line.
FIRST = RIGHT = ""
WORDING = Wording()
#: Whether the output of the command that failed is told again.
LOGGED = False
#: What the legacy builder says of a container that it needs no more.
REMOVED = "Removing"
#: What containerd says of a repository that is not for everybody, or not there.
DENIED = (
    "pull access denied, repository does not exist or may require authorization: "
    "server message: insufficient_scope: authorization failed"
)
_FRONTEND = "failed to solve with frontend dockerfile.v0: "
_LLB = "failed to create LLB definition: "
_NO_ATTESTATION = (
    "ERROR: failed to build: Attestation is not supported for the docker driver.\n"
    "Switch to a different driver, or turn on the containerd image store, and try again.\n"
    "Learn more at https://docs.docker.com/go/attestations/\n"
)


def attests(wanted: bool | None) -> bool:
    """Whether an image gets an attestation; this store cannot hold one."""
    if wanted:
        raise CommandError(_NO_ATTESTATION)
    return False


def opening(
    definition: Block, ignore: Block, metadata: Sequence[Block], *, misread: bool = False
) -> list[Block]:
    """The blocks before the first step, in their order; ``misread``: there is no first step."""
    return [definition, ignore, *metadata]


def called(base: Pulled) -> str:
    """What a base is called in the step that fetches it."""
    return str(base.reference)


def origin(base: Pulled) -> str:
    """Where a base's layers are from, as the cache says; the daemon leaves out a local name."""
    return "from local " if base.run is None else f"pulled from {called(base)}"


def named(name: Reference) -> str:
    """What the image is named, as it was typed."""
    return str(name)


def exported(
    engine: Engine, image: Image, names: Sequence[Reference], provenance: Provenance | None
) -> tuple[ImageID, tuple[str, ...]]:
    """Take the image in; its id, and what was done for that."""
    engine.adopt(image, [name.with_default_tag() for name in names])
    layers = ("exporting layers",) if image.layers else ()
    done = (f"writing image {image.id}", *(f"naming to {named(name)}" for name in names))
    return image.id, (*layers, *done)


def committed(engine: Engine, image: Image) -> ImageID:
    """Take in what the legacy builder made of a step."""
    return engine.adopt(image).id


def base_fault(error: LabError, reference: Reference) -> str:
    """Why a base cannot be had, in containerd's words."""
    if isinstance(error, RegistryError) and error.code in ("DENIED", "UNAUTHORIZED"):
        return DENIED
    if isinstance(error, RegistryError) and error.status == 404:
        return f"{reference}: not found"
    return phrases.pull_failure(error, reference)


def base_failure(fault: str, name: str, reference: Reference, given: Folder) -> str:
    """The last line of a build whose base cannot be had."""
    return f"{_FRONTEND}{_LLB}{fault}\n"


def step_fault(step: Step) -> str:
    """Why a step failed, in its block."""
    return step.fault.removeprefix("failed to compute cache key: ")


def failure(step: Step, given: Folder) -> str:
    """The last line of a build in which a step failed."""
    return f"{step.fault}\n"


def misread(fault: InvalidDockerfile, given: Folder) -> str:
    """The last line of a build whose Dockerfile cannot be read, or is not there."""
    if given.text is None:
        return (
            f"{_FRONTEND}failed to read dockerfile: open {given.name}: no such file or directory\n"
        )
    return f"{_FRONTEND}{_LLB}{fault_words(fault)}\n"
