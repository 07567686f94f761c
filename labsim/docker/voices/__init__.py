"""What is said about each engine: one module a dialect, and one protocol for both.

A command asks the voice of the engine that it speaks to; so the commands are the same for both, and
no command asks which engine there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from labsim.engine.dialect import CLASSIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.archive import Tar
    from labsim.blob import Blob
    from labsim.digest import ImageID
    from labsim.docker.builds.blocks import Block
    from labsim.docker.builds.reading import Folder, Pulled
    from labsim.docker.grammar import Call
    from labsim.docker.result import Text
    from labsim.docker.templates import Struct
    from labsim.docker.versions import Versions
    from labsim.engine.builder import Step
    from labsim.engine.builder.attesting import Provenance
    from labsim.engine.builder.order import Wording
    from labsim.engine.engine import Engine
    from labsim.engine.summary import ImageSummary
    from labsim.engine.usage import Usage
    from labsim.errors import CommandError, InvalidDockerfile, InvalidReference, LabError
    from labsim.image import Image, Platform
    from labsim.link import Run
    from labsim.reference import Reference

__all__ = ["BuildWords", "LoginWords", "Plan", "Voice", "voice_of"]

#: What a push will send: each tag, with what its lanes are about, in their order, as the voice that
#: made the plan wants to read it.
Plan = list[tuple[str, Sequence[Any]]]


class LoginWords(NamedTuple):
    """What ``docker login`` says where something is missing.

    ``dash``: ``-p -`` stands for ``--password-stdin``, and a password of blanks for none.
    """

    no_terminal: str
    no_user: str
    no_password: str
    dash: bool


class BuildWords(Protocol):
    """The words of a build on one engine, and how its exporter takes an image in."""

    @property
    def WORDING(self) -> Wording:  # noqa: N802 a constant of a module
        """What the parts below the builders say."""

    @property
    def FIRST(self) -> str:  # noqa: N802 a constant of a module
        """What stands before BuildKit's first block."""

    @property
    def RIGHT(self) -> str:  # noqa: N802 a constant of a module
        """What stands at the end of a terminal's first line."""

    @property
    def LOGGED(self) -> bool:  # noqa: N802 a constant of a module
        """Whether the output of the command that failed is told again."""

    @property
    def REMOVED(self) -> str:  # noqa: N802 a constant of a module
        """What the legacy builder says of a container that it needs no more."""

    def attests(self, wanted: bool | None) -> bool:
        """Whether an image gets an attestation."""

    def opening(
        self,
        definition: Block,
        ignore: Block,
        metadata: Sequence[Block],
        *,
        misread: bool = False,
    ) -> list[Block]:
        """The blocks before the first step, in their order; ``misread``: there is no first step."""

    def called(self, base: Pulled) -> str:
        """What a base is called in the step that fetches it."""

    def committed(self, engine: Engine, image: Image) -> ImageID:
        """Take in what the legacy builder made of a step."""

    def origin(self, base: Pulled) -> str:
        """What the cache says of where a base's layers are from."""

    def exported(
        self,
        engine: Engine,
        image: Image,
        names: Sequence[Reference],
        provenance: Provenance | None,
    ) -> tuple[ImageID, tuple[str, ...]]:
        """Take in what BuildKit made; its id, and what was done for that."""

    def base_fault(self, error: LabError, reference: Reference) -> str:
        """Why a base cannot be had."""

    def base_failure(self, fault: str, name: str, reference: Reference, given: Folder) -> str:
        """The last words of a build whose base cannot be had."""

    def step_fault(self, step: Step) -> str:
        """Why a step failed, in its block."""

    def failure(self, step: Step, given: Folder) -> str:
        """The last words of a build in which a step failed."""

    def misread(self, fault: InvalidDockerfile, given: Folder) -> str:
        """The last words of a build whose Dockerfile cannot be read, or is not there."""


