"""The least that a server of bodies can do: hash them.  The floor for ``PUT``."""

from __future__ import annotations

import hashlib
from typing import Any

__all__ = ["app"]


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Read a body, hash it, say 201."""
    running, more = hashlib.sha256(), True
    while more:
        message = await receive()
        running.update(message.get("body", b""))
        more = message.get("more_body", False)
    digest = running.hexdigest().encode()
    headers = [(b"content-length", b"0"), (b"docker-content-digest", b"sha256:" + digest)]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body"})
