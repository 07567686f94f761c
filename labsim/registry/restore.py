"""A store as it was: made again from what its shelf has kept."""

from __future__ import annotations

from labsim.blob import Blob
from labsim.registry.documents import parse
from labsim.registry.shelf import Fact, Shelf
from labsim.registry.store import Repository, Store

__all__ = ["restored"]

#: Tags need manifests, and manifests need blobs.
_ORDER = ("about", "member", "blob", "manifest", "tag")


def restored(shelf: Shelf) -> Store:
    """The store that this was the shelf of; facts about what it does not have are passed over.

    Order does not matter to a shelf, and so must not matter here: facts are taken by kind and name.
    """
    store = Store()
    contents: dict[str, Blob] = {blob.digest: blob for blob in shelf.contents()}
    for fact in sorted(shelf.facts(), key=lambda fact: (_ORDER.index(fact.kind), fact)):
        repository = store.opened(fact.repository, "private")
        if fact.kind == "about":
            _about(repository, fact)
        elif fact.kind == "member":
            repository.let_in(fact.name, frozenset(fact.value.split(",")))
        elif fact.kind == "tag":
            if (tagged := repository.manifest(fact.value)) is not None:
                repository.publish(tagged, fact.name)
        elif (blob := contents.get(fact.name)) is None:
            continue
        elif fact.kind == "blob":
            repository.link(store.keep(blob))
        else:
            repository.publish(store.file(parse(fact.value, blob, store.named)))
    store.found(contents.values())
    store.stand_on(shelf)
    return store


def _about(repository: Repository, fact: Fact) -> None:
    if fact.name == "visibility":
        repository.visibility = fact.value
    else:
        repository.published = True
