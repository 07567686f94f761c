"""A registry as somebody sees it: repositories, tags, manifests and blobs, as far as they may look.

What an account may do is the registry's own answer (:mod:`labsim.registry.access`).  A repository
that somebody may not read does not exist for them; the lab only counts how many there are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from labsim.course import views
from labsim.errors import LabError
from labsim.figures.bricks import Brick
from labsim.figures.figure import Figure, Table, bytes_text, scroll
from labsim.figures.merkle import merkle
from labsim.image import Image
from labsim.lab import Lab

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.registry import Registry
    from labsim.registry.store import Repository, StoredManifest

__all__ = ["ANYONE", "Seen", "browse", "may", "onlookers", "references", "repositories"]

#: Who shows no credentials.
ANYONE = ""
_ALL = ("pull", "push", "delete")


class Seen(NamedTuple):
    """A repository as somebody sees it: what they may do there, and how much there is."""

    name: str
    visibility: str
    rights: tuple[str, ...]
    tags: int
    manifests: int
    blobs: int


def onlookers(lab: Lab, host: str) -> tuple[str, ...]:
    """As whom one can look: oneself first where one has an account there, then others, anyone."""
    accounts = list(lab.registry(host).access.accounts)
    own = [lab.user] if lab.user in accounts else []
    return (*own, *(name for name in accounts if name not in own), ANYONE)


def may(registry: Registry, account: str, name: str) -> tuple[str, ...]:
    """What an account may do with a repository, as the registry's door would have it."""
    if registry.access.open:
        return _ALL
    if not account and not registry.access.bearer:
        return ()  # a password with every request
    rights = registry.access.rights(account, name)
    return tuple(right for right in _ALL if right in rights)


def repositories(lab: Lab, host: str, account: str) -> list[Seen]:
    """What somebody sees of a registry."""
    registry = lab.registry(host)
    found = []
    for name, one in registry.store.repositories.items():
        rights = may(registry, account, name)
        if "pull" in rights:
            counts = len(one.tags), len(one.manifests), len(one.blobs)
            found.append(Seen(name, one.visibility, rights, *counts))
    return found


def references(lab: Lab, host: str, account: str, repository: str) -> tuple[str, ...]:
    """The tags of a repository, then the digests of manifests that have none."""
    one = _repository(lab, host, account, repository)
    tagged = set(one.tags.values())
    return (*one.tags, *(str(digest) for digest in one.manifests if digest not in tagged))


def browse(
    lab: Lab, host: str, account: str = ANYONE, repository: str = "", reference: str = ""
) -> Figure:
    """A registry, one repository of it, or one manifest there; LabError for what is hidden."""
    if not repository:
        return _overview(lab, host, account)
    one = _repository(lab, host, account, repository)
    if not reference:
        shown = views.shelved(lab, host, repository)
        sentence = f"{repository} is {one.visibility}: {_counted(one)}."
        return Figure(shown.html, f"{sentence}\n\n{shown.text}", shown.data)
    stored = one.manifest(reference)
    if stored is None:
        raise LabError(f"{repository} has no manifest {reference!r}")
    return _manifest(one, reference, stored, views.known(lab))


def _repository(lab: Lab, host: str, account: str, name: str) -> Repository:
    registry = lab.registry(host)
    one = registry.store.find(name)
    if one is None or "pull" not in may(registry, account, name):
        raise LabError(f"for {account or 'anyone'} there is no repository {name!r} at {host}")
    return one


def _counted(one: Repository) -> str:
    counts = {"tag": len(one.tags), "manifest": len(one.manifests), "blob": len(one.blobs)}
    words = [f"{count} {noun}{'s' * (count != 1)}" for noun, count in counts.items()]
    return f"{words[0]}, {words[1]} and {words[2]}"


# --- the whole registry --------------------------------------------------------------------------

_OVERVIEW = ("repository", "visibility", "may", "tags", "manifests", "blobs")


def _overview(lab: Lab, host: str, account: str) -> Figure:
    seen = repositories(lab, host, account)
    hidden = len(lab.registry(host).store.repositories) - len(seen)
    rows = [(one.name, one.visibility, ", ".join(one.rights), *map(str, one[3:])) for one in seen]
    who = account or "anyone"
    there = f"{len(seen)} {'repository' if len(seen) == 1 else 'repositories'}"
    sentence = f"As {who}, {host} has {there}{_beside(hidden)}."
    table = Table(f"Repositories as {who} sees them", _OVERVIEW, rows)
    text = f"{sentence}\n\n{table.text}" if rows else sentence
    return Figure(table.html if rows else "", text, table.data)


def _beside(hidden: int) -> str:
    if not hidden:
        return ""
    return f"; {hidden} more {'is' if hidden == 1 else 'are'} not there for them"


# --- one manifest --------------------------------------------------------------------------------

_PARTS = ("part", "digest", "size", "also in")


def _manifest(
    one: Repository, reference: str, stored: StoredManifest, layers: Mapping[str, Brick]
) -> Figure:
    """The bytes as they were pushed, what they name, and the tree of digests where there is one."""
    kind = "index" if stored.children and not stored.needs else "manifest"
    sentence = (
        f"{one.name}{'@' if ':' in reference else ':'}{reference} is the {kind}"
        f" {stored.digest.short} of {bytes_text(stored.blob.size)}."
    )
    table = Table(f"What the {kind} names", _PARTS, _parts(one, stored))
    document = _document(stored)
    page = scroll(document, f"The {kind} as it was pushed")
    tree = _tree(one, stored, layers)
    html = "".join([table.html, tree.html if tree else "", page])
    text = "\n\n".join([sentence, table.text, *([tree.text] if tree else []), document])
    return Figure(html, text, table.data)


def _parts(one: Repository, stored: StoredManifest) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for at, digest in enumerate(stored.needs):
        blob = one.blob(digest)
        size = "elsewhere" if blob is None else bytes_text(blob.size)
        part = f"layer {at}" if at else "config"
        rows.append((part, digest.short, size, ", ".join(_others(one, stored, digest))))
    for child in stored.children:
        found = one.manifest(child.digest)
        size = bytes_text(found.blob.size) if found else "not here"
        rows.append((child.platform or "manifest", child.digest.short, size, ""))
    return rows


def _others(one: Repository, stored: StoredManifest, digest: str) -> list[str]:
    """The tags of other manifests of this repository that name the same content."""
    return [
        tag
        for tag, named in one.tags.items()
        if named != stored.digest and digest in one.manifests[named].needs
    ]


def _document(stored: StoredManifest) -> str:
    """The JSON with a line for each value, so that it can be read; the bytes have none."""
    return json.dumps(json.loads(bytes(stored.blob)), indent=2, ensure_ascii=False)


def _tree(one: Repository, stored: StoredManifest, layers: Mapping[str, Brick]) -> Figure | None:
    """The tree of digests; none where a part is missing, or is no layer of files."""
    blobs = [one.blob(digest) for digest in stored.needs]
    there = [blob for blob in blobs if blob is not None]
    if len(there) != len(blobs) or len(there) < 2:
        return None
    try:
        image = Image.read(there[0], there[1:])
    except LabError:
        return None
    kind = "docker" if "docker" in stored.media_type else "oci"
    return merkle(image, kind=kind, layers=layers)
