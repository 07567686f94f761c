"""``POST /build``: the classic builder over the API.

Here is the place where the engine's builder is handed the context that a CLI sends: a tar in the
body, and the parameters of moby 20.10 ``api/server/router/build/build_routes.go``.
"""

from __future__ import annotations

from labsim.docker.api.absent import no_builder, not_simulated
from labsim.docker.api.call import Call
from labsim.wire import Response

__all__ = ["build"]

#: The parameter that says which builder is wanted: 1 is the classic one, 2 is BuildKit.
_BUILDKIT = "2"


def build(call: Call) -> Response:
    """Build an image of the context in the body; BuildKit is refused in words."""
    if call.one("version") == _BUILDKIT:
        return no_builder(call)
    return not_simulated("docker build over the API")(call)
