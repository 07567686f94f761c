"""labsim: container-image registries, simulated to the letter.

>>> from labsim import Reference
>>> str(Reference("golang").with_default_tag())
'docker.io/library/golang:latest'

The names below are all that a notebook needs to type.  Each is loaded when it is first used, so
that ``import labsim`` costs next to nothing; ``%load_ext labsim`` adds ``%docker``.
"""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = [
    "Digest",
    "Image",
    "Lab",
    "LabError",
    "Reference",
    "Registry",
    "Request",
    "Response",
    "daemon",
    "export",
    "load",
    "load_ipython_extension",
    "save",
    "serve",
]

# The second is for checkers; the first for everybody else, and typing would cost as much as both.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import Digest
    from labsim.doors import remote as remote
    from labsim.doors.daemon import daemon
    from labsim.doors.export import export
    from labsim.doors.layouts import load, save
    from labsim.doors.serve import serve
    from labsim.errors import LabError
    from labsim.image import Image
    from labsim.notebook import load_ipython_extension
    from labsim.reference import Reference
    from labsim.registry import Registry
    from labsim.wire import Request, Response
    from labsim.worlds import Lab

#: Where each name lives.  Modules are named by text: an import that nobody makes is no dependency.
_HOMES = {
    "Digest": "digest",
    "Image": "image",
    "Lab": "worlds",
    "LabError": "errors",
    "Reference": "reference",
    "Registry": "registry",
    "Request": "wire",
    "Response": "wire",
    "daemon": "doors.daemon",
    "export": "doors.export",
    "load": "doors.layouts",
    "load_ipython_extension": "notebook",
    "remote": "doors",
    "save": "doors.layouts",
    "serve": "doors.serve",
}


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'labsim' has no attribute {name!r}")
    home = __import__(f"labsim.{_HOMES[name]}", fromlist=[name])
    value: object = getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """What completion shows."""
    return [*__all__, "__version__"]
