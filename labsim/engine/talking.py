"""The engine's verbs that talk to registries, as dialogues.

Each begins with who it is (the login stored for the registry that the name leads to) and ends with
what the store learns from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import labsim.client.login
import labsim.client.looking
import labsim.client.pull
import labsim.client.push
from labsim.client.session import Credentials, Session
from labsim.engine.names import digest_reference
from labsim.errors import UnknownImage
from labsim.image import HERE, Platform
from labsim.reference import DEFAULT_REGISTRY, Reference
from labsim.wire import Dialogue

if TYPE_CHECKING:
    from labsim.client.containerd.requests import Remote
    from labsim.client.push import Carried, PushOutcome
    from labsim.digest import DiffID, ImageID
    from labsim.engine.classic import Classic
    from labsim.engine.engine import Engine

__all__ = ["login", "look", "manifest_of", "pull", "push", "remote", "session"]

#: Where the Hub's registry really lives (the name in a reference is another one).
_HUB_API = "registry-1.docker.io"


def login(engine: Engine, server: str, user: str, secret: str) -> Dialogue:
    """Ask a registry whether it knows this account; nothing is stored."""
    host = Reference(f"{server or DEFAULT_REGISTRY}/x").registry
    who = Session(_api(host), Credentials(user, secret), peer=engine.peer)
    return labsim.client.login.login(who)


def pull(
    engine: Classic,
    reference: Reference,
    *,
    all_tags: bool = False,
    platform: Platform | None = None,
) -> Dialogue:
    """Fetch an image (or every tag of a repository) and name it."""
    verb = labsim.client.pull.pull_all if all_tags else labsim.client.pull.pull
    name = reference if all_tags else reference.with_default_tag()
    return verb(session(engine, name), name, engine, engine.memory, platform=platform or HERE)


def push(engine: Classic, reference: Reference, *, all_tags: bool = False) -> Dialogue:
    """Send an image under one of its names, or (``all_tags``) every tag of the repository.

    Returns :class:`PushOutcome` values, one per tag.  ``UnknownImage`` with the repository's bare
    name: nothing here has it; with a tag: only that tag is missing.
    """
    if not engine.names.knows(reference.name):
        familiar = reference.familiar_name
        raise UnknownImage(f"no image here belongs to the repository {familiar}", familiar)
    who = session(engine, reference)
    yield from who.ping()
    outcomes: list[PushOutcome] = []
    sent: dict[DiffID, Carried] = {}
    for name, image_id in _to_push(engine, reference, all_tags):
        image = engine.image(image_id)
        talk = labsim.client.push.push(who, name, image, engine.memory, sent=sent)
        outcome: PushOutcome = yield from talk
        engine.names.point(digest_reference(name, outcome.digest), image_id)
        outcomes.append(outcome)
    return outcomes


def manifest_of(engine: Engine, reference: Reference) -> Dialogue:
    """The manifest or index that a name leads to at its registry; nothing is kept."""
    return labsim.client.looking.manifest_of(session(engine, reference), reference)


def look(engine: Engine, reference: Reference) -> Dialogue:
    """The same with the configs, and of an index with every image in it."""
    return labsim.client.looking.look(session(engine, reference), reference)


def _to_push(
    engine: Classic, reference: Reference, all_tags: bool
) -> list[tuple[Reference, ImageID]]:
    if all_tags:
        return engine.names.tags(reference.name)
    tagged = reference.with_default_tag()
    image_id = engine.names.get(tagged)
    if image_id is None:
        raise UnknownImage(f"no image here is called {tagged.familiar}", tagged.familiar)
    return [(tagged, image_id)]


def session(engine: Engine, reference: Reference) -> Session:
    """Who speaks to the registry that a name leads to, for one command."""
    host = reference.registry
    return Session(_api(host), engine.credentials.get(host), peer=engine.peer)


def remote(engine: Engine, reference: Reference) -> Remote:
    """The same for a client with containerd's manners."""
    from labsim.client.containerd.requests import Remote

    host = reference.registry
    return Remote(_api(host), engine.credentials.get(host), peer=engine.peer)


def _api(host: str) -> str:
    return _HUB_API if host == DEFAULT_REGISTRY else host
