"""What of a request may be written down, in a lab's journal or in a door's trace.

Only what is known to matter to a registry or to a story, so that a secret in a header or in a
parameter that nobody has thought of is not kept: a cookie, a proxy's password, ``?access_token=``.
What is shown of a proof that is kept is the matter of :mod:`labsim.secrecy`.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote_plus

__all__ = ["kept_headers", "kept_target"]

_HEADERS = frozenset(
    (
        *("accept", "accept-ranges", "allow", "authorization", "cache-control"),
        *("content-length", "content-range", "content-type", "date"),
        *("docker-content-digest", "docker-distribution-api-version", "docker-upload-uuid"),
        *("docker-ratelimit-source", "ratelimit-limit", "ratelimit-remaining", "retry-after"),
        *("etag", "if-match", "if-none-match", "if-range", "link", "location", "range"),
        *("oci-chunk-min-length", "oci-filters-applied", "oci-subject", "oci-tag"),
        *("user-agent", "warning", "www-authenticate", "x-content-type-options"),
    )
)
_PARAMETERS = frozenset(
    (
        *("_state", "account", "artifactType", "client_id", "digest", "digest-algorithm"),
        *("dry_run", "from", "grace_s", "last", "mount", "n", "ns", "offline_token", "scope"),
        *("service", "tag", "untagged"),
    )
)


def kept_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers that may be kept; ``Authorization`` is among them, and not veiled yet."""
    return [(name, value) for name, value in headers if name.lower() in _HEADERS]


def kept_target(target: str) -> str:
    """The target without the parameters that no registry knows; they change no answer."""
    path, mark, query = target.partition("?")
    if not mark:
        return target
    pairs = [
        pair for pair in query.split("&") if unquote_plus(pair.partition("=")[0]) in _PARAMETERS
    ]
    return f"{path}?{'&'.join(pairs)}" if pairs else path
