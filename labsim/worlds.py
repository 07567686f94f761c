r"""Ready-made beginnings of a lab.

``w1`` is the teaching world: every laptop is empty, nobody is logged in, the Hub holds the images
of :mod:`labsim.catalogue` under ``library/``, and ``cantdocpp/golang`` exists nowhere yet.

=============================  ==================================================================
``docker.io``                  the Hub: tokens; a push creates a public repository in a namespace
                               of one's own
``ghcr.io``                    tokens from its own host; what is pushed is private at first
``registry.example.com:5000``  a company's registry: who has a password may do everything
``localhost:5000``             a registry that asks nobody for anything
=============================  ==================================================================

``cantdocpp`` (the learner) and ``alice`` have an account on the first three, with the password
``lab``, which also lies in ``token.txt`` on their laptops.

>>> Lab(world="w1").docker("images").stdout
'REPOSITORY   TAG       IMAGE ID   CREATED   SIZE\n'
"""

from __future__ import annotations

from labsim.lab import WORLDS, Lab, World

# A lab whose first command asks no registry needs neither the registry's code nor the catalogue.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.image import Layer
    from labsim.link import Link
    from labsim.registry import Registry
    from labsim.wire import Request, Response

__all__ = ["W1", "WORLDS", "Lab", "World"]

_PASSWORD = "lab"  # of a world that is thrown away; the lessons print it
_PEOPLE = ("cantdocpp", "alice")
_WITH_ACCOUNTS = ("docker.io", "ghcr.io", "registry.example.com:5000")


def _registry(host: str, seed: int) -> Registry:
    from labsim.catalogue import content
    from labsim.registry import Registry

    users = dict.fromkeys(_PEOPLE, _PASSWORD) if host in _WITH_ACCOUNTS else None
    return Registry(host, users=users, seed=seed, content=content() if host == "docker.io" else ())


def _part(name: str, edition: int) -> Layer:
    from labsim.catalogue import layer

    return layer(name, edition)


def _index(hub: Registry, request: Request) -> Response:
    from labsim.catalogue.index import answer

    return answer(hub, request)


def _link() -> Link:
    """A home line: slow enough that a push can be watched, with the usual slower way up."""
    from labsim.link import Link

    return Link(delay_us=40_000, up_bytes_per_s=5_000_000, down_bytes_per_s=20_000_000)


W1 = World(
    name="w1",
    starts="2025-01-20T09:00:00Z",
    hosts=(*_WITH_ACCOUNTS, "localhost:5000"),
    registry=_registry,
    people={name: {"token.txt": f"{_PASSWORD}\n".encode()} for name in _PEOPLE},
    passwords={(host, name): _PASSWORD for host in _WITH_ACCOUNTS for name in _PEOPLE},
    part=_part,
    parts=("deps", "src", "bin"),
    link=_link,
    searched=_index,
)

WORLDS[W1.name] = W1
