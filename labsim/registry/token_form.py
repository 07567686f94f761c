"""The form with which a client asks for a token (OAuth2, RFC 6749 §4.3.2)."""

from __future__ import annotations

from labsim.wire import Request, parameters

__all__ = ["form_password", "read_form"]


def read_form(request: Request) -> dict[str, str]:
    """Its fields, of a repeated one the first."""
    return dict(reversed(parameters(bytes(request.body).decode(errors="replace"))))


def form_password(request: Request) -> tuple[str, str] | None:
    """The name and the password that a form shows, if it shows any."""
    if request.method != "POST" or not request.body.size:
        return None
    form = read_form(request)
    if form.get("grant_type") != "password":
        return None
    return form.get("username", ""), form.get("password", "")
