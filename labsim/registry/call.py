"""One request on its way through the registry: what is asked, and which row of the table it hit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsim.wire import Request, parameters

if TYPE_CHECKING:
    from labsim.registry.endpoints import Endpoint
    from labsim.registry.sessions import Session

__all__ = ["Call", "count"]

_DIGITS = 18  # of the largest 64-bit number, less one


class Call:
    """A request with its row, and the two variables of the row's path.

    ``name`` is the repository (or account); ``argument`` the last segment: digest, tag, session.
    ``query_text`` is the target after its ``?``, and ``session`` the upload that it goes on with,
    once the row's guard has found that.  The router makes these, and fills them in: passing all of
    it to an ``__init__`` would cost as much again, with every request.
    """

    __slots__ = ("_query", "argument", "endpoint", "name", "query_text", "request", "session")

    request: Request
    endpoint: Endpoint
    name: str
    argument: str
    query_text: str
    session: Session

    @property
    def query(self) -> dict[str, str]:
        """The decoded parameters, read once; of a repeated one the first."""
        try:
            return self._query
        except AttributeError:
            self._query: dict[str, str] = dict(reversed(parameters(self.query_text)))
            return self._query

    @property
    def announced(self) -> int | None:
        """Bytes of the body as ``Content-Length`` says; None where it comes in chunks."""
        return count(self.request.headers.get("Content-Length"))

    @property
    def length(self) -> int:
        """Bytes of the body as announced, or as they are when nothing was announced."""
        announced = self.announced
        return self.request.body.size if announced is None else announced


def count(text: str) -> int | None:
    """A number of bytes or things as headers and queries write it; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None
