"""The containerd engine's pull: the dialogue, and what the store learns from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import labsim.client.containerd.pull as client
from labsim.client.login import tags
from labsim.engine.talking import remote, session
from labsim.image import HERE, Platform
from labsim.reference import Reference
from labsim.wire import Dialogue

if TYPE_CHECKING:
    from labsim.client.containerd.pull import PullOutcome
    from labsim.engine.containerd import Containerd

__all__ = ["pull"]


def pull(
    engine: Containerd,
    reference: Reference,
    *,
    all_tags: bool = False,
    platform: Platform | None = None,
) -> Dialogue:
    """Fetch an image and name it; returns its outcome (of ``all_tags`` a list of them)."""
    wanted = platform or HERE
    if not all_tags:
        return (yield from _one(engine, reference.with_default_tag(), wanted))
    outcomes = []
    for tag in (yield from tags(session(engine, reference), reference.repository)):
        outcome: PullOutcome = yield from _one(engine, reference.with_tag(tag), wanted)
        outcomes.append(outcome)
    return outcomes


def _one(engine: Containerd, reference: Reference, platform: Platform) -> Dialogue:
    """A name takes its place only when all is there; what it named before stays, unnamed."""
    talk = client.pull(remote(engine, reference), reference, engine.content, platform)
    outcome: PullOutcome = yield from talk
    image_id = engine.know(outcome.target)
    new = engine.names.get(reference) != image_id
    engine.names.point(reference, image_id)
    return outcome._replace(new=new)
