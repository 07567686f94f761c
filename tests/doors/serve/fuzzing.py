"""What strangers might send: pieces of real requests, put together in no good order."""

from __future__ import annotations

import json
import os

from hypothesis import strategies as st

from labsim.blob import Blob
from labsim.image import DOCKER_INDEX, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST
from labsim.registry import HUB, Registry
from tests.registry.asking import CONFIG, LOWER, NOWHERE, manifest

#: How many inputs a test tries; a recorded run sets it: LABSIM_FUZZ=30000.
COUNT = int(os.environ.get("LABSIM_FUZZ", "0"))

#: What is in the private repository, and nobody without a token may ever see.
SECRET = b"the-vault-is-under-the-third-stair"
HIDDEN = Blob(SECRET)
HIDDEN_MANIFEST = manifest(HIDDEN, kind="oci", annotations={"note": SECRET.decode()})
OPEN_MANIFEST = manifest(LOWER, kind="oci")
USERS = {"ann": "ann-password", "eve": "eve-password"}
EVE = "Basic ZXZlOmV2ZS1wYXNzd29yZA=="


def vault(host: str = "docker.io") -> Registry:
    """A registry like the Hub: ann's vault is private, her app is public, eve has an account."""
    content = [
        ("ann/vault", ("v1",), (OCI_MANIFEST, HIDDEN_MANIFEST), (HIDDEN, CONFIG), "private"),
        ("ann/app", ("v1",), (OCI_MANIFEST, OPEN_MANIFEST), (LOWER, CONFIG), "public"),
    ]
    policy = HUB.turned("delete", True)
    registry = Registry(host, policy=policy, users=USERS, content=content)
    registry.uploads.limit = 50
    return registry


