"""A world in motion: what the actions of a journal have made of it so far.

Nothing here is ever copied or saved.  To be in another state is to replay another journal.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from labsim.engine.classic import Classic
from labsim.engine.dialect import CLASSIC, CONTAINERD, Dialect
from labsim.errors import LabError, Unreachable
from labsim.lab.journal import RIGHT, WRONG
from labsim.lab.laptop import Laptop
from labsim.lab.tokens import Tokens
from labsim.lab.world import HOST_ALIASES, World, world_named
from labsim.timestamp import unix_us

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from labsim.docker import Result
    from labsim.engine.engine import Engine
    from labsim.lab.outside import Account, Outside
    from labsim.link import Link, Plan, Run
    from labsim.registry import Registry
    from labsim.trace import Trace
    from labsim.wire import Dialogue, Request, Response

__all__ = ["ENGINES", "State"]

ENGINES: dict[str, Dialect] = {str(one): one for one in (CLASSIC, CONTAINERD)}


class State:
    """Registries, laptops, the link between them, the clock, and who is sitting there."""

    __slots__ = (
        "_handles",
        "_link",
        "conversations",
        "cut_after",
        "dialect",
        "down",
        "forgotten",
        "heard",
        "laptops",
        "now_us",
        "outside",
        "passwords",
        "planned",
        "real",
        "registries",
        "results",
        "seed",
        "tokens",
        "user",
        "world",
    )

    def __init__(self, world_name: str, engine: str, seed: int) -> None:
        if engine not in ENGINES:
            raise LabError(f"there is no engine {engine!r}; there is: {', '.join(ENGINES)}")
        self.world: World = (world := world_named(world_name))
        self.dialect = ENGINES[engine]
        self.seed = seed
        self.now_us = unix_us(world.starts)
        self.user = next(iter(world.people))
        self._link: Link | None = None
        #: What token servers gave to requests made by hand, or by a real client.
        self.tokens = Tokens()
        self.passwords = dict(world.passwords)
        #: Accounts whose password nobody knows any more, because a script does not hold it.
        self.forgotten: dict[tuple[str, str], None] = {}
        self.laptops: dict[str, Laptop] = {}
        self.registries: dict[str, Registry] = {}
        self.down: dict[str, None] = {}
        self.cut_after: int | None = None
        #: What happens during the next conversation, and how long after it has begun.
        self.planned: list[Plan] = []
        self._handles: dict[str, Callable[[Request], Response]] = {}
        #: Conversations held so far: an action that failed without one has left nothing behind.
        self.conversations = 0
        #: Who brings real registries, if anybody does; what was heard from them since the last
        #: action; and which hosts have been real, so that none of them is simulated in silence.
        self.outside: Outside | None = None
        self.heard: list[Account] = []
        self.real: dict[str, None] = {}
        #: What docker commands gave, each with the command's name.
        self.results: list[tuple[str, Result]] = []

    @property
    def laptop(self) -> Laptop:
        """The laptop of whoever sits there."""
        return self.laptop_of(self.user)

    def laptop_of(self, person: str) -> Laptop:
        """Somebody's laptop; who has signed up has one too."""
        if person not in self.laptops:
            files = self.world.people.get(person)
            if files is None and not any(user == person for _, user in self.passwords):
                known = ", ".join(self.world.people)
                raise LabError(f"nobody here is called {person!r}; there is: {known}")
            engine = _engine(self.dialect, person)
            self.laptops[person] = Laptop(person, engine, files or {}, self)
        return self.laptops[person]

    # -- speaking to registries --------------------------------------------------------------------

    def registry(self, host: str) -> Registry:
        """The registry that answers at a host; ``Unreachable`` when there is none."""
        name = HOST_ALIASES.get(host, host)
        if self._is_real(host):
            raise LabError(
                f"{host} is a real registry: the lab can speak to it, and neither look into it"
                " nor change it by other means"
            )
        if name not in self.registries:
            if name not in self.world.hosts:
                raise Unreachable(host, _silence(name))
            self.registries[name] = self.world.registry(name, self.seed)
            self.registries[name].journalled = True
        return self.registries[name]

    def take_down(self, host: str) -> None:
        """Nobody answers at this host from now on."""
        self.registry(host)
        self.down[HOST_ALIASES.get(host, host)] = None
        self._handles.clear()

    def bring_up(self, host: str) -> None:
        """The registry answers again, and has forgotten nothing."""
        self.registry(host)
        self.down.pop(HOST_ALIASES.get(host, host), None)

    def answer(self, request: Request) -> Response:
        """What the registry says to this request, if it is up."""
        handle = self._handles.get(request.host) or self._reach(request.host)
        return handle(request)

    def _is_real(self, host: str) -> bool:
        """Whether a host is real now, or was in the past of this lab."""
        named = self.outside is not None and self.outside.names(host)
        return named or HOST_ALIASES.get(host, host) in self.real

    def _reach(self, host: str) -> Callable[[Request], Response]:
        if self._is_real(host):
            raise Unreachable(
                host,
                f"{host} was a real registry here and is not connected now:"
                f' labsim.remote.connect(lab, {{"{host}": "http://…"}}) connects it again',
            )
        if HOST_ALIASES.get(host, host) in self.down:
            raise Unreachable(host, "connection refused")
        registry, index = self.registry(host), self.world.searched
        if host == "index.docker.io" and index is not None:
            self._handles[host] = partial(index, registry)
        else:
            self._handles[host] = registry.handle
        return self._handles[host]

    @property
    def link(self) -> Link:
        """What lies between the laptops and the registries now."""
        from labsim.link import DIRECT

        if self._link is None:
            self._link = self.world.link() if self.world.link else DIRECT
        return self._link

    @link.setter
    def link(self, link: Link) -> None:
        self._link = link

    def converse(self, talk: Dialogue) -> Run:
        """Hold a conversation over the link; it takes time on the clock, and is recorded."""
        from labsim.link import converse

        if self.outside is not None:
            from labsim.link.begun import addressed

            host, talk = addressed(talk)
            if self.outside.names(host):
                return self._converse_outside(talk, host, self.outside)
        link = self.link._replace(breaks_after=self.cut_after)
        plans, self.planned = self.planned, []
        run = converse(talk, self.answer, link, at_us=self.now_us, plans=plans)
        self.conversations += 1
        self.now_us = run.ended_us
        if self.cut_after is not None and _pushed(run.trace):
            self.cut_after = None
        return run

    def _converse_outside(self, talk: Dialogue, host: str, outside: Outside) -> Run:
        """Have others hold it, in their time; what was heard is news unless it was a replay."""
        run, account = outside.converse(talk, at_us=self.now_us)
        self.conversations += 1
        self.now_us = run.ended_us
        self.real[HOST_ALIASES.get(host, host)] = None
        self._handles.clear()
        if account is not None:
            self.heard.append(account)
        return run

    def password(self, verdict: str, server: str, user: str) -> str:
        """The secret that stands behind a verdict in a journal: ``right`` or ``wrong``."""
        right = self.passwords.get((_host(server), user)) or f"{user}-password"
        return right if verdict == RIGHT else f"not {right}"

    def password_typed(self, secret: str, server: str, user: str) -> str:
        """The secret as the registry knows it; for a forgotten one, whatever is typed is right."""
        account = (_host(server), user)
        if self._is_real(account[0]):
            return secret
        return self.passwords[account] if account in self.forgotten else secret

    def password_told(self, text: str, server: str, user: str) -> str:
        """The secret that a script means; a hand may have written one instead of a verdict."""
        known = self.password if text in (RIGHT, WRONG) else self.password_typed
        return known(text, server, user)

    def operate(self, method: str, host: str, target: str, document: object = None) -> Any:
        """Ask a registry what only its operator may ask; the JSON it answers with."""
        import json

        from labsim.registry import OPERATOR
        from labsim.wire import Request

        body = b"" if document is None else json.dumps(document).encode()
        request = Request(method, target, body=body, host=host, peer=OPERATOR, at_us=self.now_us)
        response = self.registry(host).handle(request)
        if not response.ok:
            raise LabError(f"{host}: {bytes(response.body).decode().strip()}")
        return json.loads(bytes(response.body)) if response.body else None


def _pushed(trace: Trace) -> bool:
    """Whether anything was uploaded; what a token server is sent is no push."""
    return any(x.up and x.target.startswith("/v2/") for x in trace.exchanges)


def _engine(dialect: Dialect, peer: str) -> Engine:
    if dialect == CLASSIC:
        return Classic(peer=peer)
    from labsim.engine.containerd import Containerd  # loaded by whoever asks for it

    return Containerd(peer=peer)


def _host(server: str) -> str:
    """The registry that a server argument of ``login`` means."""
    host = server.removeprefix("https://").removeprefix("http://").partition("/")[0]
    return HOST_ALIASES.get(host, host) or "docker.io"


def _silence(host: str) -> str:
    """Why nobody answers there: an address needs no name server, and nothing listens on it."""
    name = host.partition(":")[0]
    found = name == "localhost" or name.startswith("[") or name.replace(".", "").isdecimal()
    return "connection refused" if found else "no such host"
