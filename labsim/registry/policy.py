"""What differs between registries, as dated data.

The distribution spec says how to ask; it leaves open who may, what a push to a new name does, and
how a client proves who it is.  Each of those is a *switch* with a value, the day and the place it
was read, and a mark where nobody has checked.  ``print(HUB)`` shows them.  A registry's operator
turns a switch with ``PUT /_lab/policy/<switch>``; nothing else in the package names a registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

__all__ = [
    "ECR",
    "GHCR",
    "HTPASSWD",
    "HUB",
    "LOCKED",
    "OPEN",
    "PLAIN",
    "POLICIES",
    "TOKENS",
    "Policy",
    "Switch",
    "policy_for",
]

Value = bool | int | str


class Meaning(NamedTuple):
    """What a switch is about, and the values it takes where those are few."""

    text: str
    choices: tuple[Value, ...] = ()


#: Every switch there is, in the order in which ``str(policy)`` prints them.
MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        "auth": Meaning("how a client proves who it is", ("none", "basic", "bearer")),
        "login_as": Meaning("who everybody logs in as, with a lent password; empty: as oneself"),
        "oauth": Meaning("tokens are given by POST too, and refresh tokens to who asks for one"),
        "push_to": Meaning(
            "where an account may push", ("own namespace", "anywhere", "where it was let in")
        ),
        "reserved": Meaning("the namespace that belongs to nobody"),
        "create_on_push": Meaning("a push to a new name makes the repository"),
        "default_privacy": Meaning("visibility of a new repository", ("public", "private")),
        "anonymous_pull": Meaning("public repositories are pulled without an account"),
        "mount_from_reserved": Meaning("blobs of the reserved namespace can be mounted"),
        "mount_anonymous": Meaning("a mount may leave open which repository it is from"),
        "sparse": Meaning(
            "what a manifest may name that is not here", ("nothing", "manifests", "anything")
        ),
        "referrers": Meaning("what speaks of a manifest can be listed"),
        "catalog": Meaning("the repositories can be listed"),
        "tags_move": Meaning("a tag can be pointed to another manifest"),
        "tag_kept": Meaning(
            "what is said to who would move a tag that stays", ("DENIED", "TAG_INVALID")
        ),
        "uploads_most": Meaning("uploads that may be open at a time; 0: any number"),
        "uploads_each": Meaning("of those, one account's or address's; 0: any number"),
        "upload_age_s": Meaning("seconds without bytes until an upload is over; 0: never"),
        "warning": Meaning("what every answer warns of, a line each"),
        "token_lifetime_s": Meaning("seconds until a token or a lent password expires"),
        "pulls_anonymous": Meaning("pulls in a window for an address; 0: any number"),
        "pulls_account": Meaning("pulls in a window for an account; 0: any number"),
        "pull_window_s": Meaning("seconds that a window of pulls is open"),
        "requests_a_minute": Meaning("requests of any kind for an address; 0: any number"),
        "delete": Meaning("manifests, tags and blobs can be deleted through the API"),
        "manifest_limit": Meaning("bytes a manifest may have"),
        "scheme": Meaning("how URLs in answers begin", ("https", "http")),
        "location": Meaning("URLs in Location", ("absolute", "relative")),
    }
)


class Switch(NamedTuple):
    """One value, when and where it was read, and whether that was never checked."""

    value: Value
    as_of: str
    source: str
    unverified: bool = False


class Policy:
    """A registry's identity (hosts, service name) and its switches; immutable, equal by content.

    >>> PLAIN["auth"], HUB["default_privacy"], HUB.token_host
    ('none', 'public', 'auth.docker.io')
    """

    __slots__ = ("aliases", "api_host", "name", "service", "switches", "token_host")

    def __init__(
        self,
        name: str,
        switches: Mapping[str, Switch],
        *,
        api_host: str = "",
        token_host: str = "",
        service: str = "",
        aliases: tuple[str, ...] = (),
    ) -> None:
        """An empty host or service means: that of the registry itself."""
        self.name = name
        self.api_host = api_host
        self.token_host = token_host
        self.service = service
        self.aliases = aliases
        self.switches = MappingProxyType({key: switches[key] for key in MEANINGS})

    def __getitem__(self, name: str) -> Any:
        return self.switches[name].value

    def turned(self, name: str, value: Value) -> Policy:
        """The same with one switch turned; ``KeyError``: no such switch, ``ValueError``: value."""
        choices, old = MEANINGS[name].choices, self[name]
        if type(value) is not type(old) or (choices and value not in choices):
            expected = " or ".join(map(repr, choices)) or type(old).__name__
            raise ValueError(f"{name} takes {expected}, not {value!r}")
        if isinstance(value, int) and value < 0:
            raise ValueError(f"{name} takes a number from 0, not {value!r}")
        switches = {**self.switches, name: Switch(value, "now", "set by the operator")}
        return Policy(
            self.name,
            switches,
            api_host=self.api_host,
            token_host=self.token_host,
            service=self.service,
            aliases=self.aliases,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Policy):
            return NotImplemented
        return all(getattr(self, slot) == getattr(other, slot) for slot in self.__slots__)

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"<Policy {self.name}>"

    def __str__(self) -> str:
        lines = [self.name]
        for name, (value, as_of, source, unverified) in self.switches.items():
            mark = ", unverified" if unverified else ""
            lines.append(
                f"  {name:<20} {value!s:<14} {MEANINGS[name].text} [{as_of}, {source}{mark}]"
            )
        return "\n".join(lines)


class _Source(NamedTuple):
    as_of: str
    text: str
    unverified: bool = False

    def says(self, **values: Value) -> dict[str, Switch]:
        return {
            name: Switch(value, self.as_of, self.text, self.unverified)
            for name, value in values.items()
        }


_RECORDED = _Source("2026-11", "distribution 3.1.1, recorded")
_SHIPPED = _Source("2026-08", "distribution 3.1.1, config-dev.yml of its image")
_NOBODY = _Source("2026-11", "no accounts, so no such thing")
_NO_TOKENS = _Source("2026-11", "it gives no tokens, so no such thing")
_NONE_RESERVED = _Source("2026-11", "no namespace is reserved, so no such thing")
_ALL_OPEN = _Source("2026-11", "docker-registry 2.8.2: a password opens all, so no such thing")
_TOKENS = _Source("2026-08", "distribution docs/spec/auth/token.md")
_OAUTH = _Source("2026-11", "distribution docs/spec/auth/oauth.md")
_REPOSITORIES = _Source("2026-08", "docs.docker.com docker-hub/repos")
_SETTINGS = _Source("2026-08", "docs.docker.com docker-hub/settings")
_PULLS = _Source("2026-08", "docs.docker.com docker-hub/usage/pulls")
_ECR_LOGIN = _Source("2026-11", "docs.aws.amazon.com AmazonECR registry_auth")
_ECR_PUSH = _Source("2026-11", "docs.aws.amazon.com AmazonECR docker-push-ecr-image")
_ECR_TAGS = _Source("2026-11", "docs.aws.amazon.com AmazonECR image-tag-mutability")
_ECR_KEPT = _Source("2026-11", "moby/buildkit#3776, an ECR repository with immutable tags")
_HUB_TAGS = _Source("2026-11", "docs.docker.com docker-hub/repos, immutable-tags")
_HUB_KEPT = _Source("2026-11", "docker/hub-feedback#2466: 403; its code is not quoted", True)
_GITHUB = _Source("2026-11", "docs.github.com packages, access control and visibility")
_GITHUB_PUSH = _Source("2026-11", "docs.github.com packages, container registry")
_GITHUB_TOKEN = _Source("2026-11", "apple/container#183, which quotes ghcr.io/token")
_SPEC = _Source("2026-11", "distribution-spec 1.1, where it says MAY or SHOULD")
_CHOSEN = _Source("2026-11", "labsim: nothing moves and nothing goes")
_SIMPLE = _Source("2026-11", "labsim: the simplest that there is")
_STRICTER = _Source("2026-11", "distribution-spec 1.1; distribution 3.1.1 has none")
_NOT_THERE = _Source("2026-11", "labsim: its tags move, so no such thing")
_OURS = _Source("2026-11", "labsim: no limit unless its operator wants one")
_ASSUMED = _Source("2026-11", "assumed", True)

#: What the distribution spec leaves to a registry, as distribution does it where it was seen to.
_CORE = {
    **_RECORDED.says(mount_anonymous=False, sparse="nothing", catalog=True, tags_move=True),
    **_STRICTER.says(referrers=True),
    **_NOT_THERE.says(tag_kept="DENIED"),
    **_OURS.says(uploads_most=0, uploads_each=0, upload_age_s=0, warning=""),
    **_OURS.says(pulls_anonymous=0, pulls_account=0, pull_window_s=21600, requests_a_minute=0),
}
_CORE_ASSUMED = _ASSUMED.says(mount_anonymous=False, sparse="nothing", referrers=True)

_DISTRIBUTION = {
    **_CORE,
    **_RECORDED.says(auth="none", push_to="anywhere", create_on_push=True),
    **_RECORDED.says(manifest_limit=4 << 20, scheme="http", location="absolute"),
    **_SHIPPED.says(delete=True),
    **_NOBODY.says(reserved="", mount_from_reserved=True, token_lifetime_s=300),
    **_NOBODY.says(default_privacy="public", anonymous_pull=True, oauth=False),
    **_NOBODY.says(login_as=""),
}

#: A registry of your own without accounts: ``docker run registry``, usually on localhost:5000.
PLAIN = Policy("plain distribution", _DISTRIBUTION)

#: One without accounts that does all that the distribution spec allows a registry to do.
OPEN = Policy(
    "everything the distribution spec allows",
    {**_DISTRIBUTION, **_SPEC.says(mount_anonymous=True, sparse="anything", delete=True)},
)

#: The same with a password file: who has a password may do everything.
HTPASSWD = Policy(
    "distribution with htpasswd",
    {
        **_DISTRIBUTION,
        **_Source("2026-11", "docker-registry 2.8.2, recorded").says(
            auth="basic", login_as="", anonymous_pull=False
        ),
        **_NO_TOKENS.says(oauth=False, token_lifetime_s=300),
        **_NONE_RESERVED.says(reserved="", mount_from_reserved=True),
        **_ALL_OPEN.says(default_privacy="public"),
        **_ASSUMED.says(scheme="https"),
    },
)

#: The same with a token server of its own; an account may do everything.
TOKENS = Policy(
    "distribution with tokens",
    {
        **_DISTRIBUTION,
        **_TOKENS.says(auth="bearer", login_as=""),
        **_OAUTH.says(oauth=True),
        **_SIMPLE.says(push_to="anywhere", token_lifetime_s=300),
        **_NONE_RESERVED.says(reserved="", mount_from_reserved=True),
        **_ASSUMED.says(scheme="https", default_privacy="private", anonymous_pull=True),
    },
)

#: A registry whose tags never move and whose content never goes; rights are given one by one.
LOCKED = Policy(
    "locked down",
    {
        **_DISTRIBUTION,
        **_CHOSEN.says(auth="basic", push_to="where it was let in", default_privacy="private"),
        **_SIMPLE.says(login_as=""),
        **_NO_TOKENS.says(oauth=False, token_lifetime_s=300),
        **_NONE_RESERVED.says(reserved="", mount_from_reserved=True),
        **_CHOSEN.says(anonymous_pull=False, tags_move=False, delete=False, catalog=True),
        **_HUB_KEPT.says(tag_kept="DENIED"),
        **_ASSUMED.says(scheme="https"),
    },
)

#: Docker Hub.
HUB = Policy(
    "Docker Hub",
    {
        **_DISTRIBUTION,
        **_TOKENS.says(auth="bearer", login_as="", scheme="https"),
        **_REPOSITORIES.says(push_to="own namespace", reserved="library", create_on_push=True),
        **_SETTINGS.says(default_privacy="public"),
        **_PULLS.says(anonymous_pull=True),
        **_PULLS.says(pulls_anonymous=100, pulls_account=200, pull_window_s=21600),
        **_HUB_TAGS.says(tags_move=True),
        **_HUB_KEPT.says(tag_kept="DENIED"),
        **_CORE_ASSUMED,
        **_ASSUMED.says(catalog=False, oauth=False),
        **_ASSUMED.says(mount_from_reserved=True, token_lifetime_s=300, delete=False),
        **_ASSUMED.says(manifest_limit=4 << 20, location="absolute"),
    },
    api_host="registry-1.docker.io",
    token_host="auth.docker.io",
    service="registry.docker.io",
    aliases=("docker.io", "index.docker.io"),
)

#: A registry like GitHub's: tokens from the registry's own host, packages private until opened.
GHCR = Policy(
    "GitHub-like",
    {
        **_DISTRIBUTION,
        **_GITHUB_TOKEN.says(auth="bearer", scheme="https"),
        **_GITHUB_PUSH.says(login_as="", push_to="own namespace", create_on_push=True),
        **_ASSUMED.says(reserved="", mount_from_reserved=True),
        **_CORE_ASSUMED,
        **_ASSUMED.says(catalog=False, tags_move=True, oauth=False, token_lifetime_s=300),
        **_GITHUB.says(default_privacy="private", anonymous_pull=True),
        **_ASSUMED.says(delete=False, manifest_limit=4 << 20, location="relative"),
    },
)

#: A registry like Amazon's: a repository is made before it is pushed to, and a password is a token
#: that its owner fetched somewhere else, for twelve hours.
ECR = Policy(
    "ECR-like",
    {
        **_DISTRIBUTION,
        **_ECR_LOGIN.says(auth="basic", login_as="AWS", token_lifetime_s=12 * 3600),
        **_ECR_PUSH.says(create_on_push=False),
        **_ECR_TAGS.says(tags_move=True),
        **_ECR_KEPT.says(tag_kept="TAG_INVALID"),
        **_NO_TOKENS.says(oauth=False),
        **_NONE_RESERVED.says(reserved="", mount_from_reserved=True),
        **_ASSUMED.says(push_to="anywhere", default_privacy="private", anonymous_pull=False),
        **_CORE_ASSUMED,
        **_ASSUMED.says(catalog=False, delete=True, manifest_limit=4 << 20, scheme="https"),
        **_ASSUMED.says(location="absolute"),
    },
)

#: Every policy by the name that a command line gives it.
POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        "plain": PLAIN,
        "open": OPEN,
        "htpasswd": HTPASSWD,
        "tokens": TOKENS,
        "locked-down": LOCKED,
        "hub": HUB,
        "ghcr": GHCR,
        "ecr": ECR,
    }
)

_KNOWN = {"docker.io": HUB, "registry-1.docker.io": HUB, "ghcr.io": GHCR}


def policy_for(host: str, *, accounts: bool) -> Policy:
    """What a host is known for; else plain distribution, with passwords if there are accounts."""
    if host in _KNOWN:
        return _KNOWN[host]
    return HTPASSWD if accounts else PLAIN
