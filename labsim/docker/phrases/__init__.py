"""Sentences that several commands share: how the daemon words an error, and how the lab says no.

The daemon is 20.10.24, as recorded; Go's own words for a network that fails are those of
``net/http``.
"""

from __future__ import annotations

import re

from labsim.errors import (
    CommandError,
    InvalidReference,
    LabError,
    Mismatch,
    NotSimulated,
    RegistryError,
    UnknownImage,
    Unreachable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.reference import Reference
    from labsim.wire import Request

__all__ = [
    "CONFIG",
    "HUB",
    "asked_words",
    "daemon_error",
    "daemon_fault",
    "failure",
    "host_of",
    "is_here",
    "login_failure",
    "network_words",
    "not_simulated",
    "pull_failure",
    "push_failure",
    "registry_words",
    "status_text",
    "unreachable_words",
    "url",
]

#: Where the laptop's CLI keeps credentials.
CONFIG = "/root/.docker/config.json"
#: What the Hub is called there and in messages.
HUB = "https://index.docker.io/v1/"
#: The laptop's name server, in Go's words for an unknown host.
_NAME_SERVER = "127.0.0.53:53"
#: What Go's own packages say of a connection (go1.19, of the daemon), by the lab's words for it.
_GO = {
    "malformed HTTP response": "net/http: HTTP/1.x transport connection broken: "
    "malformed HTTP response",
    "server gave HTTP response to HTTPS client": "http: server gave HTTP response to HTTPS client",
    "timed out": "context deadline exceeded",
}
_STATUS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Request Entity Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def daemon_error(sentence: str) -> CommandError:
    """A sentence that the daemon sent instead of starting; the CLI trims it."""
    return CommandError(f"Error response from daemon: {sentence.strip()}\n")


def daemon_fault(error: InvalidReference) -> str:
    """What is wrong with a name, as the daemon says it: its older parser does not quote it."""
    return re.sub(r"name \(.*\) must", "name must", error.fault)


def failure(error: LabError) -> CommandError:
    """Any refusal as Docker (or, for what is not simulated, the lab) words it."""
    if isinstance(error, CommandError):
        return error
    if isinstance(error, InvalidReference):
        return CommandError(f"{error.fault}\n")
    if isinstance(error, NotSimulated):
        return not_simulated(str(error))
    if isinstance(error, UnknownImage):
        return daemon_error(f"No such image: {error.name}")
    return daemon_error(str(error))


def not_simulated(what: str) -> CommandError:
    """The lab's own sentence: real Docker has it, the nearest way on, and what the lab has."""
    from labsim.docker.instead import instead  # few lines fail like this

    way_on = instead(what)
    return CommandError(
        f"labsim: {what} is real Docker, but not simulated here; "
        f"{way_on}{'; ' if way_on else ''}docs/coverage.md lists what the lab can do.\n"
    )


def push_failure(error: LabError) -> str:
    """Why a push stopped; printed bare, because the progress has begun."""
    return registry_words(error) if isinstance(error, RegistryError) else _other_words(error)


def pull_failure(error: LabError, reference: Reference) -> str:
    """Why a pull stopped (moby 20.10 ``distribution/errors.go``, ``translatePullError``)."""
    if not isinstance(error, RegistryError):
        return _other_words(error)
    words = _one(error)
    if error.reason in ("no-credentials", "token"):
        return f"{asked_words(error.asked)}: {words}"
    wrap = {
        "DENIED": f"pull access denied for {reference.familiar_name}, "
        "repository does not exist or may require 'docker login': ",
        "MANIFEST_UNKNOWN": f"manifest for {reference.familiar} not found: ",
        "NAME_UNKNOWN": f"repository {reference.familiar_name} not found: ",
    }
    return wrap.get(error.code, "") + words


def login_failure(error: LabError) -> str:
    """Why a registry did not accept an account."""
    if isinstance(error, RegistryError) and error.asked is not None:
        if error.reason == "login":
            place = url(error.asked.host, error.asked.target)
            return f"login attempt to {place} failed with status: {status_text(error.status)}"
        return f"{asked_words(error.asked)}: {registry_words(error)}"
    if isinstance(error, Unreachable) and error.reason == "timed out":
        canceled = "net/http: request canceled (Client.Timeout exceeded while awaiting headers)"
        return f"{asked_words(error.asked)}: {canceled}"
    return _other_words(error)


def registry_words(error: RegistryError) -> str:
    """A registry's refusal; several at once make a list (``errcode.Errors``)."""
    if error.also:
        lines = "".join(f"{_one(each)}\n" for each in (error, *error.also))
        return f"errors:\n{lines}"
    return _one(error)


def _one(error: RegistryError) -> str:
    if error.reason == "no-credentials":
        return "no basic auth credentials"
    if error.reason == "status":
        return f"received unexpected HTTP status: {status_text(error.status)}"
    if error.reason == "body":
        return f"unknown: {error.message.rstrip()}"
    code = error.code.lower().replace("_", " ") or "unknown"
    return f"{code}: {error.message}" if error.message else code


def status_text(status: int) -> str:
    """A status with Go's name for it: ``401 Unauthorized``."""
    return f"{status} {_STATUS.get(status, '')}".rstrip()


def _other_words(error: LabError) -> str:
    if isinstance(error, Unreachable):
        if error.reason == "unexpected EOF":  # while the body was read, so not Go's client's error
            return error.reason
        return unreachable_words(error)
    if isinstance(error, Mismatch):
        return _mismatch(error)
    if isinstance(error, UnknownImage):
        return f"no matching manifest for {error.name} in the manifest list entries"
    return str(error)


def _mismatch(error: Mismatch) -> str:
    if error.subject == "layer":
        return f"filesystem layer verification failed for digest {error.digest}"
    if error.subject == "config":
        return (
            "error pulling image configuration: "
            f"image config verification failed for digest {error.digest}"
        )
    if error.subject == "rootfs":
        return "layers from manifest don't match image configuration"
    return f"manifest verification failed for digest {error.digest}"


def asked_words(request: Request | None) -> str:
    """The request that failed, as ``net/url`` names it: ``Get "https://host/v2/"``."""
    if request is None:
        return "Get"
    return f'{request.method.capitalize()} "{url(request.host, request.target)}"'


def url(host: str, path: str) -> str:
    """The address of a resource; plain HTTP for the machine itself, as Docker does."""
    return f"{'http' if is_here(host) else 'https'}://{host}{path}"


def host_of(server: str) -> str:
    """The host and port in what somebody wrote for a server, maybe a URL."""
    return server.removeprefix("https://").removeprefix("http://").partition("/")[0]


def unreachable_words(error: Unreachable) -> str:
    """A request that nobody answered, and what Go's packages say of it."""
    return f"{asked_words(error.asked)}: {network_words(error)}"


def network_words(error: Unreachable) -> str:
    """What Go's network code says of a host that was not reached."""
    host, _, port = error.host.partition(":")
    address = "127.0.0.1" if host == "localhost" else host
    if error.reason == "no such host":
        return f"dial tcp: lookup {host} on {_NAME_SERVER}: no such host"
    if error.reason == "connection refused":
        port = port or ("80" if is_here(host) else "443")
        return f"dial tcp {_address(address)}:{port}: connect: connection refused"
    if error.reason.startswith("certificate "):
        return f"x509: {error.reason}"
    return _GO.get(error.reason, error.reason)


def is_here(host: str) -> bool:
    """Whether a host is the machine itself, which the daemon reaches without TLS."""
    name = host.partition(":")[0]
    return name == "localhost" or name.startswith("127.")


def _address(host: str) -> str:
    """The host as an address; for a name, one of those kept for documentation (RFC 5737)."""
    if host.replace(".", "").isdigit():
        return host
    return f"203.0.113.{sum(host.encode()) % 254 + 1}"
