"""The lab: people, files, builds, registries, and what can be looked at."""

import json
from base64 import b64encode

import networkx
import pytest

from labsim import Lab, LabError
from labsim.errors import CommandError, UnknownImage

NAME = "cantdocpp/golang:1.0"


def built(lab, name=NAME, edited=""):
    return lab.build(name, base="golang", layers=["deps", "src"], edited=edited)


def test_the_start_of_the_teaching_world():
    lab = Lab()
    assert lab.docker("images").stdout.splitlines()[1:] == []
    assert lab.user == "cantdocpp"
    assert "~/.docker/config.json" not in lab.files
    assert str(lab.account()) == "cantdocpp on docker.io\n  no repositories yet"


def test_somebody_else_has_a_laptop_of_their_own():
    lab = Lab()
    lab.pull("alpine:3")
    assert lab.as_user("alice").person == "alice"
    assert lab.images() == {}
    lab.as_user("cantdocpp")
    assert list(lab.images()) == ["alpine:3"]


def test_what_one_pushes_another_pulls():
    lab = Lab()
    lab.login("cantdocpp", "lab")
    mine = built(lab)
    lab.push(NAME)
    lab.as_user("alice")
    lab.pull(NAME)
    assert lab.image(NAME) == mine


def test_a_private_repository_looks_missing_to_others():
    lab = Lab()
    lab.login("cantdocpp", "lab")
    lab.pull("alpine:3")
    lab.tag("alpine:3", "cantdocpp/tiny:1")
    lab.push("cantdocpp/tiny:1")
    lab.visibility("cantdocpp/tiny", "private")
    assert "cantdocpp/tiny  private" in str(lab.account())
    lab.as_user("alice")
    private = lab.docker("pull cantdocpp/tiny:1").stderr
    assert private == lab.docker("pull cantdocpp/nosuch:1").stderr.replace("nosuch", "tiny")


def test_the_page_of_an_account_shows_strangers_only_what_is_public():
    lab = Lab()
    lab.login("cantdocpp", "lab")
    lab.pull("alpine:3")
    for name in ("cantdocpp/open", "cantdocpp/shut"):
        lab.tag("alpine:3", name)
        lab.push(name)
    lab.visibility("cantdocpp/shut", "private")
    lab.as_user("alice")
    assert [row.name for row in lab.account("cantdocpp").repositories] == ["cantdocpp/open"]
    lab.as_user("cantdocpp")
    assert len(lab.account("cantdocpp").repositories) == 2


def test_only_its_owner_decides_who_sees_a_repository():
    lab = Lab()
    lab.login("cantdocpp", "lab")
    lab.pull("alpine:3")
    lab.tag("alpine:3", "cantdocpp/tiny")
    lab.push("cantdocpp/tiny")
    lab.as_user("alice")
    before = lab.journal
    sentence = "cantdocpp/tiny is not alice's: only cantdocpp may make it public or private"
    with pytest.raises(LabError, match=sentence):
        lab.visibility("cantdocpp/tiny", "private")
    with pytest.raises(LabError, match="library/alpine is not alice's: nobody here may make it"):
        lab.visibility("alpine", "private")
    assert lab.journal == before
    assert lab.account("cantdocpp").repositories[0].visibility == "public"


def test_where_nobody_owns_a_namespace_anybody_decides():
    lab = Lab()
    lab.pull("alpine:3")
    lab.tag("alpine:3", "localhost:5000/team/app")
    lab.push("localhost:5000/team/app")
    lab.visibility("localhost:5000/team/app", "private")
    assert lab.registry("localhost:5000").store.repositories["team/app"].visibility == "private"


