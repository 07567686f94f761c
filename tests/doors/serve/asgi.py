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
    raw, _, more = target.partition("?")
    parts = [body] if isinstance(body, bytes) else list(body)
    pairs = [(b"host", host.encode()), *headers]
    if isinstance(body, bytes) and body:
        pairs.append((b"content-length", str(len(body)).encode()))
    elif parts != [b""]:
        pairs.append((b"transfer-encoding", b"chunked"))
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": raw,
        "raw_path": raw.encode("latin-1"),
        "query_string": query or more.encode("latin-1"),
        "headers": pairs,
        "client": (peer, 40_000),
    }
    return asyncio.run(_one(app, scope, parts))


async def _one(app: Application, scope: dict[str, Any], parts: list[bytes]) -> Answer:
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
