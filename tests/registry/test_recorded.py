"""The registry answers what distribution 3.1.1 answered, case by case.

``data/probe_compare.tsv`` is a recording: the same 105 requests sent to three real registries.
Each row is sent again here, and status and code must be those of the column
``distribution-3.1.1``, unless the row stands in ``DIFFERENT`` with what says otherwise.  What is
sent is written in ``CASES``.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from labsim.blob import Blob
from labsim.registry import Registry
from labsim.wire import Response
from tests.registry.asking import LOWER, NOWHERE, UPPER, Client, codes, detail, index, manifest

RECORDED = {
    row["case"]: row["distribution-3.1.1"]
    for row in csv.DictReader(
        (Path(__file__).parent / "data" / "probe_compare.tsv").read_text("utf-8").splitlines(),
        delimiter="\t",
    )
}

#: case → (our answer, what says otherwise than distribution)
DIFFERENT = {
    "name_long255_post_upload": (
        "400 NAME_INVALID",
        "distribution-spec 'Error Codes': a body is one JSON object; distribution writes it twice",
    ),
    "name_long256_post_upload": (
        "400 NAME_INVALID",
        "distribution-spec 'Error Codes', code-8; RFC 9110 §15.6: a 500 is the server's own fault",
    ),
    "manifest_put_over_4MiB": (
        "413 MANIFEST_INVALID",
        "distribution-spec 'Pushing Manifests': 413 above the limit",
    ),
    "upload_patch_wrong_content_type": (
        "415 UNSUPPORTED",
        "distribution-spec 'API': where it is silent, RFC 9110, whose §15.5.16 is 415",
    ),
    "referrers": ("200", "distribution-spec 'Listing Referrers', end-12a: never a 404"),
    "referrers_filter": ("200", "distribution-spec 'Listing Referrers', end-12b: never a 404"),
    "referrers_bad_digest": (
        "400 DIGEST_INVALID",
        "distribution-spec 'Listing Referrers': 400 for a digest with an invalid syntax",
    ),
}

OCI = manifest(LOWER, kind="oci")
DOCKER = manifest(LOWER)
BLOB = f"/v2/probe/one/blobs/{LOWER.digest}"
UPLOADS = "/v2/probe/one/blobs/uploads/"
MANIFESTS = "/v2/probe/one/manifests/"
TAGS = "/v2/probe/one/tags/list"
REFERRERS = "/v2/probe/one/referrers/"
CATALOG = "/v2/_catalog"

Case = Callable[[Client], Response]


def sent(method: str, target: str, body: Blob | bytes = b"", **headers: str) -> Case:
    named = [(key.replace("_", "-"), value) for key, value in headers.items()]
    return lambda client: client.ask(method, target, body, named)


def in_session(method: str, more: str = "", body: Blob | bytes = b"", **headers: str) -> Case:
    def case(client: Client) -> Response:
        return sent(method, client.open_upload("probe/one") + more, body, **headers)(client)

    return case


def after(*before: Case) -> Callable[[Case], Case]:
    def then(last: Case) -> Case:
        return lambda client: [case(client) for case in (*before, last)][-1]

    return then


def put(reference: str, body: Blob, kind: str = "oci") -> Case:
    return lambda client: client.put(f"probe/one/manifests/{reference}", body, kind)


def chunked(client: Client) -> str:
    """A session that holds its first 1 000 bytes."""
    target = client.open_upload("probe/one")
    return client.go_on(client.ask("PATCH", target, LOWER, [("Content-Range", "0-999")]))


def replayed(client: Client) -> Response:
    target = chunked(client)
    client.ask("PATCH", target, LOWER, [("Content-Range", "0-999")])
    return client.get(target)


def assembled(client: Client) -> Response:
    target, whole = chunked(client), Blob(bytes(LOWER) * 3)
    for first, last in ((1000, 1999), (2000, 2999)):
        client.ask("PATCH", target, LOWER, [("Content-Range", f"{first}-{last}")])
    client.ask("PUT", f"{target}&digest={whole.digest}")
    return client.ask("HEAD", f"/v2/probe/one/blobs/{whole.digest}")


def elsewhere(client: Client) -> Response:
    target = client.open_upload("probe/one").replace("/one/", "/two/")
    return client.ask("PATCH", target, LOWER)


def tampered(client: Client) -> Response:
    path = client.open_upload("probe/one").partition("?")[0]
    return client.ask("PATCH", f"{path}?_state=!!!", LOWER)


def cancelled(client: Client) -> Response:
    target = client.open_upload("probe/one")
    client.ask("DELETE", target)
    return client.get(target)


def mounting(digest: str, source: str = "&from=probe/one") -> Case:
    return sent("POST", f"/v2/probe/two/blobs/uploads/?mount={digest}{source}")


gone_blob = after(sent("DELETE", BLOB))
gone_manifest = after(sent("DELETE", MANIFESTS + OCI.digest))
heavy = Blob(b" " * (4 << 20))
padded = Blob(bytes(OCI)[:-1] + b" " * ((4 << 20) - 100 - OCI.size) + b"}")
sbom = manifest(LOWER, kind="oci", subject={"digest": NOWHERE, "size": 1})

CASES: dict[str, Case] = {
    "ping": sent("GET", "/v2/"),
    "ping_no_slash": sent("GET", "/v2"),
    "ping_head": sent("HEAD", "/v2/"),
    "name_upper_tags": sent("GET", "/v2/Probe/One/tags/list"),
    "name_leading_dash_tags": sent("GET", "/v2/-probe/tags/list"),
    "name_long255_post_upload": sent("POST", f"/v2/{'a' * 255}/blobs/uploads/"),
    "name_long256_post_upload": sent("POST", f"/v2/{'a' * 256}/blobs/uploads/"),
    "name_dots_post_upload": sent("POST", "/v2/a..b/blobs/uploads/"),
    "name_dots_tags": sent("GET", "/v2/a..b/tags/list"),
    "name_dunder_post_upload": sent("POST", "/v2/a__b/blobs/uploads/"),
    "name_dunder_tags": sent("GET", "/v2/a__b/tags/list"),
    "name_triple_us_post_upload": sent("POST", "/v2/a___b/blobs/uploads/"),
    "name_triple_us_tags": sent("GET", "/v2/a___b/tags/list"),
    "name_dashes_post_upload": sent("POST", "/v2/a---b/blobs/uploads/"),
    "name_dashes_tags": sent("GET", "/v2/a---b/tags/list"),
    "name_space_post_upload": sent("POST", "/v2/a%20b/blobs/uploads/"),
    "name_space_tags": sent("GET", "/v2/a%20b/tags/list"),
    "manifest_unknown_repo": sent("GET", "/v2/probe/none/manifests/x"),
    "blob_unknown_repo": sent("GET", f"/v2/probe/none/blobs/{NOWHERE}"),
    "upload_post": sent("POST", UPLOADS, Content_Length="0"),
    "blob_get": sent("GET", BLOB),
    "blob_head_missing": sent("HEAD", f"/v2/probe/one/blobs/{NOWHERE}"),
    "blob_get_missing": sent("GET", f"/v2/probe/one/blobs/{NOWHERE}"),
    "blob_get_bad_digest": sent("GET", "/v2/probe/one/blobs/sha256:xyz"),
    "blob_get_short_digest": sent("GET", "/v2/probe/one/blobs/sha256:abcd"),
    "blob_get_unknown_alg": sent("GET", f"/v2/probe/one/blobs/md5:{'0' * 32}"),
    "blob_get_upper_digest": sent("GET", f"/v2/probe/one/blobs/sha256:{'A' * 64}"),
    "blob_range_past_end": sent("GET", BLOB, Range="bytes=2000-3000"),
    "blob_range_reversed": sent("GET", BLOB, Range="bytes=9-0"),
    "blob_range_end_clamped": sent("GET", BLOB, Range="bytes=990-5000"),
    "blob_if_none_match": sent("GET", BLOB, If_None_Match=f'"{LOWER.digest}"'),
    "upload_put_digest_mismatch": in_session("PUT", f"&digest={NOWHERE}", LOWER),
    "upload_put_no_digest": in_session("PUT", "", LOWER),
    "upload_put_bad_digest": in_session("PUT", "&digest=sha256%3Azz", LOWER),
    "upload_get_unknown_session": sent("GET", UPLOADS + "00000000-0000-0000-0000-000000000000"),
    "chunk_status": lambda client: client.get(chunked(client)),
    "chunk_status_after_replay": replayed,
    "chunk_blob_head": assembled,
    "upload_cancel": in_session("DELETE"),
    "upload_status_after_cancel": cancelled,
    "upload_patch_wrong_content_type": in_session("PATCH", "", LOWER, Content_Type="text/plain"),
    "upload_wrong_repo_session": elsewhere,
    "upload_tampered_state": tampered,
    "mount_ok": mounting(LOWER.digest),
    "mount_missing_repo": mounting(LOWER.digest, "&from=probe/none"),
    "mount_anonymous": mounting(LOWER.digest, ""),
    "mount_bad_digest": mounting("sha256:zz"),
    "mount_bad_from": mounting(LOWER.digest, "&from=BAD//x"),
    "manifest_head_tag": lambda client: client.ask(
        "HEAD",
        MANIFESTS + "v1",
        b"",
        [("Accept", "a/b, application/vnd.oci.image.manifest.v1+json")],
    ),
    "manifest_get_tag": lambda client: client.get(MANIFESTS + "v1", "oci"),
    "manifest_get_digest": lambda client: client.get(MANIFESTS + OCI.digest, "oci"),
    "manifest_get_no_accept": sent("GET", MANIFESTS + "v1"),
    "manifest_get_accept_docker_only": lambda client: client.get(MANIFESTS + "v1", "docker"),
    "manifest_get_accept_any": lambda client: client.get(MANIFESTS + "v1", "*/*"),
    "manifest_get_if_none_match": sent("GET", MANIFESTS + "v1", If_None_Match=f'"{OCI.digest}"'),
    "manifest_get_range": sent(
        "GET",
        MANIFESTS + "v1",
        Range="bytes=0-9",
        Accept="application/vnd.oci.image.manifest.v1+json",
    ),
    "manifest_get_missing_tag": sent("GET", MANIFESTS + "nope"),
    "manifest_get_missing_digest": sent("GET", MANIFESTS + NOWHERE),
    "manifest_get_bad_tag": sent("GET", MANIFESTS + "-bad"),
    "manifest_get_tag129": sent("GET", MANIFESTS + "t" * 129),
    "manifest_put_tag129": put("t" * 129, OCI),
    "manifest_put_digest_ok": put(OCI.digest, OCI),
    "manifest_put_missing_config": put("mc", manifest(LOWER, kind="oci", config=UPPER)),
    "manifest_put_not_json": put("bad", Blob(b"not json")),
    "manifest_put_wrong_content_type": put("wct", OCI, "docker"),
    "manifest_put_json_content_type": sent(
        "PUT", MANIFESTS + "jct", OCI, Content_Type="application/json"
    ),
    "manifest_put_over_4MiB": put("big", Blob(bytes(heavy) + b" ")),
    "manifest_put_just_under_4MiB": put("big2", padded),
    "index_get_accept_docker_only": after(put("idx", index(OCI), "oci index"))(
        lambda client: client.get(MANIFESTS + "idx", "docker")
    ),
    "index_put_empty_list": put("idxe", index(), "oci index"),
    "manifest_put_subject": put(sbom.digest, sbom),
    "referrers": sent("GET", REFERRERS + OCI.digest),
    "referrers_filter": sent("GET", f"{REFERRERS}{OCI.digest}?artifactType=application/x-sbom"),
    "referrers_bad_digest": sent("GET", REFERRERS + "xx"),
    "docker_manifest_get_no_accept": sent("GET", MANIFESTS + "dk"),
    "docker_manifest_get_accept_oci": lambda client: client.get(MANIFESTS + "dk", "oci"),
    "tags_all": sent("GET", TAGS),
    **{
        f"tags_{query}": sent("GET", f"{TAGS}?{query}")
        for query in ("n=-1", "n=100000", "last=b1", "last=zzz", "n=2&last=nosuch")
    },
    **{
        f"catalog_{query}": sent("GET", f"{CATALOG}?{query}")
        for query in ("n=0", "n=-1", "n=abc", "n=100000", "n=1&last=probe/one", "last=zzz")
    },
    "method_post_manifest": sent("POST", MANIFESTS + "v1", OCI),
    "method_put_blob": sent("PUT", BLOB, LOWER),
    "method_delete_tags": sent("DELETE", TAGS),
    "method_options": sent("OPTIONS", "/v2/"),
    "unknown_route": sent("GET", "/v2/probe/one/nothing/here"),
    "ext_discover": sent("GET", "/v2/_oci/ext/discover"),
    "delete_manifest_by_tag": sent("DELETE", MANIFESTS + "v1"),
    "tags_after_tag_delete": after(sent("DELETE", MANIFESTS + "v1"))(sent("GET", TAGS)),
    "delete_tag_missing": sent("DELETE", MANIFESTS + "nosuch"),
    "delete_manifest_missing_digest": sent("DELETE", MANIFESTS + NOWHERE),
    "blob_head_after_delete": gone_blob(sent("HEAD", BLOB)),
    "delete_blob_again": gone_blob(sent("DELETE", BLOB)),
    "manifest_by_tag_after_digest_delete": gone_manifest(
        lambda client: client.get(MANIFESTS + "v1", "oci")
    ),
    "tags_after_digest_delete": gone_manifest(sent("GET", TAGS)),
    "delete_manifest_again": gone_manifest(sent("DELETE", MANIFESTS + OCI.digest)),
    "reput_after_delete": gone_blob(put("v1", OCI)),
    "reput_after_blob_reupload": after(
        sent("DELETE", BLOB), sent("POST", f"{UPLOADS}?digest={LOWER.digest}", LOWER)
    )(put("v1", OCI)),
}


@pytest.fixture
def client() -> Client:
    """What the recording had before its questions: one OCI and one Docker image."""
    client = Client(Registry("127.0.0.1:5000"), host="127.0.0.1:5000")
    assert client.push("probe/one", "v1", LOWER, kind="oci") == OCI
    assert client.push("probe/one", "dk", LOWER) == DOCKER
    return client


@pytest.mark.parametrize("case", CASES)
def test_the_answer_is_the_recorded_one(case: str, client: Client) -> None:
    answer = CASES[case](client)
    expected = DIFFERENT[case][0] if case in DIFFERENT else RECORDED[case]
    assert " ".join([str(answer.status), *codes(answer)]) == expected


@pytest.mark.parametrize("case", DIFFERENT)
def test_a_difference_is_one(case: str) -> None:
    ours, reason = DIFFERENT[case]
    assert ours != RECORDED[case]
    assert "distribution-spec '" in reason


def test_every_recorded_case_is_sent() -> None:
    assert len(RECORDED) == 105
    assert CASES.keys() == RECORDED.keys()


@pytest.mark.parametrize("case", ["catalog_n=-1", "catalog_n=abc", "catalog_n=100000"])
def test_what_is_no_page_of_the_catalogue_is_named_as_it_was_written(
    case: str, client: Client
) -> None:
    said: dict[str, object] = {"catalog_n=-1": "-1", "catalog_n=abc": "abc"}
    assert detail(CASES[case](client)) == {"n": said.get(case, 100000)}