names = st.sampled_from(
    [
        *("ann/app", "ann/vault", "eve/app", "library/app", "app", "a/b/c", "blobs", "uploads"),
        *("manifests", "_lab", "..", ".", "", "%2e%2e", "ann%2Fvault", "ann/app/../vault", "A/B"),
        *("a" * 254, "a" * 256, "ä", "a\u2028b", "%00", "%0d%0aX:%20y", "%", "%zz", "ann//vault"),
        "a-" * 60 + "!",
    ]
)
digests = st.sampled_from(
    [
        *(LOWER.digest, HIDDEN.digest, HIDDEN_MANIFEST.digest, OPEN_MANIFEST.digest, NOWHERE),
        HIDDEN.digest.replace(":", "%3A"),
        HIDDEN.digest.upper(),
        f"{HIDDEN.digest}?",
        "sha512:" + "0" * 128,
        *(
            "sha256:",
            "sha256",
            "sha256:../../etc/passwd",
            "md5:" + "0" * 32,
            ":",
            "sha256:" + "g" * 64,
        ),
    ]
)
references = st.one_of(
    digests, st.sampled_from(["v1", "latest", "", ".", "a" * 128, "a" * 129, "ü"])
)
numbers = st.sampled_from(["0", "1", "-1", "1e9", "9" * 20, "0x1", "", "٣", " 1", "+1", "1.5"])
sessions = st.sampled_from(["", "nobody", "..", "{session}", "{session}%00", "{session}/x"])
scopes = st.builds(
    "{}:{}:{}".format,
    st.sampled_from(["repository", "registry", "repository(plugin)", "", "x" * 300]),
    names,
    st.sampled_from(["pull", "pull,push", "*", "delete", "pull,push,delete,*", "", "catalog"]),
)
pairs = st.one_of(
    st.builds("n={}".format, numbers),
    st.builds("last={}".format, st.text(max_size=10)),
    st.builds("digest={}".format, digests),
    st.builds("mount={}&from={}".format, digests, names),
    st.builds("from={}&mount={}".format, names, digests),
    st.builds("scope={}".format, scopes),
    st.builds("artifactType={}".format, st.text(max_size=10)),
    st.sampled_from(["service=registry.docker.io", "account=ann", "account=eve", "{state}"]),
    st.sampled_from(["offline_token=true", "digest-algorithm=sha512", "=", "&&", "%", "a" * 999]),
)
queries = st.lists(pairs, max_size=4).map("&".join)
paths = st.one_of(
    st.builds("/v2/{}/blobs/{}".format, names, digests),
    st.builds("/v2/{}/blobs/uploads/{}".format, names, sessions),
    st.builds("/v2/{}/manifests/{}".format, names, references),
    st.builds("/v2/{}/referrers/{}".format, names, digests),
    st.builds("/v2/{}/tags/list".format, names),
    st.builds("/_lab/{}/{}".format, st.sampled_from(["accounts", "policy", "repositories"]), names),
    st.sampled_from(["/v2/", "/v2", "/", "/token", "/v2/_catalog", "//v2//", "/_lab/policy/", "*"]),
    st.lists(st.one_of(names, digests), max_size=6).map(lambda parts: "/" + "/".join(parts)),
)
targets = st.builds(lambda path, query: f"{path}?{query}" if query else path, paths, queries)
_METHODS = ("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
methods = st.sampled_from(_METHODS)

kinds = st.sampled_from(
    [
        *(OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_INDEX, f"{OCI_MANIFEST}; charset=utf-8"),
        *("application/octet-stream", "application/x-www-form-urlencoded", "text/html", "", "*/*"),
    ]
)
spans = st.builds(
    "{}{}-{}".format, st.sampled_from(["", "bytes=", "bytes ", "x="]), numbers, numbers
)
headers = st.lists(
    st.one_of(
        st.tuples(st.just("Content-Type"), kinds),
        st.tuples(st.just("Accept"), kinds),
        st.tuples(st.sampled_from(["Range", "Content-Range"]), spans),
        st.tuples(st.sampled_from(["If-None-Match", "If-Match", "If-Range"]), digests),
        st.tuples(
            st.just("Authorization"),
            st.sampled_from([EVE, "Basic", "Basic !!", "Basic YQ==", "Bearer x", "Bearer {token}"]),
        ),
        st.tuples(st.sampled_from(["Content-Encoding", "OCI-Subject", "X-Forwarded-For"]), names),
        st.tuples(
            st.sampled_from(["User-Agent", "Cookie", "X-Whatever"]),
            st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30),
        ),
    ),
    max_size=5,
)

_words = st.sampled_from(
    [
        *("schemaVersion", "mediaType", "config", "layers", "manifests", "subject", "annotations"),
        *("digest", "size", "platform", "os", "architecture", "artifactType", "urls", "data"),
    ]
)
_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    digests,
    kinds,
)
documents = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(_words, inner, max_size=6)
    ),
    max_leaves=15,
)
_nearly = st.builds(
    lambda key, value: json.dumps({**json.loads(bytes(OPEN_MANIFEST)), key: value}).encode(),
    _words,
    documents,
)
json_bodies = st.one_of(
    _nearly,
    documents.map(lambda one: json.dumps(one).encode()),
    st.sampled_from(
        [
            *(b"[" * 100_000, b'{"a":' * 50_000, b"{}", b"null", b"\xff\xfe{}", b'{"a":1e999}'),
            b'{"layers":' + b"9" * 5000 + b"}",
            b'{"schemaVersion":2,"schemaVersion":3}',
            b'{"mediaType":"\\ud800"}',
        ]
    ),
)
forms = st.lists(
    st.one_of(
        pairs,
        st.sampled_from(
            [
                *("grant_type=password", "grant_type=refresh_token", "grant_type=x"),
                *("username=eve&password=eve-password", "username=ann&password=x", "password=%ff"),
                *("refresh_token={token}", "client_id=y", "access_type=offline"),
            ]
        ),
    ),
    max_size=6,
).map(lambda parts: "&".join(parts).encode("utf-8", "replace"))
bodies = st.one_of(
    st.just(b""),
    st.binary(max_size=60),
    json_bodies,
    forms,
    st.just(bytes(OPEN_MANIFEST)),
    st.just(SECRET),
)