def test_a_registry_throws_away_what_a_moved_tag_left_behind():
    lab = Lab()
    for image in ("alpine:3", "busybox"):
        lab.pull(image)
        lab.tag(image, "localhost:5000/team/app")
        lab.push("localhost:5000/team/app")
    kept = lab.registry("localhost:5000").store.size
    assert lab.collect("localhost:5000", untagged=True)["contents"] == []
    lab.wait("2d")
    foretold = lab.collect("localhost:5000", untagged=True, dry_run=True)
    assert lab.registry("localhost:5000").store.size == kept
    report = lab.collect("localhost:5000", untagged=True)
    assert report["contents"] == foretold["contents"]
    assert len(report["contents"]) == 3
    assert lab.registry("localhost:5000").store.size == kept - report["bytes"]
    lab.undo()
    assert lab.registry("localhost:5000").store.size == kept


def test_credentials_can_be_read_where_docker_says_they_are():
    lab = Lab()
    result = lab.login("cantdocpp", "lab")
    assert "/root/.docker/config.json" in result.stderr
    text = lab.read("/root/.docker/config.json")
    assert text == lab.read("~/.docker/config.json")
    auth = json.loads(text)["auths"]["https://index.docker.io/v1/"]["auth"]
    assert auth == b64encode(b"cantdocpp:lab").decode()


def test_an_account_is_signed_up_once():
    lab = Lab()
    assert str(lab.sign_up("bobby", "s3cret")) == "bobby on docker.io\n  no repositories yet"
    with pytest.raises(LabError, match="bobby"):
        lab.sign_up("bobby", "other")
    assert lab.login("bobby", "s3cret").exit_code == 0
    assert len(lab.journal) == 2


def test_python_verbs_type_the_same_commands():
    lab = Lab()
    lab.pull("alpine:3")
    lab.tag("alpine:3", "localhost:5000/my/alpine:3")
    lab.push("localhost:5000/my/alpine:3")
    lab.rmi("alpine:3", "localhost:5000/my/alpine:3")
    assert [action[1] for action in lab.journal] == [
        "pull alpine:3",
        "tag alpine:3 localhost:5000/my/alpine:3",
        "push localhost:5000/my/alpine:3",
        "rmi alpine:3 localhost:5000/my/alpine:3",
    ]


def test_a_python_verb_raises_what_docker_prints():
    lab = Lab()
    with pytest.raises(CommandError) as failed:
        lab.push("nosuch")
    assert failed.value.stderr == lab.docker("push nosuch").stderr


def test_a_build_pulls_its_base_once_and_is_cached():
    lab = Lab()
    one = built(lab)
    assert "golang:latest" in lab.images()
    lab.wait("1h")
    assert built(lab, "other:1") == one


def test_an_edit_makes_another_image_and_stays():
    lab = Lab()
    one = built(lab)
    two = built(lab, edited="src")
    assert one.diff_ids[:3] == two.diff_ids[:3]
    assert one.diff_ids[3] != two.diff_ids[3]
    assert built(lab, "again:1") == two
    assert lab.images()[one.id.short] == one, "the old one is dangling"


def test_a_base_in_the_history_is_followed_by_a_step_for_each_layer():
    lab = Lab()
    made = built(lab)
    base = lab.image("golang")
    assert made.config.history[: len(base.config.history)] == base.config.history
    assert len(made.config.history) == len(base.config.history) + 2
    assert made.config.env == base.config.env


def test_time_passes_only_when_something_takes_time():
    lab = Lab()
    start = lab.now_us
    lab.docker("images")
    assert lab.now_us == start
    lab.wait("3d")
    assert lab.now_us - start == 3 * 86_400_000_000
    lab.pull("alpine:3")
    assert lab.now_us - start > 3 * 86_400_000_000


def test_a_slower_link_takes_longer():
    def took(lab):
        before = lab.now_us
        lab.pull("debian:stable")
        return lab.now_us - before

    slow = Lab()
    slow.link(down="1MB/s", delay="0s")
    assert took(slow) >= 30_000_000 > took(Lab())


def test_a_request_by_hand_is_answered_and_journalled():
    lab = Lab()
    answer = lab.http("GET", "/v2/")
    assert answer.status == 401
    assert lab.journal == [["http", "GET", "/v2/"]]