class Voice(Protocol):
    """The words for one engine; a module that has these functions."""

    @property
    def FILTERS(self) -> tuple[str, ...]:  # noqa: N802 a constant of a module
        """The filters of ``docker images`` that its daemon knows."""

    @property
    def SURPLUS(self) -> str:  # noqa: N802 a constant of a module
        """How the hint begins below a line with too many arguments."""

    @property
    def CLI(self) -> int:  # noqa: N802 a constant of a module
        """The major version of the CLI that it speaks as."""

    @property
    def LOGIN(self) -> LoginWords:  # noqa: N802 a constant of a module
        """What ``docker login`` says."""

    @property
    def FIELDS(self) -> Mapping[str, str]:  # noqa: N802 a constant of a module
        """Fields of a listed image that not every CLI has, and their texts; none: its size."""

    def build_words(self) -> BuildWords:
        """The words of a build."""

    def versions(self) -> Versions:
        """What ``docker version`` prints."""

    def plan(
        self,
        engine: Engine,
        reference: Reference,
        *,
        everything: bool,
        platform: Platform | None,
    ) -> Plan:
        """What will be pushed."""

    def pushed(self, run: Run, plan: Plan) -> Text:
        """Every tag's layers and closing line, as far as the push got."""

    def push_failure(self, error: LabError, reference: Reference) -> str:
        """Why a push stopped."""

    def platform_note(self) -> str:
        """What is said first of a push of one platform."""

    def notes(self, run: Run) -> str:
        """What is said last, of what was pushed otherwise than by its name."""

    def pulled(self, run: Run, meant: Reference) -> Text:
        """Every tag's lines, as far as the pull got."""

    def pull_failure(
        self, run: Run, meant: Reference, platform: Platform | None
    ) -> CommandError | None:
        """Why a pull stopped, if it did."""

    def view(self, call: Call, images: Sequence[ImageSummary]) -> str | None:
        """The list of images where it is no table; None where it is."""

    def listed(self, call: Call, images: Sequence[ImageSummary]) -> Sequence[ImageSummary]:
        """The images without those that are listed only when somebody asks for all."""

    def bad_filter(self, filter_: str) -> CommandError:
        """A filter that there is not, or a value that it cannot have."""

    def bad_pattern(self) -> CommandError | None:
        """A pattern that is none; None where it just fits nothing."""

    def fits(self, name: Reference, pattern: str) -> bool:
        """Whether a ``reference`` filter lists this name."""

    def name_fault(self, error: InvalidReference) -> str:
        """What is wrong with a name, as the daemon says it."""

    def misspelt(self, text: str, error: InvalidReference) -> CommandError:
        """An argument of ``docker tag`` that is no name."""

    def document(self, engine: Engine, name: str, platform: Platform | None) -> dict[str, Any]:
        """What the daemon knows of an image."""

    def typed(self, document: dict[str, Any]) -> Struct:
        """The same as the CLI's templates see it."""

    def not_found(self, name: str, error: LabError) -> CommandError:
        """Why an image cannot be inspected."""

    def no_object(self, name: str) -> CommandError:
        """That ``docker inspect`` found nothing at all."""

    def refusal(self, name: str, error: LabError) -> CommandError:
        """Why the daemon does nothing with an image."""

    def saved(self, engine: Engine, names: Sequence[str], platforms: Sequence[Platform]) -> Tar:
        """The archive of these images."""

    def loaded(
        self, engine: Engine, archive: Blob, platforms: Sequence[Platform], at_us: int
    ) -> Iterator[str]:
        """Take in what an archive holds, and tell it line by line."""

    def dangling(self, image: ImageSummary) -> bool:
        """Whether an image counts as one without a name."""

    def only_dangling(self, values: Sequence[str]) -> bool:
        """Whether a prune takes only what has no name, by its ``dangling`` filters."""

    def reclaimable(self, rows: Sequence[Usage], total: int) -> int:
        """How many bytes a removal of all that is not used would give back."""

    def info_text(self, engine: Engine, username: str) -> str:
        """What ``docker info`` prints."""

    def info_document(self, engine: Engine, now_us: int) -> dict[str, Any]:
        """What it knows."""

    def daemon_info(self, engine: Engine, now_us: int) -> dict[str, Any]:
        """``GET /info``: the same without the client's part."""

    def row(self, engine: Engine, image: ImageSummary, *, identity: bool) -> dict[str, Any]:
        """What the daemon says otherwise of an image when it lists them over its API, and more."""

    def as_of(self, document: dict[str, Any], speaks: Callable[[str], bool]) -> dict[str, Any]:
        """What is known of an image, as a client is told that ``speaks`` some versions."""

    def manifests(self, engine: Engine, name: str) -> list[dict[str, Any]]:
        """Every platform's manifest of an image over the API; none where there are none."""

    def bad_limit(self, limit: int) -> CommandError:
        """A number of findings that a search cannot have."""

    def switched(self, name: str, values: Sequence[str]) -> bool:
        """What a filter that is on or off is set to."""


def voice_of(engine: Engine) -> Voice:
    """The voice for an engine; its module is loaded now."""
    if engine.dialect == CLASSIC:
        from labsim.docker.voices import classic

        return classic
    from labsim.docker.voices import containerd

    return containerd
