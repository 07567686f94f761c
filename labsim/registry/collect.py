"""Garbage collection: mark what is needed, sweep the rest, while pushes go on.

**Mark.**  In each repository the manifests that stay are marked: all of them, or, if untagged ones
are to go, those that a tag points to, with what their indexes list and with whatever speaks of them
(its ``subject`` is marked, so a signature stays without a tag of its own).  A blob is marked if a
marked manifest names it.

**Sweep.**  A repository's links to what is not marked go first, then each content that no
repository links to any more, and the bytes of uploads that have fallen silent.

**Why no push can fail because of it.** Between its first question and its manifest, a push relies
on blobs that nothing names yet.  Each time the registry tells a client that something is here (a
HEAD or GET answered 200, a blob mounted, an upload finished, a manifest accepted), the repository
*confirms* the digest: it notes when that request began.  A sweep at time s spares each link that
was confirmed after s - grace.  Now let a manifest's put be answered at time t, and let each thing
that it names have been confirmed by a request that began after t - grace.  A sweep answered before
the put has s ≤ t, so s - grace ≤ t - grace: either it spared the thing, or it came before the thing
was confirmed, and then it was there after the sweep.  A sweep answered later finds it marked.
Requests are answered one at a time, so no sweep falls into the middle of a put; and contents go
only when no link is left, so what a link promises can be read.  Hence: **a put does not fail for
anything that was confirmed within the grace before its answer.** A pull is safe by the same
argument unless somebody deletes its manifest: reading one confirms it, and what is confirmed is
marked with all that it names.

A registry that was restarted has forgotten what it confirmed before.  Its first sweep takes each
link without a note for confirmed at that moment, and spares it.  A grace of 0 spares nothing: for a
registry that nobody pushes to, as distribution asks for it.

Source: distribution ``docs/content/about/garbage-collection.md`` and
``registry/storage/garbagecollect.go``, which have mark and sweep but want pushes stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from labsim.registry.answers import Astray, document, encoded, plain
from labsim.registry.call import Call, count
from labsim.registry.store import Repository, Store, StoredManifest
from labsim.wire import Response

if TYPE_CHECKING:
    from labsim.registry.registry import Registry

__all__ = ["GRACE_S", "Marked", "Wish", "collect", "mark"]

#: How long what a client was told is relied on, unless the operator says otherwise: a day, since a
#: push may take hours and garbage is patient.
GRACE_S = 24 * 3600
_WISHES = ("dry_run", "untagged", "grace_s")


class Wish(NamedTuple):
    """What the operator asks for, and when."""

    at_us: int
    grace_s: int = GRACE_S
    untagged: bool = False
    dry_run: bool = False

    def spares(self, repository: Repository, digest: str) -> bool:
        """Whether this was confirmed so lately that somebody may rely on it."""
        since = repository.confirmed.get(digest, self.at_us)
        return self.at_us - since < self.grace_s * 1_000_000


class Marked(NamedTuple):
    """What becomes of one repository: the manifests that stay, what goes, and what is spared."""

    repository: Repository
    manifests: dict[str, StoredManifest]
    untagged: tuple[str, ...]
    links: tuple[str, ...]
    spared: int

    def stays(self) -> Iterable[str]:
        """Every digest that the repository will still serve."""
        yield from self.manifests
        yield from self.repository.blobs.keys() - set(self.links)


def collect(registry: Registry, call: Call) -> Response:
    """Collect garbage (``dry_run``, ``untagged``, ``grace_s``) and report, in JSON or in words."""
    wish = _wish(call)
    store = registry.store
    plans = [mark(repository, wish) for repository in store.repositories.values()]
    needed = {digest for plan in plans for digest in plan.stays()}
    contents = sorted({*store.blobs, *store.manifests, *store.loose} - needed)
    uploads = registry.uploads.stale(wish.at_us, wish.grace_s * 1_000_000)
    freed = sum(_size(store, digest) for digest in contents)
    freed += sum(session.writer.size for session in uploads)
    if not wish.dry_run:
        for plan in plans:
            _sweep(plan, wish)
        for digest in contents:
            store.forget(digest)
        for session in uploads:
            registry.uploads.close(session)
    if "text/plain" in call.request.headers.get("Accept"):
        return plain(200, _in_words(plans, contents))
    report = _report(wish, plans, contents)
    report |= {"uploads": len(uploads), "bytes": freed}
    return document(200, encoded(report) + "\n")


def mark(repository: Repository, wish: Wish) -> Marked:
    """Decide for one repository; changes nothing."""
    held = repository.manifests
    roots: Iterable[str] = held
    if wish.untagged:
        fresh = [digest for digest in held if wish.spares(repository, digest)]
        roots = [*repository.tags.values(), *fresh]
    stay = _reached(repository, roots)
    named = {digest for stored in stay.values() for digest in _named(stored)}
    unnamed = [digest for digest in repository.blobs if digest not in named]
    links = tuple(digest for digest in unnamed if not wish.spares(repository, digest))
    untagged = tuple(digest for digest in held if digest not in stay)
    return Marked(repository, stay, untagged, links, len(unnamed) - len(links))


def _reached(repository: Repository, roots: Iterable[str]) -> dict[str, StoredManifest]:
    """The roots that are here, what their indexes list, and what speaks of any of them."""
    reached: dict[str, StoredManifest] = {}
    ahead = [*reversed(list(roots))]
    while ahead:
        digest = ahead.pop()
        stored = repository.manifests.get(digest)
        if stored is None or digest in reached:
            continue
        reached[digest] = stored
        ahead += [child.digest for child in stored.children]
        ahead += [referrer.digest for referrer in repository.referrers(digest)]
    return reached


def _named(stored: StoredManifest) -> tuple[str, ...]:
    """What keeps its link because of this manifest, wherever its bytes are supposed to be."""
    return (*stored.names, *stored.elsewhere)


def _sweep(plan: Marked, wish: Wish) -> None:
    """Drop the links that go, and date those that have no note from before a restart."""
    repository = plan.repository
    for digest in plan.untagged:
        repository.withdraw(digest)
    for digest in plan.links:
        repository.unlink(digest)
    for digest in (*repository.blobs, *repository.manifests):
        repository.confirmed.setdefault(digest, wish.at_us)


def _size(store: Store, digest: str) -> int:
    loose = store.loose.get(digest)
    size = store.blobs[digest].size if digest in store.blobs else loose.size if loose else 0
    return size + (store.manifests[digest].blob.size if digest in store.manifests else 0)


# --- what is asked, and what is told -------------------------------------------------------------


def _wish(call: Call) -> Wish:
    """What was asked for; a ``dry_run`` that is spelled otherwise must not become a wet one."""
    query = call.query
    if strange := [name for name in query if name not in _WISHES]:
        raise Astray(plain(400, f"a collection takes {', '.join(_WISHES)}, not {strange[0]!r}\n"))
    grace_s = count(query.get("grace_s", str(GRACE_S)))
    if grace_s is None:
        raise Astray(plain(400, f"grace_s takes a number of seconds, not {query['grace_s']!r}\n"))
    return Wish(call.request.at_us, grace_s, _flag(query, "untagged"), _flag(query, "dry_run"))


def _flag(query: Mapping[str, str], name: str) -> bool:
    text = query.get(name, "false")
    if text not in ("true", "false"):
        raise Astray(plain(400, f"{name} takes true or false, not {text!r}\n"))
    return text == "true"


def _report(wish: Wish, plans: list[Marked], contents: list[str]) -> dict[str, object]:
    manifests = {digest for plan in plans for digest in plan.manifests}
    blobs = {digest for plan in plans for digest in _marked_blobs(plan)}
    return {
        "dry_run": wish.dry_run,
        "untagged": wish.untagged,
        "grace_s": wish.grace_s,
        "marked": {"manifests": len(manifests), "blobs": len(blobs)},
        "spared": sum(plan.spared for plan in plans),
        "manifests": _of_each(plans, lambda plan: plan.untagged),
        "links": _of_each(plans, lambda plan: plan.links),
        "contents": contents,
    }


def _of_each(
    plans: list[Marked], part: Callable[[Marked], tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    return {plan.repository.name: part(plan) for plan in plans if part(plan)}


def _marked_blobs(plan: Marked) -> list[str]:
    """What the manifests that stay are made of, manifest by manifest."""
    return [digest for stored in plan.manifests.values() for digest in stored.needs]


def _in_words(plans: list[Marked], contents: list[str]) -> str:
    """The report as ``registry garbage-collect`` writes it (2.8.2, and 3.x for the links)."""
    lines = []
    for plan in plans:
        name = plan.repository.name
        lines.append(name)
        lines += [f"manifest eligible for deletion: {digest}" for digest in plan.untagged]
        for digest, stored in plan.manifests.items():
            lines.append(f"{name}: marking manifest {digest} ")
            lines += [f"{name}: marking blob {needed}" for needed in stored.needs]
    marked = {digest for plan in plans for digest in (*plan.manifests, *_marked_blobs(plan))}
    untagged = sum(len(plan.untagged) for plan in plans)
    said = f"{len(marked)} blobs marked, {len(contents)} blobs and {untagged} manifests"
    lines += ["", f"{said} eligible for deletion"]
    lines += [f"blob eligible for deletion: {digest}" for digest in contents]
    for plan in plans:
        eligible = f"{plan.repository.name}: layer link eligible for deletion: "
        lines += [eligible + digest for digest in plan.links]
    return "\n".join(lines) + "\n"