def test_the_body_of_a_request_is_an_attachment():
    lab = Lab()
    headers = [("Content-Type", "application/vnd.oci.image.manifest.v1+json")]
    answer = lab.http(
        "PUT", "/v2/a/b/manifests/1", host="localhost:5000", headers=headers, body=b"{}"
    )
    assert answer.status == 400
    (digest,) = lab.attachments
    assert lab.journal[0][-1] == f"body={digest}"
    assert Lab.replay(lab.script, lab.attachments).journal == lab.journal


def test_files_are_written_and_read():
    lab = Lab()
    lab.write("notes.txt", "one\ntwo\n")
    lab.write("./blob.bin", b"\xff\x00")
    assert lab.read("notes.txt") == "one\ntwo\n"
    assert lab.files["blob.bin"] == b"\xff\x00"


def test_images_are_a_graph():
    lab = Lab()
    lab.pull("golang")
    lab.pull("debian:stable")
    graph = lab.graph()
    assert isinstance(graph, networkx.DiGraph)
    layers = [node for node, kind in graph.nodes(data="kind") if kind == "layer"]
    assert len(layers) == 2


def test_the_last_push_can_be_looked_at():
    lab = Lab()
    lab.pull("alpine:3")
    assert lab.last("push") is None
    last = lab.last("pull")
    assert last is not None
    assert lab.trace is last.trace


def test_a_lab_that_is_made_is_current_until_another_is():
    one, two = Lab(), Lab()
    assert Lab.current() is two
    assert one.use() is Lab.current() is one
    one.fork()
    assert Lab.current() is one


def test_an_image_that_came_from_elsewhere_says_what_a_push_changes():
    lab = Lab()
    lab.pull("alpine:3")
    assert "Every digest stays the same" in str(lab.why("alpine:3"))
    with pytest.raises(UnknownImage):
        lab.why("nosuch")


def test_a_loaded_image_is_packed_anew_and_says_so():
    import gzip

    from labsim.archive import Zipped, file, tar
    from labsim.blob import Blob
    from labsim.image import Config

    files = tar([file("a.txt", b"hello" * 100)])
    packed = Zipped(Blob(gzip.compress(bytes(files), mtime=0)))
    config = Config.make([files.diff_id], created="2025-01-01T00:00:00Z")
    lab = Lab()
    image = lab.load(["mine:1", "mine:2"], config, [packed])
    assert list(lab.images()) == ["mine:1", "mine:2"]
    assert image.id == config.image_id
    assert "1 of 1 layer digests change" in str(lab.why("mine:1"))
    again = Lab.replay(lab.script, lab.attachments)
    assert again.image("mine:2") == image


def test_the_last_command_is_found_by_its_name_and_not_by_its_words():
    lab = Lab()
    lab.pull("alpine:3")
    lab.tag("alpine:3", "push")
    assert lab.last("push") is None
    tagged = lab.docker("docker image tag alpine:3 again")
    assert lab.last("tag") is tagged


def test_things_say_what_they_are_and_never_where_in_memory():
    lab = Lab()
    lab.wait("1h")
    lab.pull("alpine:3")
    assert repr(lab) == "<Lab w1, classic engine: 2 actions, at cantdocpp's laptop>"
    assert repr(lab.seat) == "<cantdocpp's laptop: 1 image, 8 MB of files>"
    assert repr(lab.seat.engine) == "<Classic: 1 image, 8 MB of files>"
    assert repr(lab.as_user("alice")) == "<alice's laptop: 0 images>"
    built = lab.build("app", base="golang", layers=["deps", "src"])
    assert repr(built) == f"<Image {built.id.short}: 4 layers, 342 MB of files>"
    assert repr(built.layers[0]).endswith(" MB of files>")
    seen = [lab.seat.engine.names, lab._past.state.world, lab.registry("docker.io"), lab.account()]
    assert " at 0x" not in repr(seen)
