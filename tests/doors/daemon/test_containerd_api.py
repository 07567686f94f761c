"""What a client is told by the daemon of Docker 29, in the version of the API that it means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from labsim.image import Descriptor, Index, Platform
from labsim.reference import Reference
from tests.docker.stacked import archive
from tests.doors.daemon.conftest import Desk
from tests.engine.small import image

ARM = "%7B%22os%22%3A%22linux%22%2C%22architecture%22%3A%22arm64%22%7D"
VERSIONS = ("1.49", "1.50", "1.52")
NOSUCH = "%7B%22os%22%3A%22linux%22%2C%22architecture%22%3A%22s390x%22%7D"


@pytest.fixture(scope="module")
def desk():
    """A multi-platform image of the Hub, and the images of an archive."""
    one = Desk("containerd")
    one.lab.docker("pull golang")
    one.lab.write("a.tar", archive())
    one.lab.docker("load -i a.tar")
    engine: Any = one.lab.seat.engine
    children, blobs = [], []
    for machine in ("amd64", "arm64"):
        made = image("os", machine)
        manifest = made.manifest("oci")
        descriptor = Descriptor.of(manifest.media_type, manifest)
        children.append(descriptor._replace(platform=Platform("linux", machine)))
        blobs += [manifest, *made.blobs] if machine == "amd64" else []
    engine.hold(Index.oci(children), blobs, [Reference("multi:1")])
    engine.content.labels.add(str(engine.resolve("multi:1")), "ghcr.io", "team/multi")
    yield one
    one.desk.close()


def told(desk: Desk, target: str, status: int = 200) -> Any:
    answer = desk.ask("GET", target)
    assert answer.status == status, bytes(answer.body)
    return json.loads(bytes(answer.body))


def listed(desk: Desk, version: str, more: str = "", name: str = "golang:latest") -> dict[str, Any]:
    rows = told(desk, f"/v{version}/images/json?{more}")
    return next(row for row in rows if name in (row["RepoTags"] or ()))


def test_the_image_is_what_its_name_leads_to_for_every_client(desk):
    by_cli = json.loads(desk.lab.docker("image inspect golang").stdout)[0]
    for version in ("1.40", "1.44", "1.47", "1.51", "1.55"):
        assert told(desk, f"/v{version}/images/golang/json")["Id"] == by_cli["Id"]
    assert told(desk, "/images/golang/json") == by_cli, "no version means the newest"


def test_an_older_client_finds_what_it_had_and_nothing_newer(desk):
    newest = told(desk, "/v1.55/images/golang/json")
    fields = {
        version: set(told(desk, f"/v{version}/images/golang/json"))
        for version in ("1.40", "1.44", "1.45", "1.47", "1.48", "1.51", "1.52", "1.53")
    }
    assert fields["1.53"] == set(newest) == {*fields["1.52"], "Identity"}
    once = {"Parent", "Comment", "DockerVersion", "Author", "GraphDriver"}
    assert fields["1.51"] == fields["1.52"] | once == fields["1.48"]
    assert fields["1.47"] == fields["1.48"] - {"Descriptor"}
    assert fields["1.44"] == fields["1.45"] | {"Container", "ContainerConfig"}
    assert fields["1.40"] == fields["1.44"] | {"VirtualSize"}
    configs = [
        told(desk, f"/v{one}/images/golang/json")["Config"] for one in ("1.49", "1.50", "1.52")
    ]
    assert set(configs[0]) - set(configs[1]) >= {"Hostname", "Tty"}
    assert set(configs[1]) > set(configs[2])


def test_a_list_has_the_fields_of_its_version(desk):
    newest = listed(desk, "1.55")
    assert [*newest] == ["Containers", "Created", "Id", "Labels", "ParentId", "Descriptor",
                         "RepoDigests", "RepoTags", "SharedSize", "Size"]  # fmt: skip
    assert (newest["Containers"], newest["SharedSize"], newest["Labels"]) == (0, -1, {})
    assert newest["Descriptor"]["digest"] == newest["Id"]
    assert listed(desk, "1.50")["Containers"] == -1
    assert "Descriptor" not in listed(desk, "1.47")
    assert "VirtualSize" in listed(desk, "1.43")
    assert "VirtualSize" not in listed(desk, "1.44")


def test_the_manifests_of_every_platform_are_listed_where_somebody_asks(desk):
    rows = listed(desk, "1.47", "manifests=1", "multi:1")["Manifests"]
    here = {row["ImageData"]["Platform"]["architecture"]: row["Available"] for row in rows}
    assert here == {"amd64": True, "arm64": False}
    for row in rows:
        sizes = row["Size"], row["ImageData"]["Size"]
        assert sizes[0]["Total"] == sizes[0]["Content"] + sizes[1]["Unpacked"]
        assert bool(sizes[0]["Content"]) is row["Available"]
        assert (row["Kind"], row["ID"]) == ("image", row["Descriptor"]["digest"])
    assert sum(row["Size"]["Total"] for row in rows) == listed(desk, "1.55", name="multi:1")["Size"]
    assert "Manifests" not in listed(desk, "1.46", "manifests=1")
    assert told(desk, "/v1.48/images/multi:1/json?manifests=1")["Manifests"] == rows


def test_who_is_known_to_have_an_image_is_told_beside_its_manifests(desk):
    rows = listed(desk, "1.54", "manifests=1&identity=1", "multi:1")["Manifests"]
    said = [row["ImageData"].get("Identity") for row in rows]
    assert said == [{"Pull": [{"Repository": "ghcr.io/team/multi"}]}, None]
    assert "Identity" not in str(listed(desk, "1.53", "manifests=1&identity=1"))
    refused = told(desk, "/v1.54/images/json?identity=1", 400)
    assert refused == {"message": "conflicting options: identity requires manifests=1"}


def test_what_images_share_is_counted_where_somebody_asks(desk):
    rows = told(desk, "/v1.42/images/json?shared-size=1")
    assert all(row["SharedSize"] >= 0 for row in rows)
    assert any(row["SharedSize"] > 0 for row in rows), "images of the archive stand on each other"
    assert {row["SharedSize"] for row in told(desk, "/v1.41/images/json?shared-size=1")} == {-1}


def test_one_platform_may_be_looked_at(desk):
    arm = told(desk, f"/v1.49/images/multi:1/json?platform={ARM}")
    assert arm["Id"] != listed(desk, "1.55", name="multi:1")["Id"]
    refused = told(desk, f"/v1.49/images/multi:1/json?platform={NOSUCH}", 404)
    assert "was found but does not provide the specified platform" in refused["message"]
    assert told(desk, f"/v1.48/images/multi:1/history?platform={ARM}", 404)
    assert told(desk, f"/v1.47/images/multi:1/history?platform={ARM}") == []
    both = told(desk, f"/v1.49/images/multi:1/json?manifests=1&platform={ARM}", 400)
    assert both["message"].startswith("conflicting options: manifests and platform options")


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("nosuch", 404, "No such image: nosuch:latest"),
        ("App", 400, "invalid reference format: repository name (library/App) must be lowercase"),
    ],
)
def test_what_is_not_here_is_refused_in_its_words(desk, name, status, words):
    for what in ("json", "history"):
        assert told(desk, f"/images/{name}/{what}", status) == {"message": words}


def test_the_laptop_tells_what_the_cli_shows_of_it(desk):
    said = told(desk, "/info")
    shown = json.loads(desk.lab.docker("info --format json").stdout)
    del shown["ClientInfo"]
    assert {**said, "SystemTime": ""} == {**shown, "SystemTime": ""}
    assert (said["Driver"], said["Images"]) == ("overlayfs", len(told(desk, "/images/json")))
    assert Desk().lab.docker("info --format {{.Driver}}").stdout == "overlay2\n"


def test_what_takes_room_is_told_twice_in_the_versions_between(desk):
    old, between = told(desk, "/v1.51/system/df"), told(desk, "/v1.52/system/df")
    new = told(desk, "/v1.52/system/df?verbose=1")
    assert set(old) == {"LayersSize", "Images", "Containers", "Volumes", "BuildCache"}
    assert set(new) == {"ImageUsage", "ContainerUsage", "VolumeUsage", "BuildCacheUsage"}
    assert between == {**old, **new}
    usage = new["ImageUsage"]
    assert (usage["TotalSize"], usage["TotalCount"]) == (old["LayersSize"], len(old["Images"]))
    spare = sum(row["Size"] - row["SharedSize"] for row in old["Images"])
    assert usage["Reclaimable"] == spare
    assert set(told(desk, "/v1.42/system/df?type=image")) == {"LayersSize", "Images"}
    assert told(desk, "/v1.42/system/df?type=x", 400) == {"message": "unknown object type: x"}


def test_events_name_what_went_and_lose_their_old_fields():
    desk = Desk("containerd")
    for line in ("pull alpine:3", "tag alpine:3 mine:1", "rmi mine:1", "rmi alpine:3"):
        desk.lab.docker(line)

    def events(version: str) -> list[dict[str, Any]]:
        answer = desk.ask("GET", f"/v{version}/events?since=0&until=9999999999")
        return [json.loads(line) for line in bytes(answer.body).splitlines()]

    new, old = events("1.52"), events("1.51")
    shown = [(one["Action"], one["Actor"]["Attributes"]["name"]) for one in new]
    image = new[-1]["Actor"]["ID"]
    assert shown == [
        ("pull", "alpine"),
        ("tag", "mine:1"),
        ("untag", "mine:1"),
        ("untag", "alpine:3"),
        ("delete", image),
    ]
    assert [{**one, "status": one["Action"], "id": one["Actor"]["ID"]} for one in new] == old
    desk.desk.close()


LINES, ND, SEQUENCE = "application/jsonl", "application/x-ndjson", "application/json-seq"


@pytest.mark.parametrize(
    ("version", "accept", "kind"),
    [
        ("1.51", "", "application/json"),
        ("1.52", "", LINES),
        ("1.55", "*/*", LINES),
        ("1.51", ND, ND),
        ("1.55", f"{LINES};q=0.5, {ND};q=0.7, {SEQUENCE};q=0", ND),
        ("1.55", SEQUENCE, SEQUENCE),
    ],
)
def test_events_are_called_what_the_client_takes(desk, version, accept, kind):
    target = f"/v{version}/events?since=0&until=9999999999"
    answer = desk.ask("GET", target, headers=(("Accept", accept),) if accept else ())
    assert answer.headers.get("Content-Type") == kind
    lines = bytes(answer.body).splitlines()
    assert {line.startswith(b"\x1e") for line in lines} == {kind == SEQUENCE}


def test_a_build_is_told_as_a_creation_and_its_names():
    desk = Desk("containerd")
    desk.lab.docker("pull alpine:3")
    desk.lab.write("web/Dockerfile", "FROM alpine:3\nENV A=1\n")
    desk.lab.docker("build -t web:1 web")

    def actions(version: str) -> list[str]:
        answer = desk.ask("GET", f"/v{version}/events?since=0&until=9999999999")
        return [json.loads(line)["Action"] for line in bytes(answer.body).splitlines()]

    assert actions("1.46") == ["pull", "create", "tag"]
    assert actions("1.45") == ["pull", "tag"]
    desk.desk.close()


def test_one_platform_is_removed_where_the_api_has_that():
    desk = Desk("containerd")
    desk.lab.docker("pull golang")
    target = f"images/golang?force=1&platforms={NOSUCH}"
    answer = desk.ask("DELETE", f"/v1.50/{target}")
    words = json.loads(bytes(answer.body))["message"]
    assert (answer.status, words.split(" for ")[0]) == (
        404,
        "failed to delete platform linux/s390x",
    )
    bare = desk.ask("DELETE", f"/v1.50/images/golang?platforms={NOSUCH}")
    assert bare.status == 400
    assert desk.ask("DELETE", f"/v1.49/{target}").status == 200
    assert desk.lab.docker("images -q").stdout == ""
    desk.desk.close()


def test_one_platform_is_saved_loaded_and_pushed_where_the_api_has_that(desk):
    missing = "was found but does not provide the specified platform (linux/arm64)"
    for version, status in (("1.48", 404), ("1.47", 200)):
        answer = desk.ask("GET", f"/v{version}/images/multi:1/get?platform={ARM}")
        assert answer.status == status
        assert (missing in bytes(answer.body).decode(errors="replace")) == (status == 404)
    desk.lab.docker("tag multi:1 localhost:5000/multi:1")
    shown = (("X-Registry-Auth", "e30="),)
    for version, fails in (("1.46", True), ("1.45", False)):
        target = f"/v{version}/images/localhost:5000/multi/push?tag=1&platform={ARM}"
        said = bytes(desk.ask("POST", target, headers=shown).body).decode()
        assert (missing in said) == fails
        assert "Using --platform" not in said
    saved = bytes(desk.ask("GET", "/v1.47/images/multi:1/get").body)
    for version, fails in (("1.48", True), ("1.47", False)):
        target = f"/v{version}/images/load?platform={ARM}"
        said = bytes(desk.ask("POST", target, saved).body).decode()
        assert ("provide the requested platform ([linux/arm64])" in said) == fails
    desk.lab.docker("rmi localhost:5000/multi:1")


def test_what_is_refused_is_refused_in_this_daemons_words(desk):
    for method, target, words in (
        ("DELETE", "images/App", "invalid reference format: repository name (library/App) must be"),
        ("GET", "images/search?term=a&limit=200", "limit 200 is outside the range of [1, 100]"),
    ):
        answer = desk.ask(method, f"/v1.55/{target}")
        assert answer.status == 400
        assert json.loads(bytes(answer.body))["message"].startswith(words)


def test_a_name_that_is_none_is_the_clients_fault(desk):
    for query, words in (
        ("repo=X&tag=1", "invalid reference format: repository name (library/X) must be lowercase"),
        ("repo=x&tag=!", "invalid tag format"),
    ):
        answer = desk.ask("POST", f"/images/golang/tag?{query}")
        assert (answer.status, json.loads(bytes(answer.body))) == (400, {"message": words})


def test_a_filter_leaves_only_the_names_that_fit(desk):
    desk.lab.docker("tag golang other/golang:2")
    filters = "%7B%22reference%22%3A%7B%22other/*%22%3Atrue%7D%7D"
    (row,) = told(desk, f"/v1.55/images/json?filters={filters}")
    assert row["RepoTags"] == ["other/golang:2"]
    desk.lab.docker("rmi other/golang:2")
