"""A lab with two images, and what it types in front of a registry, simulated or real."""

from __future__ import annotations

import re

from labsim import Lab, remote
from labsim.story import Ledger, ledger
from labsim.trace import Trace
from tests.client.scene import A, B
from tests.doors.loopback import Loopback

HOST = "localhost:5000"
APP, OTHER = f"{HOST}/team/app", f"{HOST}/team/other"
COMMANDS = [
    f"push {APP}:1",
    f"push {APP}:1",
    f"push {APP}:2",
    f"tag {APP}:1 {OTHER}:1",
    f"push {OTHER}:1",
    f"push {APP}:nope",
    f"push -a {APP}",
    "rmi -f app:1 app:2",
    f"rmi {APP}:1 {OTHER}:1",
    f"pull {APP}:1",
    f"pull {APP}:1",
    f"pull {OTHER}:1",
    f"pull {APP}:nope",
    f"pull -a {APP}",
    f"pull {HOST}/nobody/nothing",
    f"pull {APP}@sha256:{'0' * 64}",
]


def stocked(engine: str = "classic") -> Lab:
    """A lab with two images of which the upper layers differ, tagged for the registry."""
    lab = Lab(engine=engine)
    for tag, image in (("1", A), ("2", B)):
        lab.load([f"app:{tag}"], image.config, [layer.packed for layer in image.layers])
        lab.tag(f"app:{tag}", f"{APP}:{tag}")
    return lab


def connected(server: Loopback, engine: str = "classic") -> Lab:
    lab = stocked(engine)
    remote.connect(lab, {HOST: server.url})
    return lab


def told(text: str) -> list[str]:
    """The lines of a command; which lane is first is a matter of luck, as with real Docker."""
    return sorted(text.splitlines())


def asked(lab: Lab) -> list[tuple[str, str]]:
    """What the last conversation asked, without the names that a registry made up."""
    exchanges = lab.trace.exchanges if lab.trace else ()
    return sorted(
        (x.method, re.sub(r"uploads/[^?]+.*?(&digest|$)", r"uploads/…\1", x.target))
        for x in exchanges
    )


def trace_of(lab: Lab) -> Trace:
    """The last conversation."""
    assert lab.trace is not None
    return lab.trace


def ledger_of(lab: Lab) -> Ledger:
    """What became of each blob in it."""
    return ledger(trace_of(lab))


def connected_and_empty(server: Loopback) -> Lab:
    """A fresh lab that is connected to it."""
    lab = Lab()
    remote.connect(lab, {HOST: server.url})
    return lab
