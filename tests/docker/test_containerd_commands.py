"""The commands on Docker 29's engine: what each prints, and what the older Docker words otherwise.

A row names the section of the facts that it comes from; "source" is moby or cli 29.7.2.
"""

from __future__ import annotations

import json

import pytest

from labsim import Lab
from labsim.blob import Blob
from labsim.engine.containerd import Containerd
from labsim.image import Image
from labsim.reference import Reference
from tests.docker.loaded import loaded_seat
from tests.docker.seat29 import HOST, WEB, Seat29, multi_platform_seat, seat_with_image
from tests.docker.sessions import SESSIONS, words_of
from tests.docker.stacked import archive, images
from tests.engine.small import image

DAEMON = "Error response from daemon: "
BAD = "invalid reference format: repository name (library/Bad) must be lowercase"


def loaded_seat29() -> Seat29:
    seat = Seat29()
    for document, names, layers in images():
        made = Image.read(Blob(document), map(Blob, layers))
        seat.store.adopt(made, map(Reference, names))
    seat.files["stack.tar"] = archive()
    return seat


@pytest.mark.parametrize("session", SESSIONS)
def test_every_recorded_line_has_an_answer_here_too(session):
    seat = loaded_seat29()
    for line in SESSIONS[session]:
        result = seat.docker(words_of(line))
        assert result.exit_code == 0 or result.stderr, line
        assert "not simulated" not in result.stderr, line


# -- refusals --------------------------------------------------------------------------------------

REFUSED = [
    ("1.4", "tag base:1 B", ('error parsing reference: "B" is not a valid repository/tag: '
     "invalid reference format: repository name (library/B) must be lowercase")),
    ("1.4", "tag A b", ('error parsing reference: "A" is not a valid repository/tag: '
     "invalid reference format: repository name (library/A) must be lowercase")),
    ("1.4", f"tag base:1 b@sha256:{'f' * 64}", "refusing to create a tag with a digest reference"),
    ("1.4", "tag base:1 sha256:1",
     f"{DAEMON}refusing to create an ambiguous tag using digest algorithm as name"),
    ("1.4", "push Bad", BAD),
    ("1.4", "rmi Bad", f"{DAEMON}{BAD}"),
    ("1.4", "history Bad", f"{DAEMON}{BAD}"),
    ("1.4", "image inspect Bad", f"{DAEMON}{BAD}"),
    ("1.4", "save -o x.tar Bad", f"{DAEMON}{BAD}"),
    ("1.4", "push -a base:1", "tag can't be used with --all-tags/-a"),
    ("1.4", "pull -a base:1", "tag can't be used with --all-tags/-a"),
    ("1.4", f"push b@sha256:{'f' * 64}", "cannot push a digest reference"),
    ("1.4", "pull scratch", f"{DAEMON}'scratch' is a reserved name"),
    ("2.1", "tag nosuch b", f"{DAEMON}No such image: nosuch:latest"),
    ("2.4", "rmi nosuch:1", f"{DAEMON}No such image: nosuch:1"),
    ("2.4", "rmi ''", f"{DAEMON}page not found"),
    ("2.5", "history nosuch", f"{DAEMON}No such image: nosuch:latest"),
    ("2.6", "inspect nosuch", "error: no such object: nosuch"),
    ("2.6", "inspect Bad", "error: no such object: Bad"),
    ("2.6", "image inspect nosuch", f"{DAEMON}No such image: nosuch:latest"),
    ("source", "image inspect --platform linux/s390x base:1",
     (f"{DAEMON}image with reference base:1 was found but does not provide "
     "the specified platform (linux/s390x)")),
    ("source", "history --platform linux/s390x base:1",
     (f"{DAEMON}image with reference base:1 was found but does not provide "
     "the specified platform (linux/s390x)")),
    ("source", "save --platform linux/s390x -o x.tar base:1",
     (f"{DAEMON}no suitable export target found: image with reference base:1 was found but does "
     "not provide the specified platform (linux/s390x)")),
    ("source", "history --platform nosuch base:1", ('invalid platform: "nosuch": '
     "unknown operating system or architecture: invalid argument")),
    ("source", "image prune -f --filter nosuch=1", f"{DAEMON}invalid filter 'nosuch'"),
    ("source", "image prune -f --filter dangling=false",
     f"{DAEMON}invalid filter 'dangling=[false true]'"),
    ("source", "search --filter nosuch=1 x", f"{DAEMON}invalid filter 'nosuch'"),
    ("source", "search --filter is-official=maybe x",
     f"{DAEMON}invalid filter 'is-official=[maybe]'"),
    ("source", "search --limit 101 x", f"{DAEMON}limit 101 is outside the range of [1, 100]"),
    ("source", "load -i junk", "unexpected EOF"),
    ("source", "load -i nothing", "unrecognized image format"),
    ("3.1", "login localhost:5000",
     "error: cannot perform an interactive login from a non-TTY device"),
    ("source", "login -u a -p - --password-stdin=false x", "password is empty"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "words"), [pytest.param(*row[1:], id=f"{row[0]} {row[1][:40]}") for row in REFUSED]
)
def test_what_is_refused_is_refused_in_the_words_of_29(line, words):
    seat = loaded_seat29()
    seat.files |= {"junk": b"junk", "nothing": b""}
    result = seat.docker(words_of(line), "" if "-p -" in line else None)
    assert (result.stderr, result.exit_code) == (f"{words}\n", 1)


