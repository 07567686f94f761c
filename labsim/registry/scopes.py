"""Scopes: what a token may be asked for, and what a row of the endpoint table asks of one.

::

    repository:alice/app:pull,push      actions on one repository
    repository:alice/app:*              all that one may do there; distribution reads it so too
    registry:catalog:*                  the list of repositories

A text that is no scope, or one of another kind, asks for nothing: a token server refuses nobody for
what they wish.  Source: distribution ``docs/content/spec/auth/scope.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from labsim.registry.router import could_be_name

__all__ = ["CATALOG", "NEEDS", "NOTHING", "Scope", "named", "read_scopes", "written"]

NOTHING: frozenset[str] = frozenset()
#: The list of repositories among the names of repositories, none of which can have a colon.
CATALOG = "registry:catalog"
#: What a row of the endpoint table may ask for, in the words of a scope.
NEEDS: Mapping[str, frozenset[str]] = {
    text: frozenset(text.split(",")) if text else NOTHING
    for text in ("", "pull", "pull,push", "delete", "*")
}
_MOST = 100  # scopes of one request; a client asks for two or three


class Scope(NamedTuple):
    """A repository's name or :data:`CATALOG`, and the actions wished for there."""

    name: str
    actions: frozenset[str]

    def of(self, may: frozenset[str]) -> frozenset[str]:
        """As much of what somebody may as is wished for."""
        return may if "*" in self.actions else may & self.actions


def read_scopes(texts: Iterable[str]) -> Iterator[Scope]:
    """The scopes in some texts, each of which may hold several with blanks between."""
    for scope in islice((scope for text in texts for scope in text.split()), _MOST):
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        # The class in `repository(plugin)` is deprecated and ignored.
        if kind.partition("(")[0] == "repository" and could_be_name(name):
            yield Scope(name, frozenset(actions.split(",")))
        elif kind == "registry" and name == "catalog":
            yield Scope(CATALOG, frozenset(actions.split(",")))


def named(name: str, actions: str) -> str:
    """One scope as a challenge or an answer writes it."""
    return f"{name}:{actions}" if name == CATALOG else f"repository:{name}:{actions}"


def written(scopes: Mapping[str, frozenset[str]]) -> str:
    """What was granted, as a client would have asked for it."""
    return " ".join(named(name, ",".join(sorted(may))) for name, may in sorted(scopes.items()))
