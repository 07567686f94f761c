"""Questions to a daemon over the Engine API, for a real one and for ours, and what is compared.

The questions are asked one after another, of a daemon that holds nothing at first.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any, NamedTuple

from tests.docker.stacked import archive

__all__ = ["PLACE", "QUESTIONS", "Question", "settled"]

#: The lab's registry; a real one listens there while answers are recorded.
PLACE = "localhost:5000"
NOBODY = ("X-Registry-Auth", base64.urlsafe_b64encode(b"{}").decode())
_JSON = ("Content-Type", "application/json")


class Question(NamedTuple):
    """One request; of a ``moving`` answer, order, digests and sizes are not compared.

    (Packed layers differ from packer to packer, and lanes overtake each other.)  Of an
    ``unordered`` one, only order is not: a real daemon tells of several loads as they come.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    moving: bool = False
    unordered: bool = False


def _filters(**values: str) -> str:
    text = json.dumps({name: {value: True} for name, value in values.items()})
    return "filters=" + "".join(f"%{ord(sign):02X}" for sign in text)


def _gets(*targets: str) -> list[Question]:
    return [Question("GET", target) for target in targets]


def _posts(*targets: str, moving: bool = False) -> list[Question]:
    return [Question("POST", target, moving=moving) for target in targets]


def _account(place: str, user: str = "a") -> bytes:
    return json.dumps({"username": user, "password": "b", "serveraddress": place}).encode()


def _push(name: str, **parameters: str) -> Question:
    query = "&".join(f"{key}={value}" for key, value in parameters.items())
    return Question("POST", f"/v1.41/images/{name}/push?{query}", (NOBODY,), moving=True)


def _events(**filters: str) -> Question:
    return Question("GET", f"/events?since=0&until=NOW&{_filters(**filters)}", unordered=True)


