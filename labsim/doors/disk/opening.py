"""What a store's folder holds when it is opened, and what of it can be shown.

Nothing is deleted but files that never had a name.  What cannot be shown is passed over, and said
in a sentence: whoever brings the missing file back finds all as it was.

All contents are ``there``.  ``sizes`` has those that a fact vouches for.  ``loose`` are those that
no fact speaks of: a push broke off, or they wait to be collected.  The rest is spoken of by facts
that do not hold, such as a layer that was cut short: it stays until somebody sends it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from labsim.blob import Blob
from labsim.doors.disk import places
from labsim.doors.disk.files import Files
from labsim.registry.answers import Refusal
from labsim.registry.documents import parse
from labsim.registry.shelf import Fact, Opened

__all__ = ["Opening"]

_OF_CONTENT = frozenset({"blob", "manifest"})


class Opening:
    """What was found: ``sizes`` of contents, ``facts`` that hold, ``uploads`` to go on with."""

    def __init__(self, files: Files) -> None:
        """Look at names and sizes, and into manifests; no other content is read."""
        self._files = files
        self._cut_off: list[str] = []
        self._repositories: list[str] = []
        #: What is amiss.
        self.sentences: list[str] = []
        self.there: dict[str, int] = dict(self._contents())
        every = list(self._recorded())
        self.facts = self._sound(every)
        vouched = {fact.name for fact in self.facts if fact.kind in _OF_CONTENT}
        spoken_of = {fact.name for fact in every if fact.kind in _OF_CONTENT}
        self.sizes = {name: size for name, size in self.there.items() if name in vouched}
        self.loose = {name: size for name, size in self.there.items() if name not in spoken_of}
        self.uploads = sorted(self._under_way(), key=lambda opened: (opened.at_us, opened.id))

    def sweep(self) -> None:
        """Remove what was never finished: files without a name, uploads that are no uploads."""
        for folder in self._cut_off:
            self._forget(folder)
        left = self._files.names(places.NEW)
        for name in left:
            self._files.remove(f"{places.NEW}/{name}")
        if left:
            self._say(f"{len(left)} unfinished file{'s'[: len(left) > 1]} removed")

    def _say(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def settle(self) -> None:
        """Make everything last that was found: its last user was killed, perhaps before a sync.

        Else a name that is believed now, and built upon, could be lost with the next power cut.
        """
        for folder in (places.OURS, places.REPOSITORIES, *self._repositories, *self._shelves()):
            self._files.sync_folder(folder)

    # --- contents --------------------------------------------------------------------------------

    def _shelves(self) -> Iterator[str]:
        """The folders that hold contents, and the one that they are in."""
        yield "."
        yield places.BLOBS
        for algorithm in self._files.names(places.BLOBS):
            if self._files.is_folder(f"{places.BLOBS}/{algorithm}"):
                yield f"{places.BLOBS}/{algorithm}"

    def _contents(self) -> Iterator[tuple[str, int]]:
        for algorithm in self._files.names(places.BLOBS):
            folder = f"{places.BLOBS}/{algorithm}"
            for name in self._files.names(folder):
                digest = places.digest_at(algorithm, name)
                if digest is None:
                    self._say(f"{folder}/{name} is no content of this store, and was left alone")
                else:
                    yield digest, self._files.size(f"{folder}/{name}")

    # --- facts -----------------------------------------------------------------------------------

    def _recorded(self) -> Iterator[Fact]:
        for path in self._fact_files(places.REPOSITORIES):
            fact = places.read_fact(self._files.read(path))
            if fact is None or places.fact_path(*fact[:3]) != path:
                self._say(f"{path} holds no fact of a registry, and was passed over")
            else:
                yield fact

    def _fact_files(self, folder: str) -> Iterator[str]:
        for name in self._files.names(folder):
            path = f"{folder}/{name}"
            if self._files.is_folder(path):
                self._repositories.append(path)
            if not name.startswith("_"):
                yield from self._fact_files(path)
            else:
                yield from (f"{path}/{leaf}" for leaf in self._files.names(path))

    def _sound(self, facts: list[Fact]) -> list[Fact]:
        """The facts whose content is there: links, then manifests, then tags."""
        about = [fact for fact in facts if fact.kind in ("about", "member")]
        every = [fact for fact in facts if fact.kind == "blob"]
        links = [fact for fact in every if self._has_its_size(fact)]
        broken = {fact[:3] for fact in every} - {fact[:3] for fact in links}
        manifests = [f for f in facts if f.kind == "manifest" and self._is_whole(f, broken)]
        shown = {(fact.repository, fact.name) for fact in manifests}
        tags = [fact for fact in facts if fact.kind == "tag" and self._points(fact, shown)]
        return [*about, *links, *manifests, *tags]

    def _is_here(self, fact: Fact) -> bool:
        here = fact.name in self.there
        if not here:
            self._say(f"{fact.repository}: the content of {fact.name} is missing")
        return here

    def _has_its_size(self, fact: Fact) -> bool:
        here = self._is_here(fact)
        size = self.there[fact.name] if here else 0
        if here and str(size) != fact.value:
            self._say(f"{fact.repository}: {fact.name} has {size} bytes instead of {fact.value}")
            return False
        return here

    def _is_whole(self, fact: Fact, broken: set[tuple[str, str, str]]) -> bool:
        """Whether a manifest has its bytes, and no blob that it names is missing or cut short.

        A blob that was deleted by a request is no fact any more: its manifest is served without it,
        as it was before the restart.
        """
        if not self._is_here(fact):
            return False
        blob = Blob(self._files.read(places.blob_path(fact.name)))
        if blob.named(fact.name.partition(":")[0]).digest != fact.name:
            self._say(f"{fact.repository}: {fact.name} has the bytes of {blob.digest}; run fsck")
            return False
        try:
            needs = parse(fact.value, blob).needs
        except Refusal:
            self._say(f"{fact.repository}: {fact.name} cannot be read as {fact.value}")
            return False
        missing = [need for need in needs if (fact.repository, "blob", need) in broken]
        for need in missing:
            self._say(f"{fact.repository}: {fact.name} is not shown, for it needs {need}")
        return not missing

    def _points(self, fact: Fact, shown: set[tuple[str, str]]) -> bool:
        points = (fact.repository, fact.value) in shown
        if not points:
            self._say(f"{fact.repository}:{fact.name} is not shown, for it points to {fact.value}")
        return points

    # --- uploads and leftovers -------------------------------------------------------------------

    def _under_way(self) -> Iterator[Opened]:
        for name in self._files.names(places.UPLOADS):
            opened = self._opened(name)
            if opened is not None:
                yield opened
            else:
                self._cut_off.append(f"{places.UPLOADS}/{name}")

    def _opened(self, name: str) -> Opened | None:
        try:
            row = json.loads(self._files.read(f"{places.UPLOADS}/{name}/{places.ABOUT}"))
            opened = Opened(*row)
        except (OSError, ValueError, TypeError):
            return None
        sound = all(isinstance(part, str) for part in opened[:4]) and isinstance(opened.at_us, int)
        return opened if sound and opened.id == name else None

    def _forget(self, folder: str) -> None:
        """An upload that was cut off while it was being opened or ended."""
        for name in self._files.names(folder):
            self._files.remove(f"{folder}/{name}")
        if self._files.is_folder(folder):
            self._files.remove_folder(folder)
        self._say(f"{folder} was cut off while it was opened or ended, and was removed")
