"""Why a true registry answers a request as it does: what it finds when it looks.

Each sentence is read from the registry's own state and names no status, so it is a hint before the
answer and a reason after it.
"""

from __future__ import annotations

import json
from urllib.parse import parse_qs

from labsim.course.responses import purpose
from labsim.figures.figure import bytes_text
from labsim.wire import Request, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.registry import Registry

__all__ = ["blob_of", "ground"]

_NO_SESSION = "no such session is open here"
_NOBODY = "this registry has accounts, and the client does not say who it is"
_PLAIN = {
    "open": "an upload begins with a session, and nothing is stored yet",
    "send": "these bytes follow what has come in this session so far",
    "cancel": "the session is open, and nobody needs it any more",
}


def ground(request: Request, registry: Registry, true: Response) -> str:
    """What decides about the true answer, as half a sentence."""
    act = purpose(request)
    if act == "greet":
        return _greeted(request, registry)
    if true.status in (401, 403):
        came = request.headers.get("Authorization")
        return "the token that came along does not grant this" if came else _NOBODY
    if act in ("send", "seal", "cancel") and true.status == 404:
        return _NO_SESSION
    if act == "ask":
        return _held(request, registry)
    if act == "resolve":
        return _named(request, registry)
    if act == "mount":
        return _mountable(request, registry)
    if act == "seal":
        same = "that" if true.ok else "another"
        return f"the bytes that have come have {same} digest"
    if act == "tag":
        return _complete(request, registry)
    return _PLAIN.get(act, "it is asked for nothing that it has to look up")


def blob_of(request: Request) -> str:
    """The digest that a request names; empty where it names none."""
    query = parse_qs(request.target.partition("?")[2])
    named = query.get("mount") or query.get("digest") or [request.path.rpartition("/")[2]]
    return named[0] if ":" in named[0] else ""


def _repository(request: Request) -> str:
    return request.path.removeprefix("/v2/").partition("/blobs/")[0].partition("/manifests/")[0]


def _greeted(request: Request, registry: Registry) -> str:
    if registry.access.open:
        return "this registry has no accounts, and lets anybody in"
    if request.headers.get("Authorization"):
        return "the client shows who it is"
    return _NOBODY


def _held(request: Request, registry: Registry) -> str:
    name, digest = _repository(request), blob_of(request)
    holders = [one for one, it in registry.store.repositories.items() if it.blob(digest)]
    if name in holders:
        return f"{name} links to this blob"
    if not holders:
        return f"no repository here links to this blob, so neither does {name}"
    others = f"{holders[0]} does" if len(holders) == 1 else f"{' and '.join(holders[:2])} do"
    return f"{name} does not link to this blob, but {others}"


def _named(request: Request, registry: Registry) -> str:
    name, tag = _repository(request), request.path.rpartition("/")[2]
    repository = registry.store.find(name)
    there = repository is not None and repository.manifest(tag) is not None
    return f"{name} has {'a' if there else 'no'} manifest under {tag}"


def _mountable(request: Request, registry: Registry) -> str:
    source = parse_qs(request.target.partition("?")[2]).get("from", [""])[0]
    blob = registry.mountable(blob_of(request), source)
    if blob is not None:
        size = bytes_text(blob.size)
        return f"{source} has this blob of {size}, and a link to it costs no byte"
    held = registry.store.find(source)
    if held is not None and held.blob(blob_of(request)):
        return f"this registry mounts nothing from {source}"
    return f"{source} has no such blob"


def _complete(request: Request, registry: Registry) -> str:
    """How much of what a manifest names is in its repository."""
    try:
        body = json.loads(bytes(request.body))
        names = [body["config"]["digest"], *(layer["digest"] for layer in body["layers"])]
    except (ValueError, KeyError, TypeError):
        return "the manifest is read as it is"
    repository = registry.store.find(_repository(request))
    here = [repository is not None and repository.blob(name) is not None for name in names]
    count = f"the manifest names {len(names)} blobs, and {_repository(request)} links to"
    return f"{count} {'all of them' if all(here) else f'{sum(here)} of them'}"
