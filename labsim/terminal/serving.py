"""``labsim serve``: a registry for real clients, until Ctrl-C.

Options are read by argparse, as those of inspect and fsck are: the decisions have a page on it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from labsim.doors.serve.limits import USUAL, Limits, byte_count
from labsim.errors import LabError
from labsim.registry import POLICIES, Policy, Registry, Store
from labsim.registry.memory import MemoryShelf

if TYPE_CHECKING:
    from labsim.doors.serve.desk import Desk
    from labsim.registry.accounts import Proof

__all__ = ["main"]

_PLACE = "localhost:5000"
_MOST = "512MiB"
_EPILOG = """\
Ctrl-C ends it; what is under way may finish.  Clients of this machine push to localhost:5000/…:

  docker push localhost:5000/team/app
  skopeo copy --dest-tls-verify=false oci:app docker://localhost:5000/team/app
"""


class _Shop(NamedTuple):
    """What is served: who answers, the registry behind, where it is kept, and how to shut it."""

    desk: Desk
    registry: Registry
    kept: str
    shut: Callable[[], None]


def main(words: Sequence[str]) -> int:
    """Serve until a signal; the exit code."""
    wish = _parser().parse_args(words)
    try:
        _agreed(wish)
        return _serve(wish)
    except LabError as fault:
        _tell(str(fault))
        return 1


def _serve(wish: argparse.Namespace) -> int:
    from labsim.doors.serve.extra import required

    with required():
        from labsim.doors.serve.server import Server
    from labsim.doors.serve.application import Application
    from labsim.doors.serve.openness import desk_line, exposed, openness, warning
    from labsim.doors.serve.reach import Reach
    from labsim.terminal.access_log import write_line

    reach = Reach.at(wish.prefix, behind_proxy=wish.behind_proxy)
    shop = _shop(wish)
    app = Application(
        shop.desk,
        reach=reach,
        limits=_limits(wish),
        note=write_line if wish.verbose else None,
        operator=wish.operator,
        tell=_tell,
    )

    def ready() -> None:
        print(f"{server.url}: {openness(shop.registry, wish.host)}; {shop.kept}", flush=True)
        desk = desk_line(server.url) if wish.operator else ""
        for said in (warning(shop.registry, wish.host), exposed(shop.registry), desk):
            if said:
                print(said, flush=True)

    try:
        server = Server(app, wish.host, wish.port, _tls(wish), ready=ready)
        server.serve_until_told()
    finally:
        shop.shut()
    return 0


# --- what is served -------------------------------------------------------------------------------

#: What would be ignored beside something else, and why it is refused instead.
_AGAINST = (
    ("--users", "--world", "a world has accounts of its own, with passwords that everybody knows"),
    ("--users", "--open-lab", "a lab has accounts of its own: its action sign_up makes one"),
    ("--policy", "--open-lab", "a lab turns switches itself: its action policy does"),
    ("--operator", "--open-lab", "what an operator does is an action in the lab"),
    ("--max-memory", "--store", "what is in a folder is bounded by its disk"),
)
_NEVER_EMPTY = (
    "--users",
    "--store",
    "--world",
    "--open-lab",
    "--tls-cert",
    "--tls-key",
    "--policy",
)


def _agreed(wish: argparse.Namespace) -> None:
    """One sentence for options that contradict each other, or say nothing."""

    def said(option: str) -> object:
        return getattr(wish, option.removeprefix("--").replace("-", "_"))

    for option in _NEVER_EMPTY:
        if said(option) == "":
            raise LabError(f"{option} says nothing: write what it is to be, or leave it out")
    for one, other, why in _AGAINST:
        if said(one) not in (None, False) and said(other) is not None:
            raise LabError(f"{one} does not go with {other}: {why}")


def _shop(wish: argparse.Namespace) -> _Shop:
    """The registry of a lab, of a world, of a folder, or a fresh one in memory."""
    from labsim.doors.serve.desk import RegistryDesk

    if wish.open_lab:
        return _of_lab(wish)
    registry, kept, shut = (_of_world if wish.world else _of_store)(wish)
    desk = RegistryDesk.public(registry, USUAL)

    def shut_both() -> None:
        desk.close()
        shut()

    return _Shop(desk, registry, kept, shut_both)


def _of_store(wish: argparse.Namespace) -> tuple[Registry, str, Callable[[], None]]:
    policy, users = _policy(wish), _users(wish)
    kept, shut = _in_memory(wish), _nothing
    if wish.store:
        from labsim.doors.disk import DiskShelf
        from labsim.registry.restore import restored

        shelf = DiskShelf(wish.store, tell=_tell)
        for sentence in shelf.repaired:
            _tell(sentence)
        store, kept, shut = restored(shelf), f"kept in {wish.store}", shelf.close
    else:
        store = Store(MemoryShelf(_most(wish)))
    registry = Registry(wish.registry, policy=policy, users=users, store=store)
    return registry, kept, shut


def _of_world(wish: argparse.Namespace) -> tuple[Registry, str, Callable[[], None]]:
    from labsim.worlds import WORLDS

    world = WORLDS.get(wish.world)
    if world is None:
        raise LabError(f"there is no world {wish.world!r}; there is: {', '.join(WORLDS)}")
    if wish.registry not in world.hosts:
        hosts = ", ".join(world.hosts)
        raise LabError(f"{wish.world} has no registry {wish.registry!r}; it has: {hosts}")
    registry = world.registry(wish.registry, 0)
    if (policy := _policy(wish)) is not None:
        registry.follow(policy)
    if isinstance(registry.store.shelf, MemoryShelf):
        registry.store.shelf.bound(_most(wish))
    return registry, _in_memory(wish), _nothing


def _of_lab(wish: argparse.Namespace) -> _Shop:
    from labsim.doors.labfile import LabFile
    from labsim.doors.serve.lab import LabDesk

    file = LabFile(wish.open_lab)
    new = "" if file.path.exists() else "a new lab, "
    desk = LabDesk(file.turn, wish.registry, _most(wish))
    kept = f"{new}every request is an action in {file.path}"
    return _Shop(desk, desk.registry, kept, desk.close)


def _in_memory(wish: argparse.Namespace) -> str:
    return f"kept in memory, at most {wish.max_memory or _MOST}, and forgotten at the end"


def _most(wish: argparse.Namespace) -> int:
    """Bytes that may be held in memory."""
    return byte_count(wish.max_memory or _MOST)


def _users(wish: argparse.Namespace) -> Mapping[str, Proof] | None:
    """The accounts of the htpasswd file, if there is one."""
    if wish.users is None:
        return None
    from labsim.doors.htpasswd import read_users

    return read_users(wish.users)


def _policy(wish: argparse.Namespace) -> Policy | None:
    """The policy of that name, which must have a use for accounts if there are any."""
    policy = POLICIES[wish.policy] if wish.policy else None
    if policy is not None and wish.users is not None and policy["auth"] == "none":
        raise LabError(f"the policy {wish.policy} asks nobody for an account: leave out --users")
    return policy


def _nothing() -> None:
    return


# --- how ------------------------------------------------------------------------------------------


def _limits(wish: argparse.Namespace) -> Limits:
    return USUAL._replace(body_bytes=byte_count(wish.max_body))


def _tls(wish: argparse.Namespace) -> tuple[str, str] | None:
    if bool(wish.tls_cert) != bool(wish.tls_key):
        raise LabError("TLS needs both: --tls-cert FILE and --tls-key FILE")
    return (wish.tls_cert, wish.tls_key) if wish.tls_cert else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "labsim serve",
        description="A registry that real clients can push to and pull from.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_what(parser.add_argument_group("what is served"))
    _add_where(parser.add_argument_group("where, and to whom"))
    _add_limits(parser.add_argument_group("limits"))
    return parser


def _add_what(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--policy", choices=sorted(POLICIES), help="how the registry behaves; plain without users")
    add("--users", metavar="FILE", help="an htpasswd file: who may come in, with which password")
    source = group.add_mutually_exclusive_group()
    source.add_argument("--store", metavar="DIR", help="keep everything in this folder")
    source.add_argument("--world", metavar="W", help="begin with a registry of this world: w1")
    source.add_argument(
        "--open-lab",
        metavar="FILE",
        help="the registry of the lab in this file; every request is an action of the lab",
    )
    add(
        "--registry",
        metavar="HOST",
        default=_PLACE,
        help=f"which registry of the world or lab, such as docker.io (default {_PLACE})",
    )


def _add_where(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    add("--port", type=int, default=5000, help="the port; 0 is any free one (default 5000)")
    add("--tls-cert", metavar="FILE", help="speak TLS, with this certificate")
    add("--tls-key", metavar="FILE", help="and this key")
    add("--prefix", default="", metavar="PATH", help="what stands before /v2/ in clients' URLs")
    add("--behind-proxy", action="store_true", help="believe X-Forwarded-Proto, -Host and -For")
    add("--operator", action="store_true", help="open /_lab/ to every program on this machine")
    add("--verbose", action="store_true", help="one line for each request, on standard error")


def _add_limits(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--max-memory", metavar="SIZE", help=f"then 507 (default {_MOST}); not with --store")
    add("--max-body", default="10GiB", metavar="SIZE", help="of one request (default 10GiB)")


def _tell(sentence: str) -> None:
    print(f"labsim serve: {sentence}", file=sys.stderr, flush=True)
