"""A registry behind HTTP, for real clients: docker, podman, skopeo, and whoever speaks OCI.

Follow a request: :mod:`~labsim.doors.serve.connection` reads it from a socket (with uvicorn),
:mod:`~labsim.doors.serve.application` asks the registry and sends its answer, and
:mod:`~labsim.doors.serve.recorder` writes down what happened.  The registry is the very object
that a notebook has, so the simulator and the server cannot disagree.
"""

from __future__ import annotations

from labsim.doors.serve.limits import USUAL, Limits

# Threads and sockets are for those who open a door, not for all who look at the name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.doors.serve.door import Door
    from labsim.registry import Registry

__all__ = ["Limits", "serve"]


def serve(
    registry: Registry,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: tuple[str, str] | None = None,
    prefix: str = "",
    limits: Limits = USUAL,
    keep: int = 10_000,
) -> Door:
    """Open a door to a registry for real clients: docker, podman, skopeo.

    Only programs on this machine can reach it, unless ``host`` says otherwise; ``port`` 0 is any
    free one.  ``tls`` is the path of a certificate and of its key; ``keep`` is how many exchanges
    the trace holds.  Stop it with ``door.stop()``, or by leaving its ``with`` block.
    """
    from labsim.doors.serve.door import Door

    return Door(registry, host=host, port=port, tls=tls, prefix=prefix, limits=limits, keep=keep)
