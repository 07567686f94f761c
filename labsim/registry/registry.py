"""The registry itself: a function from request to response."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from labsim.blob import EMPTY, Blob
from labsim.errors import LabError, Mismatch
from labsim.registry.access import Access, is_host
from labsim.registry.accounts import Guess, Proof
from labsim.registry.answers import Astray, Refusal, plain, warned, warning
from labsim.registry.call import Call
from labsim.registry.documents import parse
from labsim.registry.endpoints import ENDPOINTS
from labsim.registry.operator import OPERATOR
from labsim.registry.policy import Policy, policy_for
from labsim.registry.router import Router
from labsim.registry.seal import Seal
from labsim.registry.sessions import Uploads
from labsim.registry.shelf import Draft
from labsim.registry.store import Repository, Store
from labsim.wire import Headers, Request, Response

__all__ = ["Registry"]

Content = tuple[str, Iterable[str], Any, Iterable[Blob], str]

_ROUTER = Router(ENDPOINTS)


class Registry:
    """A registry at ``host``; only :meth:`handle` changes it.

    ``users`` maps names to passwords, which are kept as salted hashes, or to what knows them; where
    it names nobody, nobody has an account, which is not the same as no ``users``.
    ``seed`` makes upload ids and tokens: the same seed and the same requests give the same answers;
    a door passes random bytes.  ``content`` is there from the start:
    ``(repository, tags, manifest, blobs, visibility)`` each, where the manifest is an object with
    ``media_type``, or a pair of media type and blob.
    """

    __slots__ = (
        "_scheme",
        "_seal",
        "_seed",
        "_warnings",
        "access",
        "host",
        "journalled",
        "policy",
        "store",
        "uploads",
    )

    _scheme: str  # with which an absolute Location begins; empty where they are relative
    _warnings: tuple[tuple[str, str], ...]

    def __init__(
        self,
        host: str,
        *,
        policy: Policy | None = None,
        users: Mapping[str, str | Proof] | None = None,
        seed: int | str | bytes = 0,
        content: Iterable[Content] = (),
        store: Store | None = None,
    ) -> None:
        """Without a policy, the one that the host is known for; without a store, an empty one."""
        _check(host, policy)
        self._seed = f"{seed!r} {host}".encode()
        seal = self._seal = Seal(self._seed)
        self.host = host
        #: Whether a lab's journal is what changes it; then no door may, past the journal.
        self.journalled = False
        self.store = Store() if store is None else store
        self.uploads = Uploads(seal, self.store.shelf)
        policy = policy or policy_for(host, accounts=users is not None)
        self.access = Access(host, policy, self.store, seal)
        self.follow(policy)
        self._furnish(users or {}, content)

    # --- what everybody may call -----------------------------------------------------------

    def handle(self, request: Request) -> Response:
        """Answer one request; ``request.at_us`` is the time."""
        limits = self.access.limits
        try:
            if limits.on_all:
                limits.admit(request)
                limits.note(request)
            call = self._entered(request)
            if request.body is not EMPTY and call.endpoint.keeps:
                self.store.shelf.memory.enter(request.body)
            response = call.endpoint.handler(self, call)
        except (Refusal, Astray) as refused:
            response = refused.answer
        finally:
            if request.body is not EMPTY:
                self.store.shelf.release(request.body)
        if request.method == "HEAD":
            response.body = EMPTY
        return self._warned(response) if self._warnings else response

    def admit(self, head: Request) -> Response | None:
        """The refusal that a request with this head would get, before anybody reads its body.

        Rights, session, length and range; ``handle`` begins with the same check.  The length is
        that of the ``Content-Length`` header.  None: come in.
        """
        limits = self.access.limits
        try:
            if limits.on_all:
                limits.admit(head)
            self._entered(head)
        except (Refusal, Astray) as refused:
            if limits.on_all:  # nobody will ask to have it handled
                limits.note(head)
            return self._warned(refused.answer)
        return None

    def guess(self, request: Request) -> Guess | None:
        """The password that this request shows, if judging it takes long; a door does that aside.

        Nothing has to be: :meth:`handle` judges whatever was not judged before.
        """
        if self.access.open or not self.access.accounts.slow:
            return None
        try:
            return self.access.guess(_ROUTER.find(request))
        except (Refusal, Astray):
            return None

    def receive(self, head: Request) -> Draft:
        """A place for the body of a request that was admitted, while it arrives.

        The sealed draft becomes the request's body; a draft that is not sealed must be discarded.
        """
        call = _ROUTER.find(head)
        return call.endpoint.receiver(self, call)

    def reseed(self, seed: bytes | None = None) -> None:
        """Make upload ids and tokens from this seed from now on; a door passes random bytes.

        Without one: from that of its making again.
        """
        self._seal.turn(self._seed if seed is None else seed)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every name under which this registry is reached, its own first."""
        names = (self.host, self.policy.api_host, self.policy.token_host, *self.policy.aliases)
        return tuple(dict.fromkeys(name for name in names if name))

    def __repr__(self) -> str:
        return f"<Registry {self.host} ({self.policy.name})>"

    # --- what the endpoints call -----------------------------------------------------------

    def repository(self, name: str) -> Repository:
        """The repository of that name, made as its owner wishes when there is none."""
        return self.store.find(name) or self.store.opened(name, self.access.privacy_of(name))

    def mountable(self, digest: str, source: str) -> Blob | None:
        """The blob, if it can be mounted from there; rights were checked at the door."""
        repository = self.store.find(source)
        if repository is None:
            return None
        reserved = source.partition("/")[0] == self.policy["reserved"]
        if reserved and not self.policy["mount_from_reserved"]:
            return None
        return repository.blob(digest)

    def location(self, request: Request, path: str) -> str:
        """The URL of a path as this registry writes it in ``Location``."""
        if not self._scheme:
            return path
        return f"{self._scheme}://{self.policy.api_host or request.host or self.host}{path}"

    def must_exist(self, name: str) -> None:
        """Refuse a new name where a push makes no repositories."""
        if self.store.find(name) is None and not self.policy["create_on_push"]:
            raise Refusal("NAME_UNKNOWN", {"name": name})

    def must_delete(self) -> None:
        """Refuse where deleting is switched off."""
        if not self.policy["delete"]:
            raise Refusal("UNSUPPORTED")

    def follow(self, policy: Policy) -> None:
        """Behave by this policy from the next request on."""
        self._warnings = tuple(map(warning, warned(policy["warning"])))
        self.policy = policy
        self.access.follow(policy)
        self.uploads.limit = policy["uploads_most"]
        self.uploads.each = policy["uploads_each"]
        self.uploads.most_us = policy["upload_age_s"] * 1_000_000
        self._scheme = policy["scheme"] if policy["location"] == "absolute" else ""

    # --- within ----------------------------------------------------------------------------

    def _warned(self, response: Response) -> Response:
        response.headers = Headers((*response.headers, *self._warnings))
        return response

    def _entered(self, request: Request) -> Call:
        """The check with which everything begins: route, rights, and the row's guard."""
        call = _ROUTER.find(request)
        endpoint = call.endpoint
        if endpoint.desk:
            self._check_desk(endpoint.scope, request)
        elif not self.access.open:
            self.access.check(call)
        if (guard := endpoint.guard) is not None:
            guard(self, call)
        return call

    def _check_desk(self, scope: str, request: Request) -> None:
        """The token server answers under its own host, the operator's rows to the operator."""
        policy = self.policy
        if scope == "operator":
            open_desk = request.peer == OPERATOR
        else:
            here = not policy.token_host or request.host in ("", policy.token_host)
            open_desk = here and policy["auth"] == "bearer"
        if not open_desk:
            raise Astray(plain(404, "404 page not found\n"))

    def _furnish(self, users: Mapping[str, str | Proof], content: Iterable[Content]) -> None:
        """Accounts and images that are there before the doors open."""
        for name, password in users.items():
            self.access.enrol(name, password)
        for image in content:
            self._stock(*image)

    def _stock(
        self, name: str, tags: Iterable[str], manifest: Any, blobs: Iterable[Blob], visibility: str
    ) -> None:
        """Put an image on the shelf."""
        pair = manifest if isinstance(manifest, tuple) else (manifest.media_type, manifest)
        media_type, body = pair
        stored = parse(media_type, body, self.store.named)
        repository = self.store.opened(name, visibility)
        for blob in blobs:
            repository.link(self.store.keep(blob))
        if missing := repository.missing(stored):
            raise Mismatch(f"{name} lacks {missing[0]}, which its manifest names")
        repository.publish(self.store.file(stored), *tags)


def _check(host: object, policy: object) -> None:
    """One sentence now for what would be an error of Python's at the first request."""
    if not isinstance(host, str) or not is_host(host):
        raise LabError(f"a registry needs a host, such as registry.example.com:5000, not {host!r}")
    if not isinstance(policy, Policy | None):
        raise LabError(
            f"a registry's policy is a Policy, such as labsim.registry.HUB, not {policy!r}"
        )
