"""Everything that can go wrong, on one page.

::

    LabError                      the root: catch this to catch all of ours
    ├── InvalidReference          a name that cannot be read (also a ValueError); carries the place
    ├── InvalidDockerfile         a Dockerfile that cannot be read (also a ValueError); its line
    ├── UnknownImage              a name or id that nothing here answers to
    ├── Mismatch                  bytes that are not what their name, size or file says
    ├── RegistryError             a registry's answer of 400 or above: code, status, detail
    ├── Unreachable               nobody answered: no such host, refused, or dropped half-way
    ├── CommandError              a command that failed: what it printed on stderr, its exit code
    └── NotSimulated              real Docker has it, the lab does not; says so by name

Families only: a new situation is a new sentence in an old family, not a new class.
``OCI_ERRORS`` is the registry's half of the page: one row per error code.
"""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = [
    "OCI_ERRORS",
    "CommandError",
    "InvalidDockerfile",
    "InvalidReference",
    "LabError",
    "Mismatch",
    "NotSimulated",
    "OciError",
    "RegistryError",
    "UnknownImage",
    "Unreachable",
]


class LabError(Exception):
    """Anything labsim refuses; ``str()`` is one sentence for a person.

    ``asked`` is the request that was refused or never answered, where there was one; ``subject``
    says what was being fetched or looked at ("config", "layer", "manifest", "rootfs").
    """

    asked: Any = None
    subject: str = ""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows instead of a stack: the sentence alone (IPython asks for this)."""
        return [f"{type(self).__name__}: {self}"]


class InvalidReference(LabError, ValueError):
    """A text that is no image name: ``fault`` says why, ``span`` says where.

    ``fault`` is Docker's sentence; ``str()`` adds the text and a caret under the place.
    """

    def __init__(
        self, fault: str, source: str, span: tuple[int, int] = (0, 0), hint: str = ""
    ) -> None:
        super().__init__(fault, source, span, hint)
        self.fault = fault
        self.source = source
        self.span = span
        self.hint = hint

    def __str__(self) -> str:
        start, stop = self.span
        caret = " " * start + "^" + "~" * max(0, stop - start - 1)
        first = f"{self.fault}: {self.hint}" if self.hint else self.fault
        return f"{_printable(first)}\n    {_printable(self.source)}\n    {caret}"


def _printable(text: str) -> str:
    """One line that any stream can write, each character in its place above a caret.

    Control characters, ends of lines and lone surrogates (a byte that was no UTF-8) are replaced.
    """
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


class InvalidDockerfile(LabError, ValueError):
    """A Dockerfile that cannot be built: ``fault`` is Docker's sentence, ``line`` says where."""

    def __init__(self, fault: str, line: int = 0, *, numbered: bool = False) -> None:
        super().__init__(fault, line)
        self.fault = fault
        self.line = line
        #: Whether Docker says the line with this fault; the lab always does.
        self.numbered = numbered

    def __str__(self) -> str:
        return f"line {self.line}: {self.fault}" if self.line else self.fault


class UnknownImage(LabError, LookupError):
    """No image, tag or id of that name; ``name`` is what was asked for."""

    def __init__(self, sentence: str, name: str = "") -> None:
        super().__init__(sentence)
        self.name = name


class Mismatch(LabError, ValueError):
    """Bytes that do not hash, measure or parse as promised.

    ``digest`` is the name that they do not answer to; ``found`` is theirs, where that is told.
    """

    found: str = ""

    def __init__(self, sentence: str, subject: str = "", digest: str = "") -> None:
        super().__init__(sentence)
        self.subject = subject
        self.digest = digest


class RegistryError(LabError):
    """A registry said no: ``status`` (HTTP), ``code`` (OCI), ``message`` and ``detail``.

    ``reason`` tells refusals apart that are not plain error bodies (``labsim.client.refusals``
    lists them); ``also`` holds what else the same answer complained about.
    """

    def __init__(
        self,
        status: int,
        code: str = "",
        message: str = "",
        detail: Any = None,
        *,
        reason: str = "",
        also: tuple[RegistryError, ...] = (),
    ) -> None:
        super().__init__(status, code, message, detail)
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail
        self.reason = reason
        self.also = also

    def __str__(self) -> str:
        words = self.message or f"HTTP status {self.status}"
        return f"{self.code}: {words}" if self.code else words


class Unreachable(LabError, OSError):
    """No answer came from ``host``; ``reason`` is the system's words (connection refused).

    A connection that broke while a body travelled says how far it got: ``sent`` bytes of the
    request's, and the ``partial`` response whose body is what arrived.
    """

    def __init__(self, host: str, reason: str, *, sent: int = 0, partial: Any = None) -> None:
        super().__init__(host, reason)
        self.host = host
        self.reason = reason
        self.sent = sent
        self.partial = partial

    def __str__(self) -> str:
        return f"{self.host}: {self.reason}"


class CommandError(LabError):
    """A command failed: ``stderr`` exactly as printed, and ``exit_code``."""

    def __init__(self, stderr: str, exit_code: int = 1) -> None:
        super().__init__(stderr, exit_code)
        self.stderr = stderr
        self.exit_code = exit_code

    def __str__(self) -> str:
        return self.stderr.rstrip("\n")


class NotSimulated(LabError, NotImplementedError):
    """Real Docker can do this and labsim does not pretend to; says the nearest thing that works."""


class OciError(NamedTuple):
    """One row of the registry's error table."""

    code: str
    message: str
    status: int
    source: str


#: Codes, default messages and statuses.  Codes 1 to 14: OCI distribution-spec 1.1, "Error Codes";
#: messages and statuses, which the spec leaves open: distribution 3.1.1,
#: ``registry/api/errcode/register.go``.
OCI_ERRORS: dict[str, OciError] = {
    row.code: row
    for row in (
        OciError("BLOB_UNKNOWN", "blob unknown to registry", 404, "code-1"),
        OciError("BLOB_UPLOAD_INVALID", "blob upload invalid", 404, "code-2"),
        OciError("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry", 404, "code-3"),
        OciError("DIGEST_INVALID", "provided digest did not match uploaded content", 400, "code-4"),
        OciError("MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", 400, "code-5"),
        OciError("MANIFEST_INVALID", "manifest invalid", 400, "code-6"),
        OciError("MANIFEST_UNKNOWN", "manifest unknown", 404, "code-7"),
        OciError("NAME_INVALID", "invalid repository name", 400, "code-8"),
        OciError("NAME_UNKNOWN", "repository name not known to registry", 404, "code-9"),
        OciError("SIZE_INVALID", "provided length did not match content length", 400, "code-10"),
        OciError("UNAUTHORIZED", "authentication required", 401, "code-11"),
        OciError("DENIED", "requested access to the resource is denied", 403, "code-12"),
        OciError("UNSUPPORTED", "The operation is unsupported.", 405, "code-13"),
        OciError("TOOMANYREQUESTS", "too many requests", 429, "code-14"),
        OciError("TAG_INVALID", "manifest tag did not match URI", 400, "distribution"),
        OciError("RANGE_INVALID", "invalid content range", 416, "distribution"),
        OciError(
            "PAGINATION_NUMBER_INVALID",
            "invalid number of results requested",
            400,
            "distribution",
        ),
        OciError("UNKNOWN", "unknown error", 500, "distribution"),
        OciError("UNAVAILABLE", "service unavailable", 503, "distribution"),
    )
}
