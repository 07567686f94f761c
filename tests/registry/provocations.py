"""How to get each answer that the table declares, and each refusal.

Keys are a row (``"GET /v2/"``), or a path where every row of it is provoked in the same way, with a
status or with a code as the table writes it.
"""

from __future__ import annotations

from collections.abc import Callable

from labsim.blob import Blob
from labsim.image import DOCKER_MANIFEST
from labsim.registry import OPERATOR, Endpoint, Registry, Store
from labsim.registry.answers import Refusal
from labsim.registry.memory import MemoryShelf
from labsim.registry.policy import Value
from labsim.wire import Response
from tests.registry.asking import CONFIG, LOWER, NOWHERE, Client, basic, index, manifest

Provocation = Callable[[Client, Endpoint], Response]

BLOB = "/v2/<name>/blobs/<digest>"
UPLOADS = "/v2/<name>/blobs/uploads/"
SESSION = "/v2/<name>/blobs/uploads/<session>"
MANIFEST = "/v2/<name>/manifests/<reference>"
TAGS = "/v2/<name>/tags/list"
REFERRERS = "/v2/<name>/referrers/<subject>"
CATALOG = "/v2/_catalog"
ACCOUNT = "/_lab/accounts/<account>"
PRIVACY = "/_lab/accounts/<name>/privacy/<value>"
VISIBILITY = "/_lab/repositories/<name>/visibility/<value>"
POLICY = "/_lab/policy/"
SWITCH = "/_lab/policy/<switch>"
MEMBER = "/_lab/repositories/<name>/members/<account>"
MAKE = "/_lab/repositories/<name>/make/<value>"
COLLECT = "/_lab/collect"
LEND = "/_lab/passwords/<account>"
TOKENS_OF = "/_lab/tokens/<account>"

DOCKER, TWICE = manifest(LOWER), manifest(LOWER, LOWER)

#: Each path of the table, filled in.
PATHS = {
    "/v2/": "/v2/",
    BLOB: f"/v2/team/app/blobs/{LOWER.digest}",
    UPLOADS: "/v2/team/app/blobs/uploads/",
    SESSION: "/v2/team/app/blobs/uploads/none",
    MANIFEST: "/v2/team/app/manifests/v1",
    TAGS: "/v2/team/app/tags/list",
    REFERRERS: f"/v2/team/app/referrers/{DOCKER.digest}",
    CATALOG: CATALOG,
    "/token": "/token",
    ACCOUNT: "/_lab/accounts/alice",
    PRIVACY: "/_lab/accounts/alice/privacy/private",
    VISIBILITY: "/_lab/repositories/team/app/visibility/public",
    MEMBER: "/_lab/repositories/team/app/members/alice",
    MAKE: "/_lab/repositories/team/new/make/private",
    POLICY: POLICY,
    SWITCH: "/_lab/policy/delete",
    COLLECT: COLLECT,
    LEND: "/_lab/passwords/alice",
    TOKENS_OF: "/_lab/tokens/alice",
}


def scene(row: Endpoint) -> Client:
    """A registry with one image, asked by whom the row is for."""
    if row.scope == "token":
        return Client(Registry("docker.io", users={"bob": "lab"}), host="auth.docker.io")
    client = Client(Registry("localhost:5000"))
    client.push("team/app", "v1", LOWER)
    client.peer = OPERATOR if row.scope == "operator" else ""
    return client


def sent(target: str = "", body: bytes | Blob = b"", **headers: str) -> Provocation:
    """A request to the row's path, or to another."""
    named = [(key.replace("_", "-"), value) for key, value in headers.items()]
    return lambda client, row: client.ask(row.method, target or PATHS[row.path], body, named)


def in_session(more: str = "", body: bytes | Blob = b"", **headers: str) -> Provocation:
    def provoke(client: Client, row: Endpoint) -> Response:
        return sent(client.open_upload("team/app") + more, body, **headers)(client, row)

    return provoke


def in_other_repository(client: Client, row: Endpoint) -> Response:
    return client.ask(row.method, client.open_upload("team/app").replace("/app/", "/web/"))


def switched(switch: str, value: Value, provoke: Provocation) -> Provocation:
    def provoke_so(client: Client, row: Endpoint) -> Response:
        client.registry.follow(client.registry.policy.turned(switch, value))
        return provoke(client, row)

    return provoke_so


def after(method: str, target: str, provoke: Provocation, body: bytes = b"") -> Provocation:
    def provoke_then(client: Client, row: Endpoint) -> Response:
        assert client.ask(method, target, body).ok
        return provoke(client, row)

    return provoke_then


def when_full(provoke: Provocation) -> Provocation:
    """In a registry that has room for the image, and for nothing more."""

    def provoke_there(_: Client, row: Endpoint) -> Response:
        shelf = MemoryShelf(CONFIG.size + LOWER.size)
        client = Client(Registry("localhost:5000", store=Store(shelf)))
        client.upload("team/app", CONFIG, LOWER)
        return provoke(client, row)

    return provoke_there


