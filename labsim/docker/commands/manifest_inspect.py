"""``docker manifest inspect``: what a name leads to at its registry, whatever is on the laptop.

The command line asks the registry itself, so its words are not the daemon's: a refusal that might
mean "not here" is one sentence for all of them, and a registry without TLS counts as not there
unless ``--insecure`` is given, the laptop's own included.  CLI 28.2.2
``cli/command/manifest/inspect.go`` and ``internal/registryclient``.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from labsim.docker.grammar import Call, Command, Count
from labsim.docker.phrases import asked_words, network_words, registry_words
from labsim.docker.phrases import is_here as has_no_tls
from labsim.errors import CommandError, LabError, NotSimulated, RegistryError, Unreachable
from labsim.image import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, Index
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.client.looking import Looked
    from labsim.image import Descriptor, Platform

__all__ = ["COMMAND"]

_NOT_HERE = ("UNAUTHORIZED", "MANIFEST_UNKNOWN", "NAME_UNKNOWN")


def manifest_inspect(call: Call) -> int:
    """Print the manifest, or the index as the CLI writes it; ``-v`` with what it found out."""
    if len(call.arguments) > 1:
        return _of_a_list(call)
    reference = Reference(call.arguments[0]).with_default_tag()
    found = _looked(call, reference)
    if isinstance(found.manifest, Index):
        call.out(_verbose_list(reference, found) if call.flag("verbose") else _index(found))
    elif call.flag("verbose"):
        call.out(_tabbed(_verbose(str(reference), found)))
    else:
        call.out(_tabbed(json.loads(bytes(found.manifest))))
    return 0


def _of_a_list(call: Call) -> int:
    """Two names ask for one entry of a list that ``docker manifest create`` has made."""
    for name in call.arguments:
        Reference(name)
    raise NotSimulated(f"{call.path} of a list that is made here")


def _looked(call: Call, reference: Reference) -> Looked:
    """Ask the registry; its refusals as the CLI words them."""
    from labsim.engine import talking

    absent = CommandError(f"no such manifest: {reference}\n")
    if has_no_tls(reference.registry) and not call.flag("insecure"):
        raise absent
    run = call.seat.converse(talking.look(call.seat.engine, reference))
    call.trace = run.trace
    error = run.error
    if error is None:
        found: Looked = run.outcome
        return found
    if isinstance(error, RegistryError):
        raise absent if _means_absent(error) else CommandError(f"{registry_words(error)}\n")
    raise CommandError(f"{_unreachable(error)}\n")


def _means_absent(error: RegistryError) -> bool:
    return error.code in _NOT_HERE or error.reason == "no-credentials"


def _unreachable(error: LabError) -> str:
    if isinstance(error, Unreachable):
        words = f"{asked_words(error.asked)}: {network_words(error)}"
        return f"failed to configure transport: error pinging v2 registry: {words}"
    return str(error)


# -- documents -------------------------------------------------------------------------------------


def _index(found: Looked) -> str:
    """The list made anew: indented by three, without what the CLI does not know of."""
    children = [
        {**_descriptor(child.descriptor, size_first=True), **_platform(child.platform)}
        for child in found.children
    ]
    document = {
        "schemaVersion": 2,
        "mediaType": _list_type(found),
        "manifests": children,
    }
    return json.dumps(document, indent=3) + "\n"


def _list_type(found: Looked) -> str:
    oci = found.children and found.children[0].descriptor.media_type == OCI_MANIFEST
    return OCI_INDEX if oci else "application/vnd.docker.distribution.manifest.list.v2+json"


def _verbose_list(reference: Reference, found: Looked) -> str:
    name = str(reference)
    return _tabbed([_verbose(f"{name}@{one.descriptor.digest}", one) for one in found.children])


def _verbose(name: str, found: Looked) -> dict[str, Any]:
    kind = "SchemaV2Manifest" if found.descriptor.media_type == DOCKER_MANIFEST else "OCIManifest"
    return {
        "Ref": name,
        "Descriptor": {**_descriptor(found.descriptor), **_platform(found.platform)},
        "Raw": base64.b64encode(bytes(found.manifest)).decode(),
        kind: json.loads(bytes(found.manifest)),
    }


def _descriptor(descriptor: Descriptor, *, size_first: bool = False) -> dict[str, Any]:
    parts: dict[str, Any] = {"digest": str(descriptor.digest), "size": descriptor.size}
    order = ("size", "digest") if size_first else ("digest", "size")
    return {"mediaType": descriptor.media_type} | {key: parts[key] for key in order}


def _platform(platform: Platform | None) -> dict[str, Any]:
    if platform is None:
        return {}
    variant = {"variant": platform.variant} if platform.variant else {}
    return {"platform": {"architecture": platform.architecture, "os": platform.os, **variant}}


def _tabbed(document: object) -> str:
    return json.dumps(document, indent="\t", ensure_ascii=False) + "\n"


COMMAND = Command(
    "manifest_inspect",
    Count(1, 2),
    manifest_inspect,
    simulated=frozenset({"insecure", "verbose"}),
)
