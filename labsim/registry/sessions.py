"""Upload sessions: the open ones of a registry, and the bytes that have come so far.

Nobody can keep others out by opening sessions: who asks when all are taken is served at the cost of
another, and a session makes room for

* anybody, once it has been silent for ten minutes: nobody will miss it;
* its owner, and others who have no more of them, while it has no bytes: its client opens it again;
* whoever has at least two fewer than its owner.

Of those the owner with the most gives the one that has been silent longest.  Only where there is
none are they told to come back, within a minute.

*Whoever is below their fair share is let in.*  With n owners, the one who asks among them, a fair
share is ``limit // n``.  Who has c sessions and is below it has c + 1 <= ``limit // n``.  Had none
of the others more than c + 1, all together would be fewer than n(c + 1), which is no more than the
limit, and then not all are taken.  So somebody has c + 2, and gives.  *It comes to rest*: what goes
to who has two fewer evens the numbers out; between neighbours it would only change hands for ever.
*Nobody who is at work is hurt*: a session is never taken while a body arrives in it, and of an
owner's the longest silent goes, so one that goes on is the last.  Where a body arrives in every
session that could be given, a newcomer has to wait all the same; that takes as many connections,
and a door allows half as many as sessions.

To speak is to send bytes, be they refused in the end: asking how far one is renews nothing, nor
does what is refused before its bytes are read.
"""

from __future__ import annotations

from collections import Counter

from labsim.registry.answers import Refusal
from labsim.registry.call import Call
from labsim.registry.seal import Seal
from labsim.registry.shelf import GONE, Opened, Shelf, Writer

__all__ = ["Session", "Uploads"]


_LONG_SILENT_US = 600 * 1_000_000
_WAIT_S = 60  # at most: a session may be finished or cancelled at any time


class Session:
    """One upload on its way: what is known of it, and a writer that has its bytes."""

    __slots__ = ("awaited", "opened", "owner", "path", "touched_us", "writer")

    def __init__(self, opened: Opened, writer: Writer, owner: str = "") -> None:
        """A session with no bytes yet; ``path`` is where its next request goes.

        ``owner`` is the account or address whose sessions are counted together; it is not kept,
        so those from before a restart have one owner, whoever they are.
        """
        self.owner = owner
        self.path = f"/v2/{opened.repository}/blobs/uploads/{opened.id}?{opened.state}"
        self.opened = opened
        self.writer = writer
        #: When bytes last came, or it was opened.
        self.touched_us = opened.at_us
        #: Bytes that the ``Content-Range`` of the request under way has spoken of, if it has one.
        self.awaited: int | None = None

    def heard(self, at_us: int) -> None:
        """Bytes have come; a request of earlier that is late makes it no older."""
        self.touched_us = max(self.touched_us, at_us)


class Uploads:
    """The open sessions of one registry."""

    __slots__ = ("_count", "_look_us", "_seal", "_sessions", "_shelf", "each", "limit", "most_us")

    def __init__(self, seal: Seal, shelf: Shelf) -> None:
        """``seal`` makes session ids unguessable; what the shelf has under way goes on."""
        self._seal = seal
        self._shelf = shelf
        self._count = 0
        self._sessions = {opened.id: Session(opened, writer) for opened, writer in shelf.uploads()}
        #: How many may be open, of them one owner's, and for how many microseconds without bytes;
        #: 0: any number.
        self.limit = self.each = self.most_us = 0
        self._look_us = 0  # when to look for forgotten ones again

    def __len__(self) -> int:
        return len(self._sessions)

    def open(self, repository: str, algorithm: str, at_us: int, owner: str = "") -> Session:
        """A new session; its id looks like a UUID and comes from a counter and the seal."""
        if self.most_us and at_us >= self._look_us:
            self.close_stale(at_us)
            self._look_us = at_us + self.most_us // 4
        if self.limit or self.each:
            self._make_room(owner, at_us)
        identity, text = self._unused()
        opened = Opened(identity, repository, f"_state={text[32:]}", algorithm, at_us)
        session = self._sessions[identity] = Session(opened, self._shelf.writer(opened), owner)
        return session

    def _unused(self) -> tuple[str, str]:
        """An id that no session has, not even one from before a restart with the same seed."""
        while True:
            self._count += 1
            text = self._seal(f"upload {self._count}")
            identity = f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"
            if identity not in self._sessions:
                return identity, text

    def __getitem__(self, identity: str) -> Session:
        """An open session, for an endpoint whose guard has resumed it."""
        return self._sessions[identity]

    def resume(self, call: Call) -> Session:
        """The session a request speaks of, in its own repository and with its own state."""
        session = self._sessions.get(call.argument)
        most_us, at_us = self.most_us, call.request.at_us
        if session is None or (most_us and _is_stale(session, at_us, most_us)):
            raise Refusal(*GONE)
        opened = session.opened
        if opened.repository != call.name or opened.state not in call.query_text:
            raise Refusal("BLOB_UPLOAD_INVALID")
        return session

    def close(self, session: Session) -> None:
        """Forget the session and its bytes."""
        del self._sessions[session.opened.id]
        session.writer.close()

    def stale(self, at_us: int, most_us: int) -> list[Session]:
        """Where no bytes have come for that long."""
        return [one for one in self._sessions.values() if _is_stale(one, at_us, most_us)]

    def close_stale(self, at_us: int) -> None:
        """Close where no bytes have come for too long."""
        for session in self.stale(at_us, self.most_us) if self.most_us else ():
            self.close(session)

    def _make_room(self, owner: str, at_us: int) -> None:
        """One session goes, if there are as many as there may be; else a refusal (429)."""
        everybody = list(self._sessions.values())
        for session in everybody:
            if session.writer.busy:
                session.heard(at_us)
        mine = [session for session in everybody if session.owner == owner]
        if owner and 0 < self.each <= len(mine):
            self._take_one(mine, owner, at_us)
        elif 0 < self.limit <= len(everybody):
            self._take_one(everybody, owner, at_us)

    def _take_one(self, sessions: list[Session], owner: str, at_us: int) -> None:
        """Close the one of these that makes room for this owner."""
        count = Counter(session.owner for session in self._sessions.values())

        def gives(session: Session) -> bool:
            if session.writer.busy:
                return False
            ahead = count[session.owner] - count[owner]
            spare = ahead > 1 or (ahead >= 0 and not session.writer.size)
            return spare or _is_stale(session, at_us, self._patience_us)

        spare = [session for session in sessions if gives(session)]
        if not spare:
            wait = ("Retry-After", str(self._wait_s(sessions, at_us)))
            raise Refusal("TOOMANYREQUESTS", message="too many uploads are open", headers=[wait])
        self.close(min(spare, key=lambda one: (-count[one.owner], one.touched_us)))

    @property
    def _patience_us(self) -> int:
        """How long one may be silent where others wait for its place."""
        return min(self.most_us or _LONG_SILENT_US, _LONG_SILENT_US)

    def _wait_s(self, sessions: list[Session], at_us: int) -> int:
        """Seconds until the one that has been silent longest makes room, or until one may ask."""
        first_us = min(session.touched_us for session in sessions) + self._patience_us - at_us
        return max(1, min(_WAIT_S, first_us // 1_000_000 + 1))


def _is_stale(session: Session, at_us: int, most_us: int) -> bool:
    return at_us - session.touched_us >= most_us and not session.writer.busy
