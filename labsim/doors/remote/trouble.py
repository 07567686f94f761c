"""What can go wrong with a connection, in the few words that the rest of the lab knows it by."""

from __future__ import annotations

import errno
import socket
import ssl
from http.client import HTTPException, IncompleteRead, RemoteDisconnected

__all__ = ["MALFORMED", "TIMED_OUT", "reason"]

TIMED_OUT = "timed out"
MALFORMED = "malformed HTTP response"
_RESET = "connection reset by peer"
_BY_ERRNO = {
    errno.ECONNREFUSED: "connection refused",
    errno.ENETUNREACH: "network is unreachable",
    errno.EHOSTUNREACH: "no route to host",
    errno.EADDRNOTAVAIL: "cannot assign requested address",
}
#: OpenSSL's codes (``x509_vfy.h``): no issuer that is trusted; another host's; not now.
_BY_VERDICT = {
    **dict.fromkeys((18, 19, 20, 21, 27), "certificate signed by unknown authority"),
    **dict.fromkeys((62, 64), "certificate is valid for another host"),
    **dict.fromkeys((9, 10), "certificate has expired or is not yet valid"),
}


def reason(fault: Exception) -> str:
    """Why there was no answer, or no whole one."""
    if isinstance(fault, RemoteDisconnected):
        return "EOF"
    if isinstance(fault, IncompleteRead):
        return "unexpected EOF"  # the connection ended before the body did
    if isinstance(fault, TimeoutError):
        return TIMED_OUT
    if isinstance(fault, ssl.SSLError):
        return _of_tls(fault)
    if isinstance(fault, ConnectionError) and not isinstance(fault, ConnectionRefusedError):
        return _RESET
    if isinstance(fault, socket.gaierror):
        return "no such host"
    if isinstance(fault, HTTPException):
        return MALFORMED
    known = _BY_ERRNO.get(getattr(fault, "errno", None) or 0)
    return known or str(getattr(fault, "strerror", "") or fault).lower()


def _of_tls(fault: ssl.SSLError) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return _BY_VERDICT.get(fault.verify_code, f"certificate is no good: {fault.verify_message}")
    if isinstance(fault, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "EOF"
    if fault.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        return "server gave HTTP response to HTTPS client"
    return f"TLS handshake failed: {(fault.reason or 'no reason given').replace('_', ' ').lower()}"
