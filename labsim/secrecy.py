"""What of a proof of who is speaking may be written down: that there was one, and of which kind.

A trace, a journal and a door's record each keep less than they were told, for reasons of their own;
which headers prove something, and what is shown of one, they have from here.
"""

from __future__ import annotations

__all__ = ["credentials", "is_proof", "scheme_of", "veiled"]

_PROOFS = frozenset(("authorization", "proxy-authorization", "cookie"))
#: Of the IANA registry of authentication schemes, those that clients of registries have.
_SCHEMES = frozenset(("Basic", "Bearer", "Digest", "Negotiate", "Ntlm"))


def is_proof(header: str) -> bool:
    """Whether a request's header of this name proves who is speaking."""
    return header.lower() in _PROOFS


def veiled(header: str, value: str) -> str:
    """The value as it may be written down.

    >>> veiled("accept", "*/*"), veiled("authorization", "Bearer 7a"), veiled("Cookie", "id=7a")
    ('*/*', 'Bearer <token>', '<token>')
    """
    return credentials(value) if is_proof(header) else value


def credentials(value: str) -> str:
    """What a proof is kept as: its scheme, if that is one, and no secret.

    >>> credentials("Basic YWxpY2U6bGFi"), credentials("Digest username=x"), credentials("hunter2")
    ('Basic <credentials>', 'Digest <token>', '<token>')
    """
    scheme = scheme_of(value)
    return "Basic <credentials>" if scheme == "Basic" else f"{scheme} <token>".strip()


def scheme_of(proof: str) -> str:
    """How it proves, where that is known; any other word may be a secret.

    >>> scheme_of("bearer 7a"), scheme_of("hunter2"), scheme_of("id=7a; theme=dark")
    ('Bearer', '', '')
    """
    words = proof.split(None, 1)
    scheme = words[0].title() if len(words) == 2 else ""
    return scheme if scheme in _SCHEMES else ""
