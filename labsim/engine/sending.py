"""The containerd engine's push: which document a name sends, and the dialogues that do it.

An index goes whole if all that it leads to is here.  Otherwise the one image of it goes that is for
this machine, and the registry's tag leads to something that no local name does.

Source: moby ``daemon/containerd/image_push.go`` (``getPushDescriptor``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import labsim.client.containerd.push as client
from labsim.engine.talking import remote
from labsim.errors import UnknownImage
from labsim.image import HERE, Descriptor, Platform
from labsim.reference import Reference
from labsim.wire import Dialogue

if TYPE_CHECKING:
    from labsim.client.containerd.push import PushOutcome
    from labsim.digest import ImageID
    from labsim.engine.containerd import Containerd

__all__ = ["planned", "push"]


def push(
    engine: Containerd,
    reference: Reference,
    *,
    all_tags: bool = False,
    platform: Platform | None = None,
) -> Dialogue:
    """Send an image under one of its names, or (``all_tags``) every tag of the repository."""
    outcomes = []
    for name, image_id in _names(engine, reference, all_tags=all_tags):
        whole, target = engine.target(image_id), _chosen(engine, image_id, platform)
        talk = client.push(remote(engine, name), name, engine.content, target)
        outcome: PushOutcome = yield from talk
        if platform is None and target.digest != whole.digest:
            outcome = outcome._replace(instead_of=whole.digest)
        outcomes.append(outcome)
    return outcomes


def planned(
    engine: Containerd, reference: Reference, *, all_tags: bool, platform: Platform | None
) -> list[tuple[str, list[tuple[Descriptor, bool]]]]:
    """Each tag that a push would send, with its blobs in the order of its lanes.

    With each blob comes whether it is shown while it travels: configs are not.  Of what cannot be
    pushed there is no plan.
    """
    found: list[tuple[str, list[tuple[Descriptor, bool]]]] = []
    try:
        for name, image_id in _names(engine, reference, all_tags=all_tags):
            target = _chosen(engine, image_id, platform)
            found.append((name.tag or "", list(client.blobs_of(engine.content, target))))
    except UnknownImage:
        return found
    return found


def _names(
    engine: Containerd, reference: Reference, *, all_tags: bool
) -> list[tuple[Reference, ImageID]]:
    """The names that a push sends; ``UnknownImage`` with the bare name where there is no tag."""
    if all_tags:
        found = engine.names.tags(reference.name)
        if not found:
            familiar = reference.familiar_name
            raise UnknownImage(f"no image here belongs to the repository {familiar}", familiar)
        return found
    name = reference if reference.digest is not None else reference.with_default_tag()
    image_id = engine.names.get(name)
    if image_id is None:
        raise UnknownImage(f"no image here is called {name.familiar}", name.familiar)
    return [(name, image_id)]


def _chosen(engine: Containerd, image_id: ImageID, platform: Platform | None) -> Descriptor:
    """The document to push; ``subject`` "platform" marks a platform that is not here."""
    whole = engine.target(image_id)
    if platform is None and engine.content.complete(whole):
        return whole
    wanted = platform or HERE
    for descriptor, runs_on in engine.manifests(image_id):
        if wanted.runs(runs_on) and engine.content.complete(descriptor):
            return descriptor
    error = UnknownImage(f"the image has nothing here for {wanted}", str(platform or ""))
    error.subject = "platform"
    raise error
