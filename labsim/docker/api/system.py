"""The daemon itself: is it there, which one, what does it hold, what happened, who may come in."""

from __future__ import annotations

import re

from labsim.blob import EMPTY
from labsim.docker.api.accepting import RECORD, SEQUENCE, events_type
from labsim.docker.api.acting import typed
from labsim.docker.api.answers import Fault, document, encoded, message, stream
from labsim.docker.api.call import Call, Moment
from labsim.docker.api.happened import events, wanted
from labsim.docker.api.machine import ping_headers, versions
from labsim.docker.api.manners import manners_of
from labsim.docker.api.summaries import disk_usage
from labsim.docker.commands.login import SUCCEEDED
from labsim.docker.voices import voice_of
from labsim.wire import Response

__all__ = ["auth", "df", "happened", "info", "page_not_found", "ping", "version"]

_SECOND = 1_000_000


def ping(call: Call) -> Response:
    """Say which API is spoken here, before anything is asked for in it."""
    body = EMPTY if call.request.method == "HEAD" else b"OK"
    return Response(
        200, (*ping_headers(call.machine.engine), ("Content-Length", str(len(body)))), body
    )


def version(call: Call) -> Response:
    """The daemon and what it is made of."""
    return document(200, versions(call.machine.engine))


def info(call: Call) -> Response:
    """The laptop."""
    machine = call.machine
    return document(200, voice_of(machine.engine).daemon_info(machine.engine, machine.now))


def df(call: Call) -> Response:
    """What takes room."""
    return document(200, disk_usage(call))


def auth(call: Call) -> Response:
    """Whether a registry knows this account; the CLI keeps the account by itself."""
    given = {key: str(value) for key, value in call.body().items()}
    user, password = given.get("username", ""), given.get("password", "")
    server = given.get("serveraddress", "")
    words = ["login", "-u", user, "--password-stdin", *([server] if server else [])]
    typed(call.machine, words, f"{password}\n")  # one line ending is not the password's
    return document(200, {"IdentityToken": "", "Status": SUCCEEDED.strip()})


def happened(call: Call) -> Response:
    """What happened since one moment and until another; without an end, what happens from now on.

    Moments are those of the lab's clock.  Without ``since`` nothing of the past is told.
    """
    since, until = _moment(call, "since"), _moment(call, "until")
    filters, kind = call.filters(), events_type(call)
    told = 0

    def more() -> bytes:
        nonlocal told
        moments = list(call.machine.moments())
        fresh, told = moments[told:], max(told, len(moments))
        lines = (_lines(call, moment, since, until, filters) for moment in fresh)
        return b"".join(RECORD * (kind == SEQUENCE) + line for some in lines for line in some)

    if until is not None:
        return stream(more() if since is not None else b"", kind)
    if since is None:
        told = len(list(call.machine.moments()))
    return Response(200, (("Content-Type", kind),), call.machine.follow(more))


def _lines(
    call: Call, moment: Moment, since: float | None, until: float | None, filters: list[str]
) -> list[bytes]:
    at_s = moment.at_us / _SECOND
    if (since is not None and at_s < since) or (until is not None and at_s > until):
        return []
    manners = manners_of(call.machine.engine)
    created = manners.creation_events and call.speaks("1.46")
    labelled, old = manners.labelled_events, not call.speaks("1.52")
    found = events(moment, labelled=labelled, old=old, created=created)
    return [encoded(event) for event in found if wanted(event, filters)]


def _moment(call: Call, key: str) -> float | None:
    """Seconds since 1970, as the CLI sends them: with nanoseconds behind a point."""
    text = call.one(key)
    if not text:
        return None
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise Fault(500, f'strconv.ParseInt: parsing "{text}": invalid syntax')
    return float(text)


def page_not_found() -> Response:
    """What no row answers."""
    return message(404, "page not found")
