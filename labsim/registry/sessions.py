"""Upload sessions: the open ones of a registry, and the bytes that have come so far.

Nobody can keep others out by opening sessions.  Whoever has as many as one may have, or comes when
all are taken, is served at the cost of a session that nobody will miss: first the oldest that has
no bytes, which its client opens again; then the one that has been silent longest, once that is ten
minutes.  Only where there is neither are they told to come back, within a minute.
"""

from __future__ import annotations

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
        so those from before a restart are nobody's.
        """
        self.owner = owner
        self.path = f"/v2/{opened.repository}/blobs/uploads/{opened.id}?{opened.state}"
        self.opened = opened
        self.writer = writer
        #: When a request last spoke of it.
        self.touched_us = opened.at_us
        #: Bytes that the ``Content-Range`` of the request under way has spoken of, if it has one.
        self.awaited: int | None = None


class Uploads:
    """The open sessions of one registry."""

    __slots__ = ("_count", "_look_us", "_seal", "_sessions", "_shelf", "each", "limit", "most_us")

    def __init__(self, seal: Seal, shelf: Shelf) -> None:
        """``seal`` makes session ids unguessable; what the shelf has under way goes on."""
        self._seal = seal
        self._shelf = shelf
        self._count = 0
        self._sessions = {opened.id: Session(opened, writer) for opened, writer in shelf.uploads()}
        #: How many may be open, of them one owner's, and for how many microseconds without a
        #: request; 0: any number.
        self.limit = self.each = self.most_us = 0
        self._look_us = 0  # when to look for forgotten ones again

    def __len__(self) -> int:
        return len(self._sessions)

    def open(self, repository: str, algorithm: str, at_us: int, owner: str = "") -> Session:
        """A new session; its id looks like a UUID and comes from a counter and the seal."""
        if self.most_us and at_us >= self._look_us:
            self.close_stale(at_us)
            self._look_us = at_us + self.most_us // 4
        if owner and self.each:
            mine = [session for session in self._sessions.values() if session.owner == owner]
            self._make_room(mine, self.each, at_us)
        if self.limit and len(self._sessions) >= self.limit:
            self._make_room(list(self._sessions.values()), self.limit, at_us)
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
        if session.touched_us < at_us:
            session.touched_us = at_us
        return session

    def close(self, session: Session) -> None:
        """Forget the session and its bytes."""
        del self._sessions[session.opened.id]
        session.writer.close()

    def stale(self, at_us: int, most_us: int) -> list[Session]:
        """What nobody has spoken of for that long."""
        return [one for one in self._sessions.values() if _is_stale(one, at_us, most_us)]

    def close_stale(self, at_us: int) -> None:
        """Close what nobody has spoken of for too long."""
        for session in self.stale(at_us, self.most_us) if self.most_us else ():
            self.close(session)

    def _make_room(self, sessions: list[Session], most: int, at_us: int) -> None:
        """One of these makes room, if there are as many as there may be; else a refusal (429)."""
        if len(sessions) < most:
            return
        quiet = [session for session in sessions if not session.writer.busy]
        empty = [session for session in quiet if not session.writer.size]
        silent = [session for session in quiet if _is_stale(session, at_us, self._patience_us)]
        if not (empty or silent):
            wait = ("Retry-After", str(self._wait_s(sessions, at_us)))
            raise Refusal("TOOMANYREQUESTS", message="too many uploads are open", headers=[wait])
        self.close(min(empty or silent, key=lambda session: session.touched_us))

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