def test_too_many_arguments_are_refused_without_the_slip_of_28():
    assert "\n\nRun 'docker images --help'" in loaded_seat29().docker("images a b").stderr
    assert "\n\nSRun 'docker images --help'" in loaded_seat().docker("images a b").stderr


@pytest.mark.parametrize(
    ("answers", "words"),
    [(["", ""], "error: username is required\n"), (["a", ""], "error: password is required\n")],
)
def test_an_empty_answer_to_a_login_is_refused_in_lower_case(answers, words):
    seat = Seat29()
    seat.answers = answers
    assert seat.docker("login localhost:5000").stderr == words


def test_the_beginning_of_an_id_has_four_digits_and_may_fit_several():
    seat, store = Seat29(), Containerd()
    short = ""
    for number in range(2000):
        made = store.adopt(image("os", label=str(number)), [])
        digest = made.manifest("oci").digest.hex
        if digest[:4] in {row.id.hex[:4] for row in seat.store.images()}:
            short = digest[:4]
        seat.store.adopt(made, [Reference(f"app:{number}")])
        if short or number > 600:
            break
    assert short, "among 600 ids two begin alike"
    assert seat.docker(f"rmi {short}").stderr == f"{DAEMON}ambiguous reference\n"
    assert seat.docker(f"history {short[:3]}").stderr == (
        f"{DAEMON}No such image: {short[:3]}:latest\n"
    )


# -- inspect, history ------------------------------------------------------------------------------


def test_an_inspected_image_has_a_descriptor_digests_and_the_keys_in_their_order():
    seat = loaded_seat29()
    (found,) = json.loads(seat.docker("image inspect shop/app:1").stdout)
    row = next(row for row in seat.engine.images() if len(row.tags) == 3)
    assert list(found) == [
        "Id", "RepoTags", "RepoDigests", "Comment", "Created", "Author", "Config", "Architecture",
        "Os", "Size", "RootFS", "Metadata", "Descriptor",
    ]  # fmt: skip
    assert found["Id"] == str(row.id) == found["Descriptor"]["digest"]
    assert found["RepoDigests"] == [
        f"{name}@{row.id}" for name in ("shop/app", "localhost:5000/app")
    ]
    assert found["Size"] == row.content_size < row.size
    assert "Hostname" not in found["Config"]


def test_an_image_is_dated_by_a_tag_that_is_new():
    seat = loaded_seat29()
    seat.docker("tag base:1 other:1")
    form = ["image", "inspect", "-f", "{{.Metadata.LastTagTime}}", "other:1"]
    assert seat.docker(form).stdout == "2025-01-20 09:00:00 +0000 UTC\n"
    seat.now += 60_000_000
    seat.docker("tag base:1 other:1")
    assert seat.docker(form).stdout == "2025-01-20 09:00:00 +0000 UTC\n", "it stood there"


def test_a_platform_of_an_index_can_be_inspected_though_it_is_not_here():
    seat = multi_platform_seat()
    (row,) = seat.engine.images()
    whole, here, other = (
        json.loads(seat.docker(f"image inspect {flags} app:1").stdout)[0]
        for flags in ("", "--platform linux/amd64", "--platform linux/arm64")
    )
    assert whole["Id"] == str(row.id) != here["Id"] == str(row.platforms[0].digest)
    assert whole["Architecture"] == here["Architecture"] == "amd64"
    assert whole["Size"] == here["Size"] == row.content_size + seat.store.target(row.id).size
    assert other["Id"] == str(row.platforms[1].digest)
    assert (other["Config"], other["Architecture"], other["RootFS"]) == ({}, "", {})
    assert other["Descriptor"]["platform"] == {"architecture": "arm64", "os": "linux"}


