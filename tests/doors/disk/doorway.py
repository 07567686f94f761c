"""Requests as a door brings them: admitted by their head, then received chunk by chunk."""

from __future__ import annotations

from labsim.registry.answers import Refusal
from labsim.wire import Response
from tests.registry.asking import ACCEPTED, Client

__all__ = ["through_a_door"]


def through_a_door(client: Client, method: str, target: str, *chunks: bytes) -> Response:
    """The answer; a shelf that refuses the body has refused the request."""
    kind = [("Content-Type", ACCEPTED["docker"])] if "/manifests/" in target else []
    head = client.request(method, target, headers=kind)
    refused = client.registry.admit(head)
    if refused is not None:
        return refused
    draft = None
    try:
        draft = client.registry.receive(head)
        for chunk in chunks:
            draft.write(chunk)
        head.body = draft.seal()
    except Refusal as full:
        if draft is not None:
            draft.discard()
        return full.answer
    return client.registry.handle(head)
