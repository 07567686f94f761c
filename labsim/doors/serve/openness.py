"""What is open to whom, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsim.doors.serve.operating import MEANT
from labsim.doors.serve.reach import is_loopback

if TYPE_CHECKING:
    from labsim.registry import Registry

__all__ = ["desk_line", "exposed", "openness", "warning"]


def openness(registry: Registry, bound: str) -> str:
    """The policy, who can reach it, and who has to say who they are."""
    who = (
        "to programs on this machine" if is_loopback(bound) else "to whoever can reach this machine"
    )
    return f"{registry.policy.name}, open {who}, {_asked(registry)}"


def _asked(registry: Registry) -> str:
    """Whom the registry knows, and what it lets anybody else do."""
    if registry.access.open:
        return "no accounts: everybody may do everything"
    count = len(registry.access.accounts)
    pulls = registry.policy["anonymous_pull"]
    others = "anybody to pull what is public" if pulls else "nobody else"
    return f"{count} account{'s' * (count != 1)}, and {others}"


def warning(registry: Registry, bound: str) -> str:
    """One sentence where other machines can come; else nothing."""
    if is_loopback(bound):
        return ""
    where = "on every network of this machine" if bound in ("0.0.0.0", "::", "") else f"on {bound}"
    if registry.access.open:
        return f"it listens {where}, and whoever reaches it can push, pull and delete"
    return f"it listens {where}: other machines can reach it, and passwords need TLS on the way"


def exposed(registry: Registry) -> str:
    """One sentence where repositories were private when it was kept, and now nobody is asked."""
    if not registry.access.open:
        return ""
    private = sorted(
        name for name, one in registry.store.repositories.items() if one.visibility != "public"
    )
    if not private:
        return ""
    named = private[0] if len(private) == 1 else f"{private[0]} and {len(private) - 1} more"
    return f"what was private is open to everybody, as nobody is asked for an account: {named}"


def desk_line(url: str) -> str:
    """What the operator's desk lets happen, and to whom it is open."""
    return (
        f"the operator's desk {url}/_lab/ is open to every program on this machine, without a"
        f" password: what changes something carries the header {MEANT}: yes"
    )
