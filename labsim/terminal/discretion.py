"""A line at the lab's prompt without its secrets, for whoever shows or keeps it.

Docker's lines are :mod:`labsim.docker.redaction`'s; three of the lab's own verbs take a password.

>>> discreet("sign_up gopher secret host=localhost:5000")
'sign_up gopher ******** host=localhost:5000'
>>> discreet("docker login -u alice -p secret")
'docker login -u alice -p ********'
"""

from __future__ import annotations

import re

from labsim.docker.redaction import MASK, redact
from labsim.docker.shell import split
from labsim.errors import CommandError
from labsim.secrecy import is_proof

__all__ = ["discreet"]

#: Which of a verb's words is a password, those with a name not counted.
_PLACES = {"sign_up": 2, "credentials": 3}
_HEADER = re.compile(r"(header=([^:]*): *).+", re.IGNORECASE)


def discreet(line: str) -> str:
    """The line with each secret in it replaced by asterisks."""
    verb = next(iter(line.split()), "")
    if verb not in (*_PLACES, "http"):
        return redact(line)
    try:
        words = list(split(line).words)
    except CommandError:  # no prompt would read it, so nobody knows where the secret ends
        return f"{verb} {MASK}"
    plain = [at for at, word in enumerate(words) if "=" not in word or at == _PLACES.get(verb)]
    secret = plain[_PLACES[verb] :] if verb in _PLACES else []
    shown = [MASK if at in secret else _veiled(word) for at, word in enumerate(words)]
    return line if shown == words else " ".join(shown)


def _veiled(word: str) -> str:
    """A header that proves who is speaking, with asterisks for the proof; any other word itself."""
    return _HEADER.sub(lambda it: f"{it[1]}{MASK}" if is_proof(it[2]) else it[0], word)
