"""How the daemons of the two engines differ over the API in what no command shows.

Sources: moby 20.10.24 and 29.7 ``daemon/server/router`` (``api/server/router`` before).
"""

from __future__ import annotations

from typing import NamedTuple

from labsim.engine.dialect import CLASSIC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.engine import Engine

__all__ = ["Manners", "manners_of"]


class Manners(NamedTuple):
    """What one daemon does.

    ``builder`` is what ``/_ping`` says of builders: a daemon of 20.10 leaves the choice to the
    client; a newer one says 2 for BuildKit, and ours 1, which is what it speaks.
    """

    builder: tuple[tuple[str, str], ...]
    #: The status of a name that cannot be a tag's.
    bad_tag: int
    #: Whether events have the image's labels, and whether its creation is one.
    labelled_events: bool
    creation_events: bool
    #: Whether a client may choose the media type of events.
    chosen_events: bool
    #: Whether ``/system/df`` leaves out what is nought and sums up by kind.
    sums_usage: bool


_OLD = Manners(
    builder=(),
    bad_tag=500,
    labelled_events=True,
    creation_events=False,
    chosen_events=False,
    sums_usage=False,
)
_NEW = Manners(
    builder=(("Builder-Version", "1"),),
    bad_tag=400,
    labelled_events=False,
    creation_events=True,
    chosen_events=True,
    sums_usage=True,
)


def manners_of(engine: Engine) -> Manners:
    """Those of the daemon that an engine belongs to."""
    return _OLD if engine.dialect == CLASSIC else _NEW
