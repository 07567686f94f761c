"""How Docker 29 words an error of its containerd store.

A registry's own words follow ``error from registry:``; where an answer has none (a HEAD never has)
the request and the status are told instead.  Who may not is told by which request it was.

Sources: moby ``daemon/containerd/registry_errors.go``, ``image_pull.go`` and ``image_push.go``;
containerd 2.3 ``core/remotes/docker``; recordings ``ctrd_docker_auth`` and ``ctrd_docker_token``.
"""

from __future__ import annotations

from labsim.docker.phrases import status_text, unreachable_words, url
from labsim.errors import OCI_ERRORS, LabError, Mismatch, RegistryError, UnknownImage, Unreachable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.image import Platform
    from labsim.reference import Reference

__all__ = ["NOT_ALL", "ONE_PLATFORM", "note", "pull_words", "push_words"]

ONE_PLATFORM = """\
Using --platform pushes only the specified platform manifest of a multi-platform image index.
Other components, like attestations, will not be included.
To push the complete multi-platform image, remove the --platform flag.
"""
NOT_ALL = (
    "Not all multiplatform-content is present and only the available single-platform image was "
    "pushed\n{index} -> {manifest}"
)
_HEADER = " Info -> "


def note(text: str) -> str:
    """A note of the CLI, without a terminal (``internal/tui/note.go``)."""
    return "\n" + _HEADER + text.replace("\n", "\n" + " " * len(_HEADER)) + "\n"


def push_words(error: LabError, reference: Reference) -> str:
    """Why a push stopped."""
    if isinstance(error, UnknownImage):
        return _not_here(error, reference)
    if isinstance(error, RegistryError) and error.reason in ("barred", "no-credentials"):
        denied = "push access denied, repository does not exist or may require authorization: "
        opening = error.asked is not None and error.asked.method == "POST"
        return (denied if opening else "") + _barred(error)
    return _translated(error, "")


def _not_here(error: UnknownImage, reference: Reference) -> str:
    if error.subject == "platform":
        wanted = f" ({error.name})" if error.name else ""
        return (
            f"image with reference {reference.familiar} was found but does not provide "
            f"the specified platform{wanted}"
        )
    if reference.tag is None and reference.digest is None:
        return f"An image does not exist locally with the tag: {error.name}"
    return f"tag does not exist: {error.name}"


def pull_words(error: LabError, meant: Reference, platform: Platform | None) -> str:
    """Why a pull stopped, without what the CLI puts in front."""
    if isinstance(error, UnknownImage):
        return (
            f"no matching manifest for {error.name} in the manifest list entries: "
            "no match for platform in manifest: not found"
        )
    if isinstance(error, Mismatch):
        return _mismatch(error)
    name = str(meant)
    looking = f'failed to resolve reference "{name}": '
    if isinstance(error, RegistryError):
        if error.reason == "nowhere":
            return f"{looking}{name}: not found"
        if error.reason == "barred":
            return (
                f"pull access denied for {meant.familiar_name}, repository does not exist "
                "or may require 'docker login'"
            )
        if error.reason == "no-credentials":
            denied = "pull access denied, repository does not exist or may require authorization: "
            return looking + denied + _barred(error)
    if error.subject == "resolve" or _is_head(error):
        return _translated(error, looking)
    return _translated(error, "failed to copy: httpReadSeeker: failed open: ")


def _is_head(error: LabError) -> bool:
    return error.asked is not None and error.asked.method == "HEAD"


def _barred(error: RegistryError) -> str:
    """That the proof was refused, or that there is none."""
    if error.reason == "no-credentials":
        return "authorization failed: no basic auth credentials"
    return f"server message: {error.message}: authorization failed"


def _translated(error: LabError, before: str) -> str:
    """``translateRegistryError``: the registry's rows, or else what was asked and the status."""
    if isinstance(error, Unreachable):
        if error.reason == "unexpected EOF":
            return f"{before}{error.reason}"
        return f"{before}failed to do request: {unreachable_words(error)}"
    if not isinstance(error, RegistryError):
        return before + str(error)
    if error.reason == "token":
        return _no_token(error, before)
    if error.reason == "no-token":
        return f"{before}failed to authorize: authorization server did not include a token"
    if error.code:
        return "error from registry: " + "\n".join(
            line for row in (error, *error.also) for line in _row(row)
        )
    if error.status == 404 and before:
        return f"{before}content at {_place(error)} not found: not found"
    return f"unknown: {before}{_unexpected(error)}"


def _row(row: RegistryError) -> list[str]:
    """A row's message; one with nothing but its code is told twice, as joined errors are."""
    known = OCI_ERRORS.get(row.code)
    if not row.message and row.detail is None:
        return [row.code.lower().replace("_", " ")] * 2
    message = row.message or (known.message if known else row.code.lower())
    return [f"{message} - {row.detail}" if isinstance(row.detail, str) else message]


def _unexpected(error: RegistryError) -> str:
    method = error.asked.method if error.asked is not None else "GET"
    return (
        f"unexpected status from {method} request to {_place(error)}: {status_text(error.status)}"
    )


def _no_token(error: RegistryError, before: str) -> str:
    """A token server's old way of saying no is told by its own words alone."""
    if isinstance(error.detail, str) and error.status in (401, 403):
        code = "UNAUTHORIZED" if error.status == 401 else "DENIED"
        return f"{OCI_ERRORS[code].message} - {error.detail}"
    kind = "oauth" if error.message == "oauth" else "anonymous"
    return (
        f"unknown: {before}failed to authorize: failed to fetch {kind} token: {_unexpected(error)}"
    )


def _place(error: RegistryError) -> str:
    return url(error.asked.host, error.asked.target) if error.asked is not None else ""


def _mismatch(error: Mismatch) -> str:
    if error.subject == "rootfs" and error.digest:
        return f'wrong diff id calculated on extraction "{error.digest}"'
    if error.subject == "rootfs":
        return "mismatched image rootfs and manifest layers"
    if error.found:
        return (
            f'failed commit on ref "{error.subject}-{error.digest}": commit failed: unexpected '
            f"commit digest {error.found}, expected {error.digest}: failed precondition"
        )
    return str(error)
