r"""What buildx and BuildKit say in Docker 29, whose exporter writes into the containerd store.

By default an image comes with an attestation, so what is named is an index.

Sources: moby/buildkit of August 2026 (``exporter/containerimage``, ``solver/errdefs/source.go``,
``solver/llbsolver/ops``), docker/buildx (``build/opt.go``, ``commands/build.go``), moby 29
``daemon/internal/builder-next/exporter/wrapper.go``.  The block ``exporting to image`` without an
attestation was recorded from daemon 29.7.2; no buildx was at hand, so its own lines (the first one,
the order of the blocks, the excerpt of the Dockerfile) and the attestation are unverified.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256

from labsim.docker.builds.blocks import Block
from labsim.docker.phrases.containerd import pull_words
from labsim.docker.voices.classic.building import DENIED
from labsim.docker.voices.classic.building import base_fault as classic_fault
from labsim.engine.builder.order import Wording
from labsim.engine.containerd import Containerd
from labsim.errors import InvalidDockerfile, LabError, RegistryError
from labsim.image import DOCKER_LAYER, OCI_CONFIG, Descriptor, Manifest

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

FIRST, RIGHT = '#0 building with "default" instance using docker driver\n\n', "docker:default"
LOGGED = True
_NOT = "failed: unable to start container process: error during container init: "
WORDING = Wording(
    fileop="",
    legacy_start="failed to create task for container: failed to create shim task: "
    f"OCI runtime create failed: runc create {_NOT}",
    buildkit_start=f"runc run {_NOT}",
)
REMOVED = "Removed"
_FAILED = "ERROR: failed to build: failed to solve: "
_RULE = "--------------------\n"
_DANGLING = "moby-dangling"
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def attests(wanted: bool | None) -> bool:
    """Whether an image gets an attestation: unless somebody says no."""
    return wanted is not False


def opening(
    definition: Block, ignore: Block, metadata: Sequence[Block], *, misread: bool = False
) -> list[Block]:
    """The blocks before the first step, in their order; ``misread``: there is no first step."""
    return [definition, *metadata, *([] if misread else [ignore])]


def called(base: Pulled) -> str:
    """What a base is called in the step that fetches it: with its digest."""
    return f"{base.reference}@{base.digest}" if base.digest else str(base.reference)


def origin(base: Pulled) -> str:
    """Where a base's layers are from, as the cache says: nothing is noted of what is here."""
    return "created by buildkit" if base.run is None else f"pulled from {called(base)}"


def named(name: Reference) -> str:
    """What the image is named."""
    return str(name.with_default_tag())


def exported(
    engine: Engine, image: Image, names: Sequence[Reference], provenance: Provenance | None
) -> tuple[ImageID, tuple[str, ...]]:
    """Take the image in; its id, and what was done for that."""
    from labsim.engine.builder.attesting import documents

    assert isinstance(engine, Containerd)
    made = documents(image, provenance)
    blobs = (*image.blobs, *made.blobs)
    image_id = engine.hold(made.target, blobs, [name.with_default_tag() for name in names])
    lines = ["exporting layers", *(f"exporting {one}" for one in made.told)]
    for name in [named(name) for name in names] or [f"{_DANGLING}@{made.target.digest}"]:
        lines += [f"naming to {name}", *([f"unpacking to {name}"] if image.layers else [])]
    return image_id, tuple(lines)


def committed(engine: Engine, image: Image) -> ImageID:
    """Take in what the legacy builder made of a step: an OCI manifest with layers of Docker's."""
    assert isinstance(engine, Containerd)
    layers = [Descriptor.of(DOCKER_LAYER, layer.packed) for layer in image.layers]
    manifest = Manifest.oci(Descriptor.of(OCI_CONFIG, image.config), layers)
    return engine.hold(manifest, image.blobs)


def base_fault(error: LabError, reference: Reference) -> str:
    """Why a base cannot be had, in containerd's words."""
    known = isinstance(error, RegistryError)
    words = classic_fault(error, reference) if known else pull_words(error, reference, None)
    return DENIED if words.endswith("insufficient_scope") else words


def base_failure(fault: str, name: str, reference: Reference, given: Folder) -> str:
    """The last lines of a build whose base cannot be had."""
    words = f"{name}: failed to resolve source metadata for {reference}: {fault}"
    line = next((at for at, text in _numbered(given) if name in text and "FROM" in text.upper()), 0)
    return f"{_excerpt(given, line)}{_FAILED}{words}\n"


def step_fault(step: Step) -> str:
    """Why a step failed, in its block."""
    assert step.trouble is not None
    kind, subject, code = step.trouble
    if kind == "exit":
        return f'process "{subject}" did not complete successfully: exit code: {code}'
    if kind == "missing":
        name = _identity(step.name)
        return f'failed to calculate checksum of ref {name}: "/{subject}": not found'
    return step.fault


def failure(step: Step, given: Folder) -> str:
    """The last lines of a build in which a step failed."""
    assert step.trouble is not None
    where = "failed to compute cache key: " if step.trouble.kind == "missing" else ""
    return f"{_excerpt(given, step.instruction.line)}{_FAILED}{where}{step_fault(step)}\n"


def misread(fault: InvalidDockerfile, given: Folder) -> str:
    """The last lines of a build whose Dockerfile cannot be read, or is not there."""
    if given.text is None:
        words = f"failed to read dockerfile: open {given.name}: no such file or directory"
        return f"{_FAILED}{words}\n"
    line = fault.line or 0
    where = f"dockerfile parse error on line {line}: " if fault.numbered else ""
    words = re.sub(r"^(target stage) (.*) (could not)", r'\1 "\2" \3', fault.fault)
    return f"{_excerpt(given, line)}{_FAILED}{where}{words}\n"


def _numbered(given: Folder) -> list[tuple[int, str]]:
    return list(enumerate((given.text or "").split("\n"), 1))


def _excerpt(given: Folder, line: int) -> str:
    """The Dockerfile around an instruction, which may go on over several lines."""
    lines = _numbered(given)
    if not 0 < line <= len(lines):
        return ""
    last = line
    while last < len(lines) and lines[last - 1][1].rstrip().endswith("\\"):
        last += 1
    before, after = _padding(line, last, len(lines))
    rows = (
        f" {at:3d} | {'>>>' if line <= at <= last else '   '} {text}\n"
        for at, text in lines[before - 1 : after]
    )
    return f"{given.name}:{line}\n{_RULE}{''.join(rows)}{_RULE}"


def _padding(start: int, end: int, length: int) -> tuple[int, int]:
    """From which line to which: a few more on either side."""
    wanted, given = (4 if start == end else 2), 0
    while given < wanted:
        if start > 1:
            start, given = start - 1, given + 1
        if end != length:
            end, given = end + 1, given + 1
        given += 1
    return start, end


def _identity(seed: str) -> str:
    """Two of BuildKit's random names, made of what they name."""
    number = int(sha256(seed.encode()).hexdigest(), 16)
    digits = ""
    for _ in range(50):
        number, digit = divmod(number, 36)
        digits += _BASE36[digit]
    return f"{digits[:25]}::{digits[25:]}"
