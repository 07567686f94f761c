"""What was done, and the state that it led to: the only place where a state comes from.

Doing an action records it; going anywhere else (back, forth, aside) is doing the recorded actions
again from the start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import labsim
from labsim.errors import LabError
from labsim.lab.journal import Entry, Head, apart, heard_word, read_script, write_script
from labsim.lab.state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from labsim.blob import Blob
    from labsim.digest import Digest
    from labsim.docker import Result
    from labsim.lab.journal import Secrets
    from labsim.lab.outside import Outside
    from labsim.lab.redaction import Typed

__all__ = ["Past"]


class Past:
    """The entries done so far, those undone, the bytes they name, and the state."""

    __slots__ = ("_outside", "_state", "entries", "files", "head", "notes", "undone")

    def __init__(self, head: Head) -> None:
        self.head = head
        self._state: State | None = State(head.world, head.engine, head.seed)
        self._outside: Outside | None = None
        self.entries: list[Entry] = []
        self.undone: list[Entry] = []
        self.files: dict[Digest, Blob] = {}
        #: Sentences about where the entries come from, for whoever looks at the lab.
        self.notes: tuple[str, ...] = ()

    @classmethod
    def told(cls, script: str, files: Mapping[Digest, Blob], secrets: Secrets = ()) -> Past:
        """The past that a script tells; what is wrong with it is named with its line.

        Each of ``secrets`` goes to the first line with its action that has none yet.
        """
        head, actions = read_script(script)
        past = cls(head._replace(version=labsim.__version__))
        past.notes = _notes(head)
        held = [Entry(*pair) for pair in secrets]
        for number, action in actions:
            entry = next((entry for entry in held if entry.action == tuple(action)), None)
            if entry is not None:
                held.remove(entry)
            try:
                if entry is None:
                    past.write(action, files)
                else:
                    past.again(entry, files)
            except LabError as error:
                raise LabError(f"line {number} ({action[0]}): {error}") from error
        return past

    def write(self, action: Sequence[str], files: Mapping[Digest, Blob]) -> None:
        """Do an action that stands in a script."""
        self.again(self._discreet(action), files)

    def _discreet(self, action: Sequence[str]) -> Entry:
        """The entry of an action that somebody wrote: without credentials that he may have put in.

        (A docker command is seen to when it is typed: its verdict is known only then.)
        """
        from labsim.lab.redaction import http_entry

        return http_entry(action, self.state.password_typed, self.state.password)

    @property
    def secrets(self) -> list[tuple[Sequence[str], Sequence[str]]]:
        """What was typed into which action."""
        return [(entry.action, entry.secrets) for entry in self.entries if entry.secrets]

    @property
    def state(self) -> State:
        """Where the entries have led; made again from the start where it was given up."""
        if self._state is None:
            self._go(len(self.entries))
        assert self._state is not None
        return self._state

    @property
    def outside(self) -> Outside | None:
        """Who brings real registries to what is done from now on; never to what is done again."""
        return self._outside

    @outside.setter
    def outside(self, outside: Outside | None) -> None:
        self._outside = self.state.outside = outside

    def _go(self, n: int) -> None:
        """To the state after the first ``n`` entries."""
        self._state = self.first(n).state
        self._state.outside = self._outside

    @property
    def script(self) -> str:
        """The entries as text."""
        return write_script(self.head, (entry.action for entry in self.entries))

    def do(self, entry: Entry, files: Mapping[Digest, Blob]) -> Any:
        """Do something new.

        An action that fails is recorded only if it had spoken to a registry by then (it took time,
        and bytes may have arrived); until then a handler only checks, so nothing has changed.
        """
        from labsim.lab.actions import Kit, perform
        from labsim.lab.redaction import betrays, retyped

        if betrays(entry.action):
            return self.type(retyped(entry.action[1:], (), self.state.password_told))
        spoken = self.state.conversations
        self.state.heard.clear()
        try:
            value = perform(self.state, entry.action, Kit({**self.files, **files}, entry.secrets))
        except LabError:
            if self.state.conversations != spoken:
                self._record(entry, files)
            raise
        except BaseException:
            self._state = None
            raise
        self._record(entry, files)
        return value

    def type(self, typed: Typed) -> Result:
        """Type a docker command; Docker's own failures are results like others."""
        self.state.heard.clear()
        try:
            result = self.state.laptop.type(typed)
        except BaseException:
            self._state = None
            raise
        entry = typed.entry(succeeded=result.exit_code == 0)
        if entry is not None:
            self._record(entry, {})
        return result

    def again(self, entry: Entry, files: Mapping[Digest, Blob]) -> None:
        """Do an entry again: one that failed after it had spoken may fail in the same way.

        What real registries answered is read from the record: nobody is asked again.
        """
        from labsim.link import Misfit

        state = self.state
        spoken, state.outside = state.conversations, None
        try:
            self.do(entry, files)
        except Misfit as fault:
            raise LabError(f"what was answered then is no answer to this: {fault}") from None
        except LabError:
            if state.conversations == spoken:
                raise
        finally:
            state.outside = self._outside

    def first(self, n: int) -> Past:
        """Another past, of the first ``n`` entries; LabError where there are not so many."""
        if not 0 <= n <= len(self.entries):
            raise LabError(f"there is no state after {n} actions: there are {len(self.entries)}")
        past = Past(self.head)
        for entry in self.entries[:n]:
            past.again(entry, self.files)
        return past

    def back(self) -> Entry:
        """Undo the last entry that did more than look; what was looked at since goes with it."""
        n = len(self.entries) - 1
        while n >= 0 and _only_looked(self.entries[n]):
            n -= 1
        if n < 0:
            raise LabError("there is nothing to undo")
        entry = self.entries[n]
        self._go(n)
        del self.entries[n:]
        self.undone.append(entry)
        return entry

    def back_to(self, n: int) -> None:
        """Undo everything after the first ``n`` entries."""
        undone = [*self.undone, *reversed(self.entries[n:])]
        self._go(n)
        del self.entries[n:]
        self.undone = undone

    def forth(self) -> Entry:
        """Do the entry again that was undone last."""
        if not self.undone:
            raise LabError("there is nothing to redo")
        left = self.undone[:-1]
        entry = self.undone[-1]
        self.again(entry, self.files)
        self.undone = left
        return entry

    def _record(self, entry: Entry, files: Mapping[Digest, Blob]) -> None:
        entry, files = self._with_heard(entry, files)
        self.entries.append(entry)
        if not _only_looked(entry):  # people look before they redo
            self.undone = []
        named = _named(entry.action, {**self.files, **files})
        self.files |= {digest: blob for digest, blob in files.items() if str(digest) in named}

    def _with_heard(
        self, entry: Entry, files: Mapping[Digest, Blob]
    ) -> tuple[Entry, Mapping[Digest, Blob]]:
        """The entry with what real registries have answered, if they have answered anything."""
        if not (heard := self.state.heard):
            return entry, files
        from labsim.lab.outside import written
        from labsim.lab.redaction import without_proofs

        file, bodies = written(heard)
        heard.clear()  # what was heard itself still has its tokens
        action = (*without_proofs(entry.action), heard_word(file.digest))
        return Entry(action, entry.secrets), {**files, file.digest: file, **bodies}


def _named(action: Sequence[str], files: Mapping[Digest, Blob]) -> set[str]:
    """The digests of the files that an action needs."""
    words, heard = apart(action)
    named = {word.removeprefix("body=") for word in words}
    if heard:
        from labsim.digest import Digest
        from labsim.lab.outside import bodies_named

        named |= {heard, *bodies_named(files[Digest(heard)])}
    return named


def _only_looked(entry: Entry) -> bool:
    from labsim.docker.commands import only_looks

    return entry.action[0] == "docker" and only_looks(entry.action[1])


def _notes(head: Head) -> tuple[str, ...]:
    """What to know about a script with this head."""
    here = labsim.__version__
    if head.version == here:
        return ()
    origin = f"this lab was written by labsim {head.version} and is replayed by labsim {here}"
    return (f"{origin}: what commands print may differ",)
