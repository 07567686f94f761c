"""Who is let to the operator's desk, the rows under ``/_lab/``, where a door has one.

The desk asks for no password, so it is for programs of this machine alone, and what comes from
elsewhere may look like one of them: a page of somebody else's in a browser of this machine, or a
proxy that runs here and speaks for the world.  So it must be

* a connection from this machine, to a name that only this machine has (a page can make *its* name
  lead here: DNS rebinding);
* no proxy's: none of the headers that proxies add, whatever the door believes of them otherwise;
* no page's: browsers write ``Origin`` and ``Sec-Fetch-Site`` themselves, and no page can forbid it
  (Fetch standard, "forbidden request-header"; Fetch Metadata §2.4);
* meant: what changes something carries ``X-Lab-Operator``, which a form cannot, and which a page's
  script may not send elsewhere without a preflight that nobody here answers (Fetch standard,
  "CORS-safelisted request-header").
"""

from __future__ import annotations

from labsim.doors.serve.heads import Head, refusal
from labsim.doors.serve.reach import is_loopback
from labsim.wire import Headers, Response

__all__ = ["MEANT", "is_local", "unmeant"]

#: The header, with any value, of a request that changes something.
MEANT = "X-Lab-Operator"
_LOOKS = frozenset(("GET", "HEAD"))
_PROXIES = frozenset(("forwarded", "via", "x-real-ip"))


def is_local(head: Head, host: str) -> bool:
    """Whether a program of this machine asks, for itself; ``host`` is what it calls the door."""
    request = head.request
    return (
        is_loopback(request.peer)
        and is_loopback(host)
        and not _through_a_proxy(request.headers)
        and not _from_a_page(request.headers, f"{head.scheme}://{host}")
    )


def unmeant(head: Head) -> Response | None:
    """The refusal of a change without the header that says that it is meant."""
    request = head.request
    if request.method in _LOOKS or request.headers.get(MEANT):
        return None
    words = f"what changes something at the operator's desk carries the header {MEANT}: yes"
    return refusal("DENIED", words, 403)


def _through_a_proxy(headers: Headers) -> bool:
    names = (name.lower() for name, _ in headers)
    return any(name in _PROXIES or name.startswith("x-forwarded-") for name in names)


def _from_a_page(headers: Headers, own: str) -> bool:
    """Whether a page elsewhere asks; one of the door's own may, and so may the address line."""
    return any(origin.lower() != own.lower() for origin in headers.all("Origin")) or any(
        site not in ("none", "same-origin") for site in headers.all("Sec-Fetch-Site")
    )
