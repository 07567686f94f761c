"""The page of an account at a registry: its repositories, who may see them, and their tags."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from labsim.errors import LabError
from labsim.lab.state import State

__all__ = ["AccountPage", "RepositoryRow", "account_page", "check_account_name"]


class RepositoryRow(NamedTuple):
    """One repository of an account."""

    name: str
    visibility: str
    tags: tuple[str, ...]


class AccountPage:
    """What the page says; ``str()`` is the page as text."""

    __slots__ = ("account", "host", "repositories")

    def __init__(self, account: str, host: str, repositories: tuple[RepositoryRow, ...]) -> None:
        self.account = account
        self.host = host
        self.repositories = repositories

    def __str__(self) -> str:
        title = f"{self.account} on {self.host}"
        if not self.repositories:
            return f"{title}\n  no repositories yet"
        width = max(len("repository"), *(len(row.name) for row in self.repositories))
        lines = [f"  {'repository':{width}}  visibility  tags"]
        for name, visibility, tags in self.repositories:
            lines.append(f"  {name:{width}}  {visibility:10}  {', '.join(tags)}".rstrip())
        return "\n".join((title, *lines))

    __repr__ = __str__


def check_account_name(user: str) -> None:
    """Refuse what no registry takes for a name; a ``/`` ends the name of a namespace."""
    if not user:
        raise LabError("an account name cannot be empty")
    if "/" in user:
        raise LabError(f"{user!r} cannot be an account name: it holds a /")


def account_page(state: State, user: str, host: str) -> AccountPage:
    """The page as whoever sits there sees it: all that is theirs, else what is public."""
    check_account_name(user)
    page = state.operate("GET", host, f"/_lab/accounts/{quote(user, '')}")
    rows = (
        RepositoryRow(row["name"], row["visibility"], tuple(row["tags"]))
        for row in page["repositories"]
        if row["visibility"] == "public" or page["account"] == state.user
    )
    return AccountPage(page["account"], host, tuple(rows))