def streamed(size: int, target: Callable[[Client], str] | None = None) -> Provocation:
    """The answer to who sends a body of that size piece by piece, as a door asks for it."""

    def provoke(client: Client, row: Endpoint) -> Response:
        head = client.request(row.method, target(client) if target else PATHS[row.path])
        assert client.registry.admit(head) is None
        try:
            client.registry.receive(head).write(b"x" * size)
        except Refusal as refused:
            return refused.answer
        raise AssertionError("there was room for it")

    return provoke


def while_another_is_filled(client: Client, row: Endpoint) -> Response:
    """An upload with no bytes would make room."""
    assert client.ask("PATCH", client.open_upload("team/app"), b"some").status == 202
    return sent()(client, row)


def with_list_for_old_client(client: Client, row: Endpoint) -> Response:
    client.put("team/app/manifests/list", index(DOCKER, kind="docker list"), "docker list")
    return client.ask(row.method, "/v2/team/app/manifests/list")


def with_wrong_password(client: Client, row: Endpoint) -> Response:
    return client.ask(row.method, "/token", b"", [basic("bob", "wrong")])


def by_form(form: str) -> Provocation:
    return switched("oauth", value=True, provoke=sent(body=form.encode()))


def open_session(client: Client) -> str:
    return client.open_upload("team/app")


AS_DOCKER = {"Content_Type": DOCKER_MANIFEST}
ABSENT = f"/v2/team/app/blobs/{NOWHERE}"
NEW_BLOB = f"/v2/team/app/blobs/uploads/?digest={Blob(b'new').digest}"
NO_WISH = b"[]"
ALICE = b'{"password":"lab"}'
OURS, OTHER = f'"{LOWER.digest}"', f'"{NOWHERE}"'

#: (row or path, code as declared) → how to be refused so
REFUSED: dict[tuple[str, str], Provocation] = {
    (BLOB, "BLOB_UNKNOWN"): sent(ABSENT),
    (BLOB, "DIGEST_INVALID"): sent("/v2/team/app/blobs/sha256:no"),
    (BLOB, "UNSUPPORTED"): switched("delete", value=False, provoke=sent()),
    (UPLOADS, "DIGEST_INVALID"): sent(f"{PATHS[UPLOADS]}?digest={NOWHERE}", b"x"),
    (UPLOADS, "NAME_UNKNOWN"): switched(
        "create_on_push", value=False, provoke=sent("/v2/team/new/blobs/uploads/")
    ),
    (UPLOADS, "TOOMANYREQUESTS"): switched("uploads_most", 1, while_another_is_filled),
    (UPLOADS, "507 UNAVAILABLE"): when_full(sent(NEW_BLOB, b"new")),
    (SESSION, "BLOB_UPLOAD_UNKNOWN"): sent(),
    (SESSION, "BLOB_UPLOAD_INVALID"): in_other_repository,
    (SESSION, "RANGE_INVALID"): in_session(body=b"xx", Content_Range="5-6"),
    (SESSION, "SIZE_INVALID"): in_session(body=b"xx", Content_Range="0-6"),
    (SESSION, "DIGEST_INVALID"): in_session(),
    (SESSION, "507 UNAVAILABLE"): when_full(streamed(4096, open_session)),
    (SESSION, "415 UNSUPPORTED"): in_session(body=b"xx", Content_Type="text/plain"),
    (MANIFEST, "MANIFEST_UNKNOWN"): sent("/v2/team/app/manifests/none"),
    (MANIFEST, "DIGEST_INVALID"): sent("/v2/team/app/manifests/sha256:no", b"{}", **AS_DOCKER),
    (MANIFEST, "MANIFEST_INVALID"): with_list_for_old_client,
    (MANIFEST, "UNSUPPORTED"): switched("delete", value=False, provoke=sent()),
    (f"GET {MANIFEST}", "TOOMANYREQUESTS"): switched(
        "pulls_anonymous", 1, after("GET", PATHS[MANIFEST], sent())
    ),
    ("POST /token", "413 SIZE_INVALID"): streamed(65537),
    (MEMBER, "400 UNKNOWN"): sent(body=NO_WISH),
    (MEMBER, "413 SIZE_INVALID"): streamed(65537),
    (f"PUT {MANIFEST}", "MANIFEST_INVALID"): sent(body=b"{}"),
    (f"PUT {MANIFEST}", "413 MANIFEST_INVALID"): streamed((4 << 20) + 1),
    (f"PUT {MANIFEST}", "MANIFEST_BLOB_UNKNOWN"): sent(
        body=manifest(Blob(b"never sent")), **AS_DOCKER
    ),
    (f"PUT {MANIFEST}", "NAME_UNKNOWN"): switched(
        "create_on_push", value=False, provoke=sent("/v2/team/new/manifests/v1", DOCKER)
    ),
    (f"PUT {MANIFEST}", "TAG_INVALID"): switched(
        "tags_move",
        value=False,
        provoke=switched("tag_kept", "TAG_INVALID", sent(body=TWICE, **AS_DOCKER)),
    ),
    (f"PUT {MANIFEST}", "507 UNAVAILABLE"): when_full(sent(body=DOCKER, **AS_DOCKER)),
    (TAGS, "NAME_UNKNOWN"): sent("/v2/team/none/tags/list"),
    (TAGS, "PAGINATION_NUMBER_INVALID"): sent(f"{PATHS[TAGS]}?n=many"),
    (REFERRERS, "DIGEST_INVALID"): sent("/v2/team/app/referrers/nothing"),
    (CATALOG, "PAGINATION_NUMBER_INVALID"): sent(f"{CATALOG}?n=1001"),
    (CATALOG, "UNSUPPORTED"): switched("catalog", value=False, provoke=sent()),
    (f"PUT {ACCOUNT}", "400 UNKNOWN"): sent(body=NO_WISH),
    (f"PUT {ACCOUNT}", "413 SIZE_INVALID"): streamed(65537),
    (SWITCH, "400 UNKNOWN"): sent(body=NO_WISH),
    (SWITCH, "413 SIZE_INVALID"): streamed(65537),
}

