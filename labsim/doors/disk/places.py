"""Where things lie in a store's folder.

::

    DIR/
    ├── oci-layout                an OCI image layout, which other tools read:
    ├── index.json                  every tag, with its manifest
    ├── blobs/sha256/9f86d0…        layers, configs and manifests, each once
    └── labsim/                   what a registry knows besides
        ├── lock                    held while a process has the store open
        ├── closed                  the last process ended in order, and everything lasts
        ├── repositories/team/app/
        │   ├── _about/visibility   one fact a file
        │   ├── _blob/sha256-9f86d0…
        │   ├── _manifest/sha256-a0c1…
        │   └── _tag/v1
        ├── uploads/<id>/           about, data
        ├── new/                    files that have no name yet
        └── damaged/                where a repair puts what does not match its name

A fact's file holds the whole fact, so its path only has to be its own.  No component of a
repository's name begins with ``_``, and none of ours does not.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256

from labsim.digest import Digest
from labsim.errors import Mismatch
from labsim.registry.shelf import Fact

__all__ = [
    "ABOUT",
    "BLOBS",
    "CLOSED",
    "DAMAGED",
    "DATA",
    "INDEX",
    "LAYOUT",
    "LOCK",
    "NEW",
    "OURS",
    "REPOSITORIES",
    "UPLOADS",
    "blob_path",
    "digest_at",
    "fact_folder",
    "fact_path",
    "fact_text",
    "read_fact",
]

LAYOUT, INDEX, BLOBS = "oci-layout", "index.json", "blobs"
OURS = "labsim"
LOCK, CLOSED, NEW = f"{OURS}/lock", f"{OURS}/closed", f"{OURS}/new"
REPOSITORIES, UPLOADS, DAMAGED = f"{OURS}/repositories", f"{OURS}/uploads", f"{OURS}/damaged"
ABOUT, DATA = "about", "data"
_KINDS = ("about", "member", "blob", "manifest", "tag")

#: Names that Windows keeps for devices, whatever their case and ending.
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))]
)
_LONGEST = 100
_STRANGE = re.compile("[^A-Za-z0-9_.-]")


def blob_path(digest: str) -> str:
    """Where the content of that name is."""
    algorithm, _, digits = digest.partition(":")
    return f"{BLOBS}/{algorithm}/{digits}"


def digest_at(algorithm: str, name: str) -> Digest | None:
    """The digest that a file of that name claims to have; None for any other file."""
    try:
        return Digest(f"{algorithm}:{name}")
    except Mismatch:
        return None


def fact_folder(repository: str, kind: str) -> str:
    """The folder of a repository's facts of one kind."""
    parts = "/".join(_harmless(part) for part in repository.split("/"))
    return f"{REPOSITORIES}/{parts}/_{kind}"


def fact_path(repository: str, kind: str, name: str) -> str:
    """The file of one fact."""
    return f"{fact_folder(repository, kind)}/{_leaf(name)}"


def fact_text(fact: Fact) -> bytes:
    """What the file of a fact holds: one line of JSON."""
    return json.dumps(list(fact), ensure_ascii=True).encode() + b"\n"


def read_fact(text: bytes) -> Fact | None:
    """The fact in a file; None when it holds none."""
    try:
        row = json.loads(text)
    except ValueError:
        return None
    if not isinstance(row, list) or len(row) != len(Fact._fields):
        return None
    fact = Fact(*row)
    return fact if all(isinstance(part, str) for part in fact) and fact.kind in _KINDS else None


def _leaf(name: str) -> str:
    """A file name of its own for each name, on file systems too that do not tell V1 from v1."""
    if digest_at(*name.partition(":")[::2]) is not None:
        return name.replace(":", "-")
    plain = _STRANGE.sub("-", name)
    if plain == name == name.lower() and len(name) <= _LONGEST and name[-1] != ".":
        return _harmless(plain)
    return f"{plain[:40].lower().rstrip('.')}~{sha256(name.encode()).hexdigest()[:32]}"


def _harmless(part: str) -> str:
    """The part itself, unless Windows takes it for a device."""
    return f"{part}~" if part.partition(".")[0].lower() in _DEVICES else part
