"""What a registry may say to each request of a push, and the clause of the spec that decides.

Source: OCI distribution-spec 1.1.1, section "Workflow Categories" and the table "Endpoints"; what
is between quotation marks is its text (a cancelled upload is in its main of 2026-07 only).  Tokens
are distribution's ``docs/content/spec/auth/token.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from labsim.figures.figure import bytes_text
from labsim.registry.answers import Refusal
from labsim.story.shapes import shape
from labsim.trace import Exchange
from labsim.wire import Headers, Request, Response

__all__ = [
    "CLAUSES", "Choice", "Clause", "brief", "choices", "made_up", "purpose", "shown",
    "without_mount",
]  # fmt: skip


SPEC = "https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#"


class Choice(NamedTuple):
    """A status, and what it says."""

    status: int
    words: str


class Clause(NamedTuple):
    """What the client does, where the spec speaks of it, what it says, and what may be answered.

    ``cited`` is a row of the spec's table of endpoints, ``section`` the heading that it is under.
    """

    words: str
    cited: str
    text: str
    choices: tuple[Choice, ...]
    section: str = ""

    @property
    def place(self) -> str:
        """Where to read on."""
        return f"{self.cited}, “{self.section}”" if self.section else self.cited

    @property
    def address(self) -> str:
        """The section on the web; empty where no section is meant."""
        return SPEC + self.section.lower().replace(" ", "-") if self.section else ""


_NOT_HERE = Choice(404, "it is not here")
_DENIED = Choice(403, "you may not")

#: By what a request is for.
CLAUSES: Mapping[str, Clause] = {
    "greet": Clause(
        "asks whether this is a registry",
        "end-1",
        "“If the response is 200 OK, then the registry implements this specification.” A registry"
        " that wants to know who is asking answers 401, and says where tokens are given.",
        (Choice(200, "come in"), Choice(401, "with a token"), Choice(404, "no registry here")),
        "Determining Support",
    ),
    "token": Clause(
        "fetches a token",
        "distribution auth/token",
        "A token server gives a token with as much of the scope as the account may have.",
        (Choice(200, "here it is"), Choice(401, "wrong password")),
    ),
    "ask": Clause(
        "asks whether this repository has a blob",
        "end-2",
        "“A HEAD request to an existing blob or manifest URL MUST return 200 OK.” “If the blob or"
        " manifest is not found in the repository, the response code MUST be 404 Not Found.”",
        (Choice(200, "it is here"), _NOT_HERE),
        "Checking if content exists in the registry",
    ),
    "resolve": Clause(
        "asks whether the manifest is there already",
        "end-3",
        "“A HEAD request to an existing blob or manifest URL MUST return 200 OK.” “If the blob or"
        " manifest is not found in the repository, the response code MUST be 404 Not Found.”",
        (Choice(200, "it is here"), _NOT_HERE),
        "Checking if content exists in the registry",
    ),
    "mount": Clause(
        "asks for a blob of another repository",
        "end-11",
        "“The response to a successful mount MUST be 201 Created.” A registry that “is unable to"
        " mount the requested blob … SHOULD return a 202. This indicates that the upload session"
        " has begun.”",
        (Choice(201, "mounted"), Choice(202, "no; here is a session, send it"), _DENIED),
        "Mounting a blob from another repository",
    ),
    "open": Clause(
        "opens an upload",
        "end-4a",
        "“Upon success, the response MUST have a code of 202 Accepted”, and a Location.",
        (Choice(202, "a session; send it"), Choice(201, "stored already"), _DENIED),
        "POST then PUT",
    ),
    "send": Clause(
        "sends a blob",
        "end-5",
        "“Each successful chunk upload MUST have a 202 Accepted response code.” “If a chunk is"
        " uploaded out of order, the registry MUST respond with a 416.”",
        (Choice(202, "it arrived"), Choice(416, "not the chunk that comes next")),
        "Pushing a blob in chunks",
    ),
    "seal": Clause(
        "closes the upload and says the digest",
        "end-6",
        "“The response to a successful closing of the session MUST be 201 Created”, and its"
        " Location is “a pullable blob URL”.",
        (Choice(201, "stored"), Choice(400, "the bytes have another digest")),
        "Pushing a blob in chunks",
    ),
    "cancel": Clause(
        "gives an upload up",
        "end-14",
        "An upload that is cancelled is answered 204; the session is gone.",
        (Choice(204, "forgotten"), Choice(404, "no such session")),
    ),
    "tag": Clause(
        "publishes the manifest",
        "end-7a",
        "“Upon a successful upload, the registry MUST return response code 201 Created.” A manifest"
        " that names what is not here “MUST result in one or more MANIFEST_BLOB_UNKNOWN errors”.",
        (Choice(201, "published"), Choice(400, "it names something that is not here"), _DENIED),
        "Pushing Manifests",
    ),
    "other": Clause("asks something else", "distribution", "", (Choice(200, "yes"), _NOT_HERE)),
}

_CODES = {
    ("ask", 404): "BLOB_UNKNOWN",
    ("resolve", 404): "MANIFEST_UNKNOWN",
    ("cancel", 404): "BLOB_UPLOAD_UNKNOWN",
    ("send", 416): "RANGE_INVALID",
    ("seal", 400): "DIGEST_INVALID",
    ("tag", 400): "MANIFEST_BLOB_UNKNOWN",
}
_BY_STATUS = {401: "UNAUTHORIZED", 403: "DENIED", 404: "NAME_UNKNOWN"}
#: A session that no registry has opened.
_NOWHERE = "nobody-opened-this"


def purpose(request: Request) -> str:
    """What a request is for: a key of :data:`CLAUSES`."""
    act = shape(Exchange(0, 0, request, 0)).act
    if act == "open" and "mount=" in request.target:
        return "mount"
    return act if act in CLAUSES else "other"


def choices(request: Request, true: int) -> tuple[Choice, ...]:
    """What may be said to a request, the true answer among it, lowest status first."""
    known = CLAUSES[purpose(request)].choices
    if true not in [one.status for one in known]:
        known = (*known, Choice(true, "as a true registry says"))
    return tuple(sorted(known))


def without_mount(request: Request) -> Request | None:
    """The request for a plain session that a refused mount amounts to; None for other requests."""
    if purpose(request) != "mount":
        return None
    plain = Request(request.method, request.path, request.headers, host=request.host)
    plain.peer, plain.at_us = request.peer, request.at_us
    return plain


def made_up(request: Request, status: int, sizes: Mapping[str, int]) -> Response:
    """An answer that no registry would give here; it looks like one, so the client believes it."""
    act = purpose(request)
    if status >= 400:
        return _refused(act, status)
    path, _, digest = request.path.rpartition("/")
    if act == "ask":
        length = ("Content-Length", str(sizes.get(digest, 0)))
        return Response(status, Headers((length, ("Docker-Content-Digest", digest))))
    if act == "resolve":  # which manifest it would be, the learner does not say
        return Response(status, Headers((("Content-Length", "0"),)))
    repository = path.partition("/blobs/")[0]
    where = f"{repository}/blobs/uploads/{_NOWHERE}" if status == 202 else request.path
    return Response(status, Headers((("Location", where), ("Content-Length", "0"))))


def _refused(act: str, status: int) -> Response:
    if status == 401:
        header = ("Www-Authenticate", 'Basic realm="Registry Realm"')
        return Refusal("UNAUTHORIZED", headers=[header]).answer
    code = _CODES.get((act, status)) or _BY_STATUS[status]
    return Refusal(code, status=status).answer


def brief(request: Request) -> str:
    """The method and the end of the path; a digest or a session as far as it tells them apart."""
    *_, middle, last = request.path.split("/")
    end = f"{middle}/{last.removeprefix('sha256:')[:12]}" if middle != "v2" else "v2/"
    return f"{request.method} …/{end}{'?mount' * ('mount=' in request.target)}"


def shown(request: Request) -> str:
    """The request as a registry reads it: its first line, what matters of the rest, its length."""
    lines = [f"{request.method} {request.target}", f"Host: {request.host}"]
    lines += [f"{name}: {value}" for name, value in request.headers if name != "Authorization"]
    if request.body.size:
        lines.append(f"({bytes_text(request.body.size)} of body)")
    return "\n".join(lines)
