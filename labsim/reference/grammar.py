"""What may be written in an image name, atom by atom, and how Docker reads it.

::

    ghcr.io:443 / team/app : v1 @ sha256:9f86d081…
    ╰─ domain ─╯ ╰─ path ─╯ ╰tag╯ ╰── digest ───╯

Only the path must be there.  The atoms below are ASCII on purpose: ``é`` and ``٣`` are no letters
and digits here.  Source: ``distribution/reference`` v0.6.0, ``regexp.go`` and ``normalize.go``,
which docker CLI 28 and 29 read names with; the order of the tests in :func:`read` is theirs too,
because it decides which sentence a wrong name gets.
"""

from __future__ import annotations

import re
from functools import lru_cache

from labsim.digest import HEX_LENGTHS, Digest
from labsim.errors import InvalidReference

__all__ = ["read", "split"]

# --- the path: what a registry calls the repository ----------------------------------------------

RUN = "[a-z0-9]+"
#: One dot, one or two underscores, or any number of hyphens; never mixed, never at an end.
SEPARATOR = "(?:[.]|_{1,2}|-+)"
COMPONENT = f"{RUN}(?:{SEPARATOR}{RUN})*"
PATH = f"{COMPONENT}(?:/{COMPONENT})*"

# --- the domain: which registry ------------------------------------------------------------------

LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
HOSTNAME = f"{LABEL}(?:[.]{LABEL})*"
#: No zone (``%eth0``) and no dotted tail (``::192.0.2.1``).
IPV6 = r"\[[0-9A-Fa-f:]+\]"
PORT = "[0-9]+"
DOMAIN = f"(?:{HOSTNAME}|{IPV6})(?::{PORT})?"

# --- tag and digest: which image of the repository -----------------------------------------------

TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
ALGORITHM = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*"
#: Generous: :func:`checked_digest` then asks for the algorithm's own length.
DIGEST_MINIMUM = 32
DIGEST = f"{ALGORITHM}:[0-9A-Fa-f]{{{DIGEST_MINIMUM},}}"

REFERENCE = re.compile(f"(?:({DOMAIN})/)?({PATH})(?::({TAG}))?(?:@({DIGEST}))?")
#: A digest's bare hexadecimal digits: the id of an image, never the name of a repository.
IDENTIFIER = re.compile("[0-9a-f]{64}")

# --- what is filled in, and what is too much -----------------------------------------------------

DEFAULT_REGISTRY = "docker.io"
LEGACY_REGISTRY = "index.docker.io"
OFFICIAL = "library/"
DEFAULT_TAG = "latest"
#: Of the path alone, ``library/`` included, the domain not (it was included before v0.6.0).
PATH_LIMIT = 255
TAG_LIMIT = 128

# --- Docker's sentences --------------------------------------------------------------------------

BAD_FORMAT = "invalid reference format"
# "64-byte" is their word for 64 digits.
BAD_IDENTIFIER = "invalid repository name ({}), cannot specify 64-byte hexadecimal strings"
BAD_CASE = "invalid reference format: repository name ({}) must be lowercase"
BAD_CASE_SOMEWHERE = "repository name must be lowercase"
TOO_LONG = f"repository name must not be more than {PATH_LIMIT} characters"
BAD_DIGEST_LENGTH = "invalid checksum digest length"
BAD_DIGEST_FORMAT = "invalid checksum digest format"
BAD_DIGEST_ALGORITHM = "unsupported digest algorithm"
BAD_TAG = "invalid tag format"


@lru_cache(maxsize=1024)
def read(text: str) -> tuple[str, str, str | None, Digest | None]:
    """Registry, repository, tag and digest of a name; InvalidReference where it is none.

    The registry is empty in one odd case: ``test_com.x/foo`` has a dot in front, so it is not on
    docker.io, and an underscore, so that front is no host either.  A session names few things and
    each of them often, a replay all of them again: what was read is remembered.
    """
    if IDENTIFIER.fullmatch(text):
        raise misread(BAD_IDENTIFIER.format(text), text)
    domain, rest = split(text)
    path = rest.partition(":")[0]
    if path.lower() != path:
        raise misread(BAD_CASE.format(path), text)
    found = REFERENCE.fullmatch(f"{domain}/{rest}")
    if found is None:
        raise misread(_fault(f"{domain}/{rest}"), text)
    registry, repository, tag, digest = found.groups()
    if len(repository) > PATH_LIMIT:
        raise misread(TOO_LONG, text)
    return registry or "", repository, tag, checked_digest(digest, text) if digest else None


def split(text: str) -> tuple[str, str]:
    """The registry's domain, filled in where none is written, and all that follows it.

    >>> split("golang:1.23"), split("localhost:5000/app")
    (('docker.io', 'library/golang:1.23'), ('localhost:5000', 'app'))
    """
    first, slash, rest = text.partition("/")
    if not slash:
        return DEFAULT_REGISTRY, OFFICIAL + text
    if not names_host(first):
        return DEFAULT_REGISTRY, text
    domain = DEFAULT_REGISTRY if first == LEGACY_REGISTRY else first
    if domain == DEFAULT_REGISTRY and "/" not in rest:
        rest = OFFICIAL + rest
    return domain, rest


def names_host(first: str) -> bool:
    """Whether the text before the first ``/`` is meant as a registry's host, not as a namespace."""
    return first == "localhost" or "." in first or ":" in first or first.lower() != first


def checked_tag(text: str) -> str:
    """The tag, if it is one."""
    if not re.fullmatch(TAG, text):
        raise misread(BAD_TAG, text)
    return text


def checked_digest(text: str, source: str) -> Digest:
    """A digest that fits the grammar, held against what its algorithm really produces."""
    algorithm, _, digits = text.partition(":")
    length = HEX_LENGTHS.get(algorithm)
    if length is None:
        known = algorithm.lower() == algorithm  # go-digest calls SHA256 badly written, not unknown
        raise misread(BAD_DIGEST_ALGORITHM if known else BAD_DIGEST_FORMAT, source)
    if len(digits) != length:
        raise misread(BAD_DIGEST_LENGTH, source)
    if digits.lower() != digits:
        raise misread(BAD_DIGEST_FORMAT, source)
    return Digest.from_hex(digits, algorithm)


def _fault(whole: str) -> str:
    """Which of two sentences: a name that lower case would mend gets its own."""
    # Two letters outside ASCII have an ASCII lower case; Python writes the first as i and a dot.
    lowered = whole.replace("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "i").lower()
    return BAD_CASE_SOMEWHERE if REFERENCE.fullmatch(lowered) else BAD_FORMAT


def misread(fault: str, source: str) -> InvalidReference:
    """The error to raise, with the place and a hint (worked out now, since something is wrong)."""
    from labsim.reference.diagnosis import diagnose

    span, hint = diagnose(source, fault)
    return InvalidReference(fault, source, span, hint)