QUESTIONS: tuple[Question, ...] = (
    Question("GET", "/_ping"),
    Question("HEAD", "/_ping"),
    Question("HEAD", "/v1.41/_ping"),
    Question("POST", "/_ping"),
    *_gets("/version", "/v1.12/version", "/v1.11/version", "/v1.42/_ping", "/v1.50/images/json"),
    *_gets("/nosuch", "/v1.41/nosuch", "/v1.99/nosuch"),
    Question("PUT", "/v1.41/images/json"),
    *_gets("/images/json"),
    Question("POST", "/v1.41/images/load?quiet=1", body=archive()),
    *_gets("/images/json", "/v1.41/images/json?all=1&digests=1", "/images/json?filters=zzz"),
    *_gets(f"/images/json?{_filters(bogus='x')}", f"/images/json?{_filters(dangling='maybe')}"),
    *_gets(f"/images/json?{_filters(dangling='true')}", f"/images/json?{_filters(label='a=1')}"),
    *_gets(f"/images/json?{_filters(reference='shop/*')}", "/images/json?filters=[1]"),
    *_gets(f"/images/json?{_filters(reference='[')}", f"/images/json?{_filters(since='nosuch')}"),
    *_gets(f"/images/json?{_filters(before='shop/app:1')}"),
    *_gets("/images/base:1/history", "/images/shop/app:1/history", "/images/nosuch/history"),
    *_gets("/images/App/history", "/images/alone:1/history"),
    *_gets("/images/base:1/json", "/images/shop/app:1/json", "/images/6881862ebe32/json"),
    *_gets("/images/nosuch/json", "/images/App/json", "/images/alone:1/json"),
    *_posts(f"/images/base:1/tag?repo={PLACE}/base&tag=1", "/images/nosuch/tag?repo=x&tag=1"),
    *_posts("/images/base:1/tag?repo=X&tag=1", "/images/base:1/tag?repo=sha256&tag=1"),
    *_posts("/images/base:1/tag?repo=&tag=1", "/images/base:1/tag?repo=x&tag=!"),
    Question("DELETE", "/images/nosuch"),
    Question("DELETE", "/images/nosuch?force=1"),
    Question("DELETE", "/images/App"),
    Question("DELETE", "/images/"),
    Question("DELETE", "/images"),
    _push(f"{PLACE}/base", tag="1"),
    _push(f"{PLACE}/base", tag="9"),
    _push(f"{PLACE}/nosuch", tag="9"),
    _push(f"{PLACE}/App", tag="9"),
    Question("POST", f"/images/{PLACE}/base/push?tag=1"),
    Question(
        "POST", f"/images/{PLACE}/base/push?tag=1", (("X-Registry-Auth", "%%%"),), moving=True
    ),
    _push(f"{PLACE}/base"),
    Question("GET", f"/distribution/{PLACE}/base:1/json", moving=True),
    *_gets(f"/distribution/{PLACE}/base:9/json", "/distribution/nosuch/App/json"),
    Question("DELETE", f"/images/{PLACE}/base:1", moving=True),
    *_posts(f"/images/create?fromImage={PLACE}/base&tag=1", moving=True),
    *_posts(f"/images/create?fromImage={PLACE}/base&tag=1", moving=True),
    *_posts(f"/images/create?fromImage={PLACE}/base", moving=True),
    *_posts(f"/images/create?fromImage={PLACE}/base&tag=2"),
    *_posts("/images/create?fromImage=localhost:1/base&tag=2"),
    *_posts("/images/create?fromImage=App&tag=x", "/images/create?fromImage=scratch&tag=latest"),
    Question("POST", "/auth", (_JSON,), _account(PLACE)),
    Question("POST", "/auth", (_JSON,), _account("localhost:1")),
    Question("POST", "/auth", (_JSON,), b'{"username":"a"'),
    *_gets("/system/df", "/images/search?term=foo&limit=1000", "/images/search?term=foo&limit=0"),
    *_posts(f"/images/prune?{_filters(bogus='x')}"),
    Question("DELETE", "/images/6881862ebe32"),
    Question("DELETE", "/images/shop/app:1"),
    Question("DELETE", "/images/alone:1"),
    *_posts("/images/prune", "/images/prune"),
    *_gets("/containers/json", "/containers/abc/json", "/containers/abc/logs?stdout=1"),
    *_posts("/containers/abc/start", "/containers/abc/stop", "/containers/prune"),
    Question("POST", "/containers/create", (_JSON,), b'{"Image":"nosuch"}'),
    Question("POST", "/containers/create", (_JSON,), b'{"Image":"App"}'),
    Question("POST", "/containers/create", (_JSON,), b"{}"),
    Question("DELETE", "/containers/abc"),
    *_gets("/exec/abc/json", "/volumes", "/volumes/abc", "/networks/abc"),
    *_posts("/volumes/prune", "/networks/prune", "/build/prune"),
    Question("DELETE", "/networks/abc"),
    *_gets("/plugins", "/plugins/abc/json", "/swarm", "/nodes", "/nodes/abc", "/services/abc"),
    *_gets("/secrets", "/configs/abc", "/tasks"),
    *_gets("/images/nosuch/get", "/images/get?names=nosuch", "/images/App/get"),
    *_gets("/events?since=0&until=1", "/events?since=abc"),
    _events(type="image"),
    _events(event="delete"),
    _events(type="image", image="base:1"),
    _events(image="localhost:5000/base"),
    _events(label="a"),
    _events(label="a=1"),
    _events(scope="swarm"),
)


def settled(question: Question, status: int, headers: dict[str, str], body: str) -> dict[str, Any]:
    """An answer in the form that is kept and compared."""
    body = _without_places(body)
    if question.moving:
        body = _still(body)
    if question.unordered:
        body = "\n".join(sorted(body.splitlines()))
    return {
        "question": f"{question.method} {question.target}",
        "status": status,
        "headers": dict(sorted(headers.items())),
        "body": body,
    }


def _without_places(text: str) -> str:
    """Without what depends on the machine, on the moment, and on where a daemon keeps things."""
    text = re.sub(r'"GraphDriver":\{.*?"Name":"\w+"\}', '"GraphDriver":{}', text)
    text = re.sub(r"@sha256:[0-9a-f]{64}", "@sha256:…", text)
    text = re.sub(r'"(LastTagTime|KernelVersion)":"[^"]*"', r'"\1":""', text)
    return re.sub(r'"time":\d+,"timeNano":\d+', '"time":0', text)


def _still(text: str) -> str:
    """The lines of a stream in order of their texts, without bars, digests of packed bytes, sizes.

    A name whose bytes are the same everywhere keeps them: what is masked follows ``@`` or a word.
    """
    kept = [line for line in text.splitlines() if '"progress":' not in line]
    masked = re.sub(r"sha256:[0-9a-f]{64}", "sha256:…", "\n".join(sorted(kept)))
    return re.sub(r'(size: |"[Ss]ize":)\d+', r"\1…", masked)