#: (row or path, status without a code) → how to be answered so
ANSWERED: dict[tuple[str, int], Provocation] = {
    ("/v2/", 200): sent(),
    (BLOB, 200): sent(),
    (BLOB, 202): sent(),
    (BLOB, 206): sent(Range="bytes=1-2"),
    (BLOB, 304): sent(If_None_Match=OURS),
    (BLOB, 412): sent(If_Match=OTHER),
    (BLOB, 416): sent(Range="bytes=1000-"),
    (UPLOADS, 201): sent(NEW_BLOB, b"new"),
    (UPLOADS, 202): sent(),
    (SESSION, 204): in_session(),
    (SESSION, 202): in_session(body=b"xx"),
    (SESSION, 201): in_session(f"&digest={Blob(b'xx').digest}", b"xx"),
    (MANIFEST, 200): sent(),
    (MANIFEST, 304): sent(If_None_Match=f'"{DOCKER.digest}"'),
    (MANIFEST, 412): sent(If_Match=OTHER),
    (MANIFEST, 202): sent(),
    (f"PUT {MANIFEST}", 201): sent(body=DOCKER, **AS_DOCKER),
    (f"PUT {MANIFEST}", 412): sent(body=DOCKER, If_None_Match="*", **AS_DOCKER),
    (TAGS, 200): sent(),
    (REFERRERS, 200): sent(),
    (REFERRERS, 404): switched("referrers", value=False, provoke=sent()),
    (CATALOG, 200): sent(),
    ("/token", 200): sent(),
    ("/token", 401): with_wrong_password,
    ("POST /token", 200): by_form("grant_type=password&username=bob&password=lab"),
    ("POST /token", 400): by_form("grant_type=magic"),
    ("POST /token", 401): by_form("grant_type=password&username=bob&password=wrong"),
    ("POST /token", 405): sent(body=b"grant_type=password"),
    (MEMBER, 204): after("PUT", PATHS[ACCOUNT], sent(body=b'{"actions":"pull"}'), ALICE),
    (MEMBER, 400): sent(body=b'{"actions":"fly"}'),
    (MEMBER, 404): sent(body=b'{"actions":"pull"}'),
    (MAKE, 201): sent(),
    (MAKE, 404): sent("/_lab/repositories/team/new/make/secret"),
    (MAKE, 409): sent("/_lab/repositories/team/app/make/private"),
    (f"PUT {ACCOUNT}", 201): sent(body=ALICE),
    (f"PUT {ACCOUNT}", 400): sent(body=b"{}"),
    (f"PUT {ACCOUNT}", 409): after("PUT", PATHS[ACCOUNT], sent(body=ALICE), ALICE),
    (f"GET {ACCOUNT}", 200): after("PUT", PATHS[ACCOUNT], sent(), ALICE),
    (f"GET {ACCOUNT}", 404): sent(),
    (PRIVACY, 204): after("PUT", PATHS[ACCOUNT], sent(), ALICE),
    (PRIVACY, 404): sent(),
    (VISIBILITY, 204): sent(),
    (VISIBILITY, 404): sent("/_lab/repositories/team/none/visibility/public"),
    (LEND, 201): after("PUT", PATHS[ACCOUNT], switched("login_as", "AWS", provoke=sent()), ALICE),
    (LEND, 404): sent(),
    (TOKENS_OF, 204): after("PUT", PATHS[ACCOUNT], sent(), ALICE),
    (TOKENS_OF, 404): sent(),
    (POLICY, 200): sent(),
    (SWITCH, 204): sent(body=b'{"value":false}'),
    (SWITCH, 400): sent(body=b'{"value":"never"}'),
    (SWITCH, 404): sent("/_lab/policy/gravity", b"{}"),
    (COLLECT, 200): sent(),
    (COLLECT, 400): sent(f"{COLLECT}?grace_s=long"),
}