def test_the_repositories_that_had_an_image_are_its_identity():
    seat = seat_with_image()
    assert seat.docker(["inspect", "-f", "{{json .Identity}}", WEB]).stdout == "null\n"
    digest = str(seat.engine.resolve(WEB))
    seat.store.content.labels.add(digest, HOST, "t/app")
    assert seat.docker(["inspect", "-f", "{{json .Identity}}", WEB]).stdout == (
        '{"Pull":[{"Repository":"127.0.0.1/t/app"}]}\n'
    )


def test_a_history_begins_with_the_manifests_id_and_counts_blocks():
    seat = loaded_seat29()
    first, *_, last = seat.docker("history base:1").stdout.splitlines()[1:]
    assert first.split()[0] == seat.engine.resolve("base:1").short
    assert last.split()[-1] == "16.4kB", "5000 bytes, a folder, and the layer's own"


# -- rmi, prune ------------------------------------------------------------------------------------


def test_a_digest_removes_all_names_of_its_repository():
    seat = seat_with_image()
    image_id = seat.engine.resolve(WEB)
    seat.docker(f"tag {WEB} {HOST}/t/app:v2")
    seat.docker(f"tag {WEB} other:1")
    result = seat.docker(f"rmi {HOST}/t/app@{image_id}")
    assert result.stdout == f"Untagged: {HOST}/t/app:v1\nUntagged: {HOST}/t/app:v2\n"
    assert seat.docker(f"rmi other@{image_id}").stdout == (
        f"Untagged: other:1\nDeleted: {image_id}\n"
    )


def test_a_prune_tells_documents_and_gives_back_blobs_and_blocks():
    seat = seat_with_image()
    old = seat.engine.resolve(WEB)
    seat.store.adopt(image("new"), [Reference("app:2")])
    seat.docker(f"tag app:2 {WEB}")
    held = seat.engine.size
    result = seat.docker("image prune -f")
    freed = held - seat.engine.size
    assert result.stdout == (
        f"Deleted Images:\nuntagged: {old}\ndeleted: {old}\n\n"
        f"Total reclaimed space: {freed / 1000:.4g}kB\n"
    )
    assert not seat.engine.has_image(old)


def test_what_was_pulled_by_digest_alone_is_not_dangling():
    seat, made = Seat29(), image("os")
    digest = made.manifest("oci").digest
    seat.store.hold(made.manifest("oci"), made.blobs, [Reference(f"{HOST}/t/app@{digest}")])
    assert seat.docker("image prune -f").stdout == "Total reclaimed space: 0B\n"
    assert f"deleted: {digest}\n" in seat.docker("image prune -af").stdout


def test_the_disk_counts_what_images_share_once_and_only_their_own_comes_back():
    seat = Seat29()
    seat.store.adopt(image("os"), [Reference("base:1")])
    seat.store.adopt(image("os", "app"), [Reference("app:1")])
    rows = seat.engine.images()
    _, sums, *_ = seat.docker("system df").stdout.splitlines()
    shared = rows[0].size + rows[1].size - seat.engine.size
    assert f"{seat.engine.size / 1000:.4g}kB" in sums
    unique = seat.engine.size - shared
    assert f"{unique / 1000:.4g}kB ({unique * 100 // seat.engine.size}%)" in sums
    assert seat.docker("system df -v").stdout.count(f"{shared / 1000:.4g}kB") == 2
    assert '"VirtualSize"' not in seat.docker("system df -v --format json").stdout


@pytest.mark.parametrize(
    ("form", "printed"),
    [("{{.Containers}} {{.SharedSize}}", "0 N/A\n"),
     ("{{.VirtualSize}}", "")],
)  # fmt: skip
def test_a_listed_image_has_the_fields_of_its_cli(form, printed):
    assert seat_with_image().docker(["images", "--format", form]).stdout == printed


def test_docker_tells_of_its_store():
    text = seat_with_image().docker("info").stdout
    assert text.startswith("Client: Docker Engine - Community\n Version:    29.7.2\n")
    assert " Images: 1\n Server Version: 29.7.2\n Storage Driver: overlayfs\n" in text
    assert "  driver-type: io.containerd.snapshotter.v1\n" in text
    assert text.endswith(" Firewall Backend: iptables\n\n")


@pytest.mark.parametrize(
    "line", ["build team/app:1 base=golang layers=deps", "docker pull golang", "docker load -i x"]
)
def test_an_image_is_dated_by_what_gave_it_a_name(line):
    lab = Lab(engine="containerd")
    lab.docker("pull -q golang")
    lab.docker("save -o x golang")
    lab.docker("rmi golang")
    verb, _, rest = line.partition(" ")
    lab.do(["docker", rest] if verb == "docker" else words_of(line))
    name = "team/app:1" if line.startswith("build") else "golang"
    engine = lab.seat.engine
    assert engine.tagged_us[engine.resolve(name)] > 1_700_000_000_000_000
