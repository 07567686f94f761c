"""How a secret that is typed stays out of the journal, and how a replay types it again.

What is written down is a verdict: ``right`` when the command succeeded with the secret, else
``wrong``.  A replay in the same lab uses the secret again, which is held in memory only; a replay
of a script uses the account's own password for ``right`` and something else for ``wrong``.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Sequence

from labsim.docker.redaction import is_login, redact, refilled
from labsim.docker.shell import split
from labsim.errors import CommandError
from labsim.lab.journal import RIGHT, WRONG, Entry
from labsim.lab.laptop import Ask

__all__ = [
    "Login",
    "Typed",
    "betrays",
    "http_entry",
    "is_verdict",
    "retyped",
    "shell_line",
    "with_credentials",
    "without_proofs",
]

_VERDICTS = frozenset((RIGHT, WRONG))
#: ``(secret or verdict, server, user)`` → the secret to type.
Password = Callable[[str, str, str], str]


class Login:
    """Which account a line is about, as far as it is a ``login`` and its words say."""

    __slots__ = ("from_stdin", "meant", "readable", "server", "user")

    def __init__(self, line: str) -> None:
        self.user = self.server = ""
        self.from_stdin = False
        words = _words(line)
        self.readable = bool(words)
        at = next((at for at, word in enumerate(words) if is_login(word)), len(words))
        self.meant = at < len(words)
        rest = iter(words[at + 1 :])
        for word in rest:
            if word in ("-u", "--username"):
                self.user = next(rest, "")
            elif word.startswith(("-u", "--username=")):
                self.user = word.removeprefix("--username").removeprefix("-u").removeprefix("=")
            elif word in ("-p", "--password"):
                next(rest, "")
            elif word == "--password-stdin":
                self.from_stdin = True
            elif not word.startswith("-"):
                self.server = word


class Typed:
    """A docker command as it is typed, with all that goes in while it runs.

    ``password`` may put another secret in the place of the one that was typed.
    """

    __slots__ = ("_answers", "_ask", "_inline", "_login", "_password", "_readable", "line", "stdin")

    def __init__(
        self, line: str, stdin: str = "", ask: Ask | None = None, password: Password | None = None
    ) -> None:
        self.line = line
        self.stdin = stdin
        self._ask = ask
        self._password = password or _as_typed
        self._answers: list[tuple[str, bool]] = []
        self._inline: list[str] = []
        delicate = "login" in line.casefold() or redact(line) != line
        self._login = Login(line if delicate else "")
        self._readable = self._login.readable or not delicate
        if self._readable:
            self._take_secrets(self._login)

    def _take_secrets(self, login: Login) -> None:
        def secret(typed: str) -> str:
            self._inline.append(self._password(typed, login.server, login.user))
            return self._inline[-1]

        self.line = refilled(self.line, secret)
        if not self._inline and login.from_stdin and self.stdin.strip("\r\n"):
            self.stdin = self._password(self.stdin, login.server, login.user)

    @property
    def ask(self) -> Ask | None:
        """Asks the person, and notes the answer; ``None`` when nobody is there."""
        return self._note if self._ask else None

    def _note(self, prompt: str, secret: bool) -> str | None:
        answer = self._ask(prompt, secret) if self._ask else None
        if answer and secret:
            names = [text for text, hidden in self._answers if not hidden]
            user = self._login.user or "".join(names[-1:])
            answer = self._password(answer, self._login.server, user)
        if answer is not None:
            self._answers.append((answer, secret))
        return answer

    def entry(self, *, succeeded: bool) -> Entry | None:
        """What the journal keeps of it; nothing of a login line that no shell can read."""
        verdict = RIGHT if succeeded else WRONG
        if not self._readable:
            return None
        if self._inline:
            return Entry(("docker", refilled(self.line, lambda _: verdict)), self._inline)
        if self._answers:
            typed = [verdict if secret and text else text for text, secret in self._answers]
            secrets = [text for text, secret in self._answers if secret and text]
            return Entry(("docker", self.line, "\n".join(typed)), secrets)
        if self._login.from_stdin and self.stdin.strip("\r\n"):
            return Entry(("docker", self.line, verdict), (self.stdin,))
        return Entry(("docker", self.line))


def retyped(words: Sequence[str], secrets: Sequence[str], password: Password) -> Typed:
    """The command of an entry, typed again; ``password`` knows the secret behind a verdict."""
    line, typed = words[0], words[1] if len(words) > 1 else None
    held = iter(secrets)

    def secret(verdict: str, server: str, user: str) -> str:
        return next(held, None) or password(verdict, server, user)

    if typed is None:
        return Typed(line, password=secret)
    if Login(line).from_stdin:
        return Typed(line, typed, password=secret)
    answers = iter(typed.split("\n"))
    return Typed(line, ask=lambda _prompt, _secret: next(answers, None), password=secret)


#: A header that proves who is speaking; a verdict behind ``Basic`` proves nothing any more.
_TOKEN = re.compile(
    r"(header=(?:proxy-)?authorization: *(?!basic +[^:]*:(?:right|wrong)$)(?:\S+ +)?"
    r"|header=cookie: *).+",
    re.IGNORECASE,
)
_BASIC = re.compile(r"(header=authorization: *basic +)(.+)", re.IGNORECASE)


def http_entry(action: Sequence[str], password: Password, right: Password) -> Entry:
    """An action for the journal: ``Basic`` credentials as ``user:right`` or ``user:wrong``.

    So is the password of ``credentials HOST USER PASSWORD``.
    """
    words, secrets = list(action), []
    if words[:1] == ["credentials"] and len(words) == 4 and words[3] not in _VERDICTS:
        secrets.append(password(words[3], words[1], words[2]))
        words[3] = RIGHT if secrets[0] == right(RIGHT, words[1], words[2]) else WRONG
        return Entry(words, secrets)
    host = next((word[5:] for word in words if word.startswith("host=")), "")
    for at, word in enumerate(words if words[:1] == ["http"] else ()):
        match = _BASIC.fullmatch(word)
        user, colon, typed = _decoded(match[2] if match else "")
        if match and colon:
            secret = password(typed, host, user)
            verdict = RIGHT if secret == right(RIGHT, host, user) else WRONG
            words[at] = f"{match[1]}{user}:{verdict}"
            secrets.append(secret)
    return Entry(words, secrets)


def with_credentials(
    words: Sequence[str], host: str, secrets: Sequence[str], password: Password
) -> list[str]:
    """The words of a request with its credentials put back in."""
    held = iter(secrets)

    def restored(match: re.Match[str]) -> str:
        user, colon, verdict = match[2].partition(":")
        if not colon:
            return match[0]
        secret = next(held, None) or password(verdict, host, user)
        return match[1] + b2a_base64(f"{user}:{secret}".encode(), newline=False).decode()

    return [_BASIC.sub(restored, word) for word in words]


def without_proofs(action: Sequence[str]) -> list[str]:
    """The words of a request that went to a real registry, without what proved who was speaking.

    A replay asks nobody, so it needs neither a token nor the form that asked for one.
    """
    if action[0] != "http":
        return list(action)
    from labsim.link.discreet import PLACEHOLDER  # only for who speaks to real registries

    form = not action[2].startswith("/v2/")
    words = (word for word in action if not (form and word.startswith("body=")))
    return [_TOKEN.sub(rf"\1{PLACEHOLDER}", word) for word in words]


def _decoded(credentials: str) -> tuple[str, str, str]:
    try:
        return a2b_base64(credentials, strict_mode=True).decode().partition(":")
    except ValueError:
        return "", "", ""


def is_verdict(line: str) -> bool:
    """Whether each secret on the line is a verdict, as in a journal."""
    secrets = _secrets(line)
    return bool(secrets) and _VERDICTS.issuperset(secrets)


def betrays(action: tuple[str, ...]) -> bool:
    """Whether a docker action says more than a journal may: a secret, or text that nobody reads.

    Nobody but the lab writes it so; it comes from a script written by hand, or from ``do``.
    """
    words = [word for word in action[1:] if not word.startswith("heard=")]
    if action[:1] != ("docker",) or not 1 <= len(words) <= 2:
        return False
    line, *typed = words
    if not _VERDICTS.issuperset(_secrets(line)):
        return True
    login, text = Login(line), "".join(typed)
    if not login.meant:
        return bool(text)
    answers = [text] if login.from_stdin else text.split("\n")[0 if login.user else 1 :]
    return not {"", *_VERDICTS}.issuperset(answers)


def _secrets(line: str) -> list[str]:
    """What stands on the line where a password would."""
    secrets: list[str] = []

    def noted(secret: str) -> str:
        secrets.append(secret)
        return secret

    refilled(line, noted)
    return secrets


def shell_line(words: Sequence[str]) -> str:
    """One line that a shell would cut into these words."""
    return " ".join(word if _PLAIN.fullmatch(word) else _shell_word(word) for word in words)


_PLAIN = re.compile(r"[\w./:@=,+%{}-]+")


def _as_typed(secret: str, _server: str, _user: str) -> str:
    return secret


def _words(line: str) -> list[str]:
    try:
        return list(split(line).words)
    except CommandError:
        return []


def _shell_word(text: str) -> str:
    """A word that a shell reads as this text."""
    return "'" + text.replace("'", "'\\''") + "'"
