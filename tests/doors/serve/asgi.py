"""One request to an ASGI application, with no server and no socket in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from labsim.doors.serve.application import Application
from labsim.wire import Headers


class Answer(NamedTuple):
    """What the application sent, put together."""

    status: int
    headers: Headers
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def asked(
    app: Application,
    method: str,
    target: str,
    body: bytes | Iterable[bytes] = b"",
    *,
    query: bytes = b"",
    headers: Iterable[tuple[bytes, bytes]] = (),
    host: str = "localhost:5000",
    peer: str = "127.0.0.1",
) -> Answer:
    """Ask, with a body in one piece or in several; a target's ``?`` may stand in it."""
    parts = [body] if isinstance(body, bytes) else list(body)
    pairs = [(b"host", host.encode()), *headers]
    whole = isinstance(body, bytes)
    if whole and body:
        pairs.append((b"content-length", str(len(parts[0])).encode()))
    if query:
        target = f"{target}?{query.decode()}"
    scope = scope_of(method, target, pairs, chunked=not whole, peer=peer)
    return asyncio.run(exchanged(app, scope, parts))


def scope_of(
    method: str,
    target: str,
    headers: Iterable[tuple[bytes, bytes]],
    *,
    chunked: bool = False,
    peer: str = "127.0.0.1",
) -> dict[str, Any]:
    """A request's head as ASGI has it."""
    raw, _, query = target.partition("?")
    pairs = list(headers)
    if not any(name == b"host" for name, _ in pairs):
        pairs.insert(0, (b"host", b"localhost:5000"))
    if chunked:
        pairs.append((b"transfer-encoding", b"chunked"))
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": raw,
        "raw_path": raw.encode("latin-1", "replace"),
        "query_string": query.encode("latin-1", "replace"),
        "headers": pairs,
        "client": (peer, 40_000),
    }


async def exchanged(app: Application, scope: dict[str, Any], parts: list[bytes]) -> Answer:
    """Send the parts of a body, and put the answer together."""
    coming = [
        {"type": "http.request", "body": part, "more_body": at + 1 < len(parts)}
        for at, part in enumerate(parts)
    ]
    sent: list[dict[str, Any]] = []
    over = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if coming:
            return coming.pop(0)
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *rest = sent
    assert start["type"] == "http.response.start"
    assert not rest[-1].get("more_body", False)
    pairs = ((name.decode().title(), value.decode("latin-1")) for name, value in start["headers"])
    return Answer(start["status"], Headers(pairs), b"".join(part.get("body", b"") for part in rest))
