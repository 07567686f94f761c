"""A certificate and its key, looked at before anything listens."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from labsim.errors import LabError

__all__ = ["Tls", "check_tls"]

#: The path of a certificate and of its key.
Tls = tuple[str, str]


def check_tls(tls: Tls) -> None:
    """One sentence where these are no certificate and its key, as PEM files."""
    for path in tls:
        try:
            Path(path).read_bytes()
        except OSError as fault:
            raise _unfit(tls, f"{path} cannot be read: {os.strerror(fault.errno or 0)}") from None

    def locked() -> str:
        raise _unfit(tls, "the key is locked with a passphrase, which nobody is here to type")

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*tls, password=locked)
    except ssl.SSLError as fault:
        other = fault.reason == "KEY_VALUES_MISMATCH"
        why = "the key is that of another certificate" if other else "these are not both PEM files"
        raise _unfit(tls, f"{why}: a certificate, and its key") from None


def _unfit(tls: Tls, why: str) -> LabError:
    return LabError(f"no TLS with {' and '.join(tls)}: {why}")
