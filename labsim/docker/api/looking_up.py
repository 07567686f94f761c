"""What a registry says about a name, in a daemon's words: a descriptor, and for which platforms.

Source: moby 20.10 ``api/server/router/distribution/distribution_routes.go``.
"""

from __future__ import annotations

from typing import Any

from labsim.client.session import Session
from labsim.digest import Digest
from labsim.image import INDEX_TYPES, MANIFEST_TYPES, Config, Descriptor, Index, Manifest, Platform
from labsim.reference import DEFAULT_REGISTRY, Reference
from labsim.wire import Dialogue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.engine import Engine

__all__ = ["descriptor_of"]

#: Where the Hub's registry really lives.
_HUB_API = "registry-1.docker.io"


def descriptor_of(engine: Engine, reference: Reference) -> Dialogue:
    """``GET /distribution/{name}/json``: asks for the manifest, and of an image for its config."""
    host = reference.registry
    api = _HUB_API if host == DEFAULT_REGISTRY else host
    session = Session(api, engine.credentials.get(host), peer=engine.peer)
    session.claim(reference.repository, "pull")
    yield from session.ping()
    wanted = reference.digest or reference.tag
    base = f"/v2/{reference.repository}"
    accept = tuple(("Accept", kind) for kind in (*MANIFEST_TYPES, *INDEX_TYPES))
    found = yield from session.ask("GET", f"{base}/manifests/{wanted}", "inspect", accept)
    if not found.ok:
        raise session.refused(found)
    kind = found.headers.get("Content-Type")
    if kind in INDEX_TYPES:
        children = Index.read(kind, found.body).manifests
        platforms = [child.platform for child in children if child.platform]
    else:
        config = Manifest.read(kind, found.body).config
        answer = yield from session.ask("GET", f"{base}/blobs/{config.digest}", "inspect")
        if not answer.ok:
            raise session.refused(answer)
        platforms = [Config.read(answer.body).platform]
    digest = Digest(found.headers.get("Docker-Content-Digest") or str(found.body.digest))
    return {
        "Descriptor": Descriptor(kind, digest, found.body.size).document(),
        "Platforms": [_platform(one) for one in platforms],
    }


def _platform(platform: Platform) -> dict[str, Any]:
    """In the order of image-spec's ``Platform``."""
    named = {"architecture": platform.architecture, "os": platform.os, "variant": platform.variant}
    return {key: value for key, value in named.items() if value}
