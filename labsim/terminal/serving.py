"""``labsim serve``: a registry for real clients, until Ctrl-C.

Options are read by argparse here and nowhere else (``docs/decisions``, "Options of serve").
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from labsim.doors.serve.limits import USUAL, Limits, byte_count
from labsim.errors import LabError
from labsim.registry import GHCR, HTPASSWD, HUB, PLAIN, Registry, Store
from labsim.registry.shelf import MemoryShelf

if TYPE_CHECKING:
    from labsim.doors.serve.application import Application
    from labsim.doors.serve.recorder import Moments
    from labsim.wire import Request, Response

__all__ = ["main"]

_POLICIES = {"plain": PLAIN, "htpasswd": HTPASSWD, "hub": HUB, "ghcr": GHCR}
_PLACE = "localhost:5000"


def main(words: Sequence[str]) -> int:
    """Serve until a signal; the exit code."""
    try:
        wish = _parser().parse_args(words)
        return _serve(wish)
    except LabError as fault:
        _tell(str(fault))
        return 1


def _serve(wish: argparse.Namespace) -> int:
    from labsim.doors.serve.application import Application
    from labsim.doors.serve.desk import RegistryDesk
    from labsim.doors.serve.extra import required
    from labsim.doors.serve.openness import openness, warning
    from labsim.doors.serve.reach import Reach

    with required():
        from labsim.doors.serve.server import Server
    registry = _registry(wish)
    limits = _limits(wish)
    app = Application(
        RegistryDesk(registry),
        reach=Reach.at(wish.prefix, behind_proxy=wish.behind_proxy),
        limits=limits,
        note=_written if wish.verbose else None,
        operator=wish.operator,
        tell=_tell,
    )

    def ready() -> None:
        print(f"{server.url}: {openness(registry, wish.host)}; {_kept(wish)}", flush=True)
        if said := warning(registry, wish.host):
            print(said, flush=True)

    server = Server(app, wish.host, wish.port, _tls(wish), ready=ready)
    server.serve_until_told()
    return 0


def _registry(wish: argparse.Namespace) -> Registry:
    """A fresh one, one from a world, or one from a folder, with its limits."""
    most = byte_count(wish.max_memory)
    if wish.world:
        registry = _from_world(wish, most)
    else:
        policy = _POLICIES[wish.policy] if wish.policy else None
        registry = Registry(wish.registry, policy=policy, store=_store(wish, most))
    registry.reseed(secrets.token_bytes(32))
    registry.uploads.limit = wish.max_uploads
    registry.uploads.most_us = byte_count("1MB") * wish.upload_age_s
    return registry


def _tell(sentence: str) -> None:
    print(f"labsim serve: {sentence}", file=sys.stderr, flush=True)
