"""The Engine API as a table: what can be asked, and who answers.

A new endpoint is a row here and a function ``(call) -> Response``.  Rows are tried in order; a path
has ``{name}`` for the one thing that it is about (an image's name may hold slashes), and stands
behind ``/v1.41`` or behind nothing.  Source: moby 20.10 ``api/server/router/``; each row was asked
of a real daemon with curl.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from labsim.docker.api import absent, images, system, transfers
from labsim.docker.api.build import build
from labsim.docker.api.call import Call
from labsim.docker.api.searching import search
from labsim.wire import Response

__all__ = ["ENDPOINTS", "Endpoint"]


class Endpoint(NamedTuple):
    """One row; ``says`` is for people."""

    method: str
    path: str
    handler: Callable[[Call], Response]
    says: str


_NO_CONTAINER = absent.not_found("No such container: {}")
_NO_VOLUME = absent.not_found("get {}: no such volume")
_NO_NETWORK = absent.not_found("network {} not found")
_CONTAINERS = "containers, which a lab has none of"

# fmt: off
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("HEAD", "/_ping", system.ping, "which API is spoken here"),
    Endpoint("GET", "/_ping", system.ping, "which API is spoken here"),
    Endpoint("GET", "/version", system.version, "the daemon's version"),
    Endpoint("GET", "/info", system.info, "the laptop"),
    Endpoint("POST", "/auth", system.auth, "whether a registry knows an account"),
    Endpoint("GET", "/events", system.happened, "what happened, from the journal"),
    Endpoint("GET", "/system/df", system.df, "what takes room"),
    Endpoint("GET", "/images/json", images.listing, "the local images"),
    Endpoint("GET", "/images/search", search, "the Hub's repositories"),
    Endpoint("GET", "/images/get", transfers.save, "several images as an archive"),
    Endpoint("GET", "/images/{name}/get", transfers.save, "an image as an archive"),
    Endpoint("GET", "/images/{name}/history", images.history, "the steps that made an image"),
    Endpoint("GET", "/images/{name}/json", images.inspect, "all about an image"),
    Endpoint("POST", "/images/load", transfers.load, "take in an archive"),
    Endpoint("POST", "/images/create", transfers.pull, "pull"),
    Endpoint("POST", "/images/prune", images.prune, "remove what has no name"),
    Endpoint("POST", "/images/{name}/push", transfers.push, "push"),
    Endpoint("POST", "/images/{name}/tag", images.tag, "one more name"),
    Endpoint("DELETE", "/images/{name}", images.remove, "remove a name, or an image"),
    Endpoint("GET", "/distribution/{name}/json", transfers.distribution,
             "what a registry has under a name"),
    Endpoint("POST", "/build", build, "the classic builder"),
    Endpoint("POST", "/build/prune", absent.pruned("CachesDeleted"), "a build cache: empty"),
    Endpoint("POST", "/session", absent.no_builder, "BuildKit, refused in words"),
    Endpoint("POST", "/grpc", absent.no_builder, "BuildKit, refused in words"),
    Endpoint("GET", "/containers/json", absent.none_of, _CONTAINERS),
    Endpoint("POST", "/containers/create", absent.create_container, _CONTAINERS),
    Endpoint("POST", "/containers/prune", absent.pruned("ContainersDeleted"), _CONTAINERS),
    Endpoint("GET", "/containers/{name}/{rest}", _NO_CONTAINER, _CONTAINERS),
    Endpoint("POST", "/containers/{name}/{rest}", _NO_CONTAINER, _CONTAINERS),
    Endpoint("DELETE", "/containers/{name}", _NO_CONTAINER, _CONTAINERS),
    Endpoint("POST", "/commit", absent.not_simulated("docker commit"), _CONTAINERS),
    Endpoint("GET", "/exec/{name}/json", absent.not_found("No such exec instance: {}"),
             _CONTAINERS),
    Endpoint("GET", "/volumes", absent.volumes, "volumes: none"),
    Endpoint("GET", "/volumes/{name}", _NO_VOLUME, "volumes: none"),
    Endpoint("DELETE", "/volumes/{name}", _NO_VOLUME, "volumes: none"),
    Endpoint("POST", "/volumes/create", absent.not_simulated("docker volume"), "volumes: none"),
    Endpoint("POST", "/volumes/prune", absent.pruned("VolumesDeleted", []), "volumes: none"),
    Endpoint("GET", "/networks", absent.none_of, "networks: none"),
    Endpoint("GET", "/networks/{name}", _NO_NETWORK, "networks: none"),
    Endpoint("DELETE", "/networks/{name}", _NO_NETWORK, "networks: none"),
    Endpoint("POST", "/networks/create", absent.not_simulated("docker network"), "networks: none"),
    Endpoint("POST", "/networks/prune", absent.pruned("NetworksDeleted", sized=False),
             "networks: none"),
    Endpoint("GET", "/plugins", absent.none_of, "plugins: none"),
    Endpoint("GET", "/plugins/{name}/json", absent.no_plugins, "plugins: none"),
    Endpoint("GET", "/swarm", absent.no_swarm, "a swarm: none"),
    *(
        Endpoint("GET", f"/{kind}{name}", absent.no_swarm, "a swarm: none")
        for kind in ("services", "tasks", "nodes", "secrets", "configs")
        for name in ("", "/{name}")
    ),
    Endpoint("POST", "/swarm/{name}", absent.not_simulated("docker swarm"), "a swarm: none"),
)
# fmt: on
