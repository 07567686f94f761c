"""The Hub's index: what ``docker search`` asks.  It is a service beside the registry.

It knows every public repository by name; the catalogue's own have a description and stars as of
January 2025, rounded.  The answer's form is that of ``index.docker.io/v1/search``.
"""

from __future__ import annotations

import json

from labsim.wire import Request, Response, parameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.registry import Registry

__all__ = ["ABOUT", "answer"]

#: Repository (of ``library/``) to what the Hub says of it, and its stars.
ABOUT = {
    "alpine": (
        "A minimal Docker image based on Alpine Linux with a complete package index.",
        11_000,
    ),
    "busybox": ("Busybox base image.", 3_300),
    "debian": ("Debian is a Linux distribution composed entirely of free software.", 5_000),
    "golang": ("Go (golang) is a general purpose, higher-level, imperative language.", 4_900),
    "hello-world": ("Hello World! (an example of minimal Dockerization)", 2_300),
    "nginx": ("Official build of Nginx.", 20_000),
    "node": ("Node.js is a JavaScript-based platform for server-side applications.", 13_000),
    "postgres": ("The PostgreSQL object-relational database system.", 14_000),
    "python": ("Python is an interpreted, interactive, object-oriented language.", 10_000),
    "redis": (
        "Redis is an open source key-value store that functions as a data structure.",
        13_000,
    ),
}
_LIBRARY = "library/"


def answer(registry: Registry, request: Request) -> Response:
    """The repositories whose name or description has the term in it, at most ``n``."""
    path, _, query = request.target.partition("?")
    if request.method != "GET" or path != "/v1/search":
        return registry.handle(request)
    asked = dict(parameters(query))
    term = asked.get("q", "").lower()
    anybody = registry.access.reader(Request("GET", "/v2/_catalog", host=registry.host))
    names = sorted(
        name
        for name, one in registry.store.repositories.items()
        if one.published and anybody(name) and _has(name, term)
    )
    found = [_result(name) for name in names]
    found.sort(key=lambda one: -int(str(one["star_count"])))
    found = found[: int(asked.get("n", "25"))]
    document = {"num_results": len(found), "query": term, "results": found}
    return Response(200, [("Content-Type", "application/json")], json.dumps(document).encode())


def _has(name: str, term: str) -> bool:
    about, _ = ABOUT.get(name.removeprefix(_LIBRARY), ("", 0)) if _LIBRARY in name else ("", 0)
    return term in name.removeprefix(_LIBRARY) or term in about.lower()


def _result(name: str) -> dict[str, object]:
    official = name.startswith(_LIBRARY)
    familiar = name.removeprefix(_LIBRARY)
    about, stars = ABOUT.get(familiar, ("", 0)) if official else ("", 0)
    return {
        "name": familiar,
        "description": about,
        "star_count": stars,
        "is_official": official,
        "is_automated": False,
    }
