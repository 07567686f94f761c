"""A proof is written down by its kind; no spelling of a header brings its secret with it."""

from __future__ import annotations

import pytest

from labsim.secrecy import veiled
from labsim.trace import Exchange, Trace
from labsim.wire import Request

SECRET = "hunter22"
PROOFS = [
    ("Authorization", f"Basic {SECRET}", "Basic <credentials>"),
    ("authorization", f"basic\t{SECRET}", "Basic <credentials>"),
    ("AUTHORIZATION", f"Bearer {SECRET}", "Bearer <token>"),
    ("Authorization", f'Digest username="ann", response="{SECRET}"', "Digest <token>"),
    ("Authorization", SECRET, "<token>"),
    ("Authorization", f"{SECRET} more", "<token>"),
    ("Proxy-Authorization", f"Basic {SECRET}", "Basic <credentials>"),
    ("Cookie", f"session={SECRET}; theme=dark", "<token>"),
]


@pytest.mark.parametrize(("name", "value", "kept"), PROOFS)
def test_the_json_of_a_trace_has_the_kind_of_a_proof_and_not_its_secret(name, value, kept):
    request = Request("GET", "/v2/", [(name, value), ("Accept", "*/*")], host="localhost:5000")
    text = Trace(exchanges=[Exchange(0, 0, request, 0)]).to_json()
    assert SECRET not in text
    (again,) = Trace.from_json(text).exchanges
    assert tuple(again.request.headers) == ((name, kept), ("Accept", "*/*"))
    assert Trace.from_json(text).to_json() == text


@pytest.mark.parametrize(("name", "value", "kept"), PROOFS)
def test_what_is_veiled_already_stays_as_it_is(name, value, kept):
    assert veiled(name, value) == veiled(name, kept) == kept
