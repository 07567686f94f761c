"""The registry browser: what is in a registry, for oneself, for others and for anyone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from labsim.course.browsing import browse, onlookers, references, repositories
from labsim.lab import Lab
from labsim.notebook.widgets.panel import Panel, button, choice, row

__all__ = ["RegistryBrowser"]

ALL, SHELVES = ("all of them", ""), ("the shelves", "")


class RegistryBrowser(Panel):
    """Four lists, each as the one before it decides, and a button for who may see a repository."""

    def __init__(self, lab: Lab, host: str, repository: str = "") -> None:
        self.lab = lab
        self.host = choice("Registry:", lab.hosts, self._entered, host)
        who = onlookers(lab, host)
        self.who = choice("Look as:", map(_person, who), self._looked, who[0])
        self.repository = choice("Repository:", [ALL], self._opened, "")
        self.reference = choice("Show:", [SHELVES], self.look, "")
        self.turn = button("Make private", self._turn)
        lists = row(self.host, self.who, self.repository, self.reference, self.turn)
        self.busy = False
        super().__init__("What the registry shows", [lists])
        self._entered()
        self.repository.value = repository

    def _entered(self) -> None:
        """Another registry: as whom one can look there."""
        who = onlookers(self.lab, self.host.value)
        self._offer(self.who, list(map(_person, who)))
        self._looked()

    def _looked(self) -> None:
        """Somebody else looks: which repositories they see."""
        if not self.busy:
            seen = repositories(self.lab, self.host.value, self.who.value)
            self._offer(self.repository, [ALL, *((one.name, one.name) for one in seen)])
            self._opened()

    def _opened(self) -> None:
        """Another repository: its tags."""
        if not self.busy:
            found: Iterable[str] = ()
            if self.repository.value:
                where = self.host.value, self.who.value, self.repository.value
                found = references(self.lab, *where)
            self._offer(self.reference, [SHELVES, *((_short(name), name) for name in found)])
            self.look()

    def look(self) -> None:
        """Show what the lists say, as it is now."""
        if not self.busy:
            where = (one.value for one in (self.host, self.who, self.repository, self.reference))
            self.trying(lambda: self.show(browse(self.lab, *where)))
            self._name_turn()

    def _offer(self, lists: Any, options: list[tuple[str, str]]) -> None:
        """Other options; what was chosen stays chosen where it is still there."""
        kept = lists.value
        self.busy = True
        lists.options = options
        values = [value for _, value in options]
        lists.value = kept if kept in values else values[0]
        self.busy = False

    # -- who may see it ----------------------------------------------------------------------------

    def _name_turn(self) -> None:
        self.turn.description = f"Make {self._other()}"
        self.turn.disabled = not self.repository.value

    def _other(self) -> str:
        """The visibility that the repository has not."""
        one = self.lab.registry(self.host.value).store.find(self.repository.value)
        return "private" if one is None or one.visibility == "public" else "public"

    def _turn(self) -> None:
        """What its owner can do on the web page; an action of the lab like others."""
        name = f"{self.host.value}/{self.repository.value}"
        if self.trying(self.lab.visibility, name, self._other()):
            self._looked()


def _person(account: str) -> tuple[str, str]:
    return account or "anyone", account


def _short(reference: str) -> str:
    """A tag, or as much of a digest as Docker shows."""
    return reference if ":" not in reference else f"{reference[7:19]} (no tag)"
