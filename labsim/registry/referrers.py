"""Who speaks of a manifest: signatures, bills of materials, whatever names it as its ``subject``.

The list is an index that nobody pushed.  It is made of the manifests in this repository, and so is
never out of date: one that is deleted is gone from it, one that came before its subject is in it,
and so is one that was pushed while the list was switched off, whether a client listed it under a
tag (``sha256-…``, the "Referrers Tag Schema") or not ("Enabling the Referrers API").

Source: OCI distribution-spec 1.1, "Listing Referrers" (end-12a, end-12b).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsim.image import OCI_INDEX
from labsim.registry.answers import API_VERSION, NOSNIFF, Astray, encoded, plain
from labsim.registry.blobs import check_digest
from labsim.registry.call import Call
from labsim.registry.store import StoredManifest
from labsim.wire import Response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from labsim.registry.registry import Registry

__all__ = ["may_list", "referrers"]

_HEAD = f'{{"schemaVersion":2,"mediaType":"{OCI_INDEX}","manifests":['


def referrers(registry: Registry, call: Call) -> Response:
    """The referrers by digest, of one ``artifactType`` where that is asked; an empty list for none.

    A page is as long as a manifest may be: a client need not be able to read a longer one.
    """
    kind = call.query.get("artifactType", "")
    found = sorted(_asked_for(registry, call, kind), key=lambda stored: stored.digest)
    page, size = [], len(_HEAD) + 2
    for stored in found:
        page.append(_entry(stored))
        size += len(page[-1]) + 1
        if size > registry.policy["manifest_limit"] and len(page) > 1:
            page.pop()
            break
    headers = [_next(call, found[len(page) - 1].digest, kind)] if len(page) < len(found) else []
    if kind:
        headers.append(("OCI-Filters-Applied", "artifactType"))
    body = f"{_HEAD}{','.join(page)}]}}".encode()
    length = ("Content-Length", str(len(body)))
    kind_of_body = ("Content-Type", OCI_INDEX)
    return Response(200, (length, kind_of_body, API_VERSION, *headers, NOSNIFF), body)


def may_list(registry: Registry, call: Call) -> None:
    """The guard: a registry without such lists has no such path; a digest must be one."""
    if not registry.policy["referrers"]:
        raise Astray(plain(404, "404 page not found\n"))
    check_digest(call.argument)


def _asked_for(registry: Registry, call: Call, kind: str) -> Iterable[StoredManifest]:
    repository = registry.store.find(call.name)
    last = call.query.get("last", "")
    for stored in repository.referrers(call.argument) if repository else ():
        if stored.digest > last and kind in ("", stored.artifact_type):
            yield stored


def _entry(stored: StoredManifest) -> str:
    """A descriptor: of what type, how long, which; and what it says of itself."""
    entry: dict[str, object] = {
        "mediaType": stored.media_type,
        "digest": stored.digest,
        "size": stored.blob.size,
    }
    if stored.artifact_type:
        entry["artifactType"] = stored.artifact_type
    if stored.annotations:
        entry["annotations"] = stored.annotations
    return encoded(entry)


def _next(call: Call, last: str, kind: str) -> tuple[str, str]:
    from urllib.parse import quote  # as in labsim.wire: a push need not wait for it

    query = f"artifactType={quote(kind, safe='')}&last={last}" if kind else f"last={last}"
    return ("Link", f'</v2/{call.name}/referrers/{call.argument}?{query}>; rel="next"')
