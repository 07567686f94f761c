"""What is wrong is said in one sentence, and nothing half-done stays behind."""

import pytest

from labsim import Lab, LabError
from labsim.errors import InvalidReference, Unreachable

V1, V2 = "cantdocpp/app:1", "cantdocpp/app:2"


def fails(lab, line):
    result = lab.docker(line)
    assert result.exit_code != 0
    return result.stderr


# -- docker lines ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("frobnicate", "docker: unknown command: docker frobnicate"),
        ("pull --frob golang", "unknown flag: --frob"),
        ("pull nosuch", "pull access denied for nosuch"),
        ("pull golang:nosuch", "manifest for golang:nosuch not found"),
        ("pull nosuch.example.com/x", "nosuch.example.com"),
        ("tag nosuch a:1", "No such image: nosuch:latest"),
        ("rmi nosuch", "No such image: nosuch:latest"),
        ("push nosuch", "An image does not exist locally with the tag: nosuch"),
        ("pull Golang", "must be lowercase"),
        ("ps", "not simulated"),
        ("pull 'golang", "labsim: the ' is never closed"),
        ("login -u x --password-stdin < nofile", "there is no file nofile here"),
    ],
)
def test_a_docker_line_that_fails_says_why_and_changes_nothing_local(line, words):
    lab = Lab()
    assert words in fails(lab, line)
    assert lab.images() == {}
    assert "~/.docker/config.json" not in lab.files


# -- lab actions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        (["fly"], "'fly' is nothing a lab can do; it can: docker, as"),
        ([], "'' is nothing a lab can do"),
        (["as"], "as is written like this: as PERSON"),
        (["wait"], "wait is written like this: wait LENGTH, for example: wait 3d"),
        (["cut", "3", "MB"], "cut is written like this: cut BYTES, for example: cut 3MB"),
        (["as", "nobody"], "nobody here is called 'nobody'; there is: cantdocpp, alice"),
        (["wait", "soon"], "'soon' is no length of time: write it like 90s, 3d or 1h30m"),
        (["wait", "99999d"], "99999d is too long to wait"),
        (["write", "~/.docker/config.json", "{}"], "is written by docker login"),
        (["write", "folder/", "x"], "'folder/' is no name for a file"),
        (["write", "a", "sha256:" + "0" * 64], "a needs the file sha256:0000"),
        (["stop", "nosuch.example.com"], "nosuch.example.com: no such host"),
        (["start", "nosuch.example.com"], "nosuch.example.com: no such host"),
        (["cut", "half"], "'half' is no number of bytes"),
        (["cut", "0"], "must carry something first: 1 byte at least"),
        (["during", "1s", "dance"], "'dance' cannot happen during a conversation"),
        (["during", "soon", "drop"], "'soon' is no length of time"),
        (["during", "1s", "link", "up=0"], "a link that is in use needs a width"),
        (["during", "1s", "link"], "a link that is in use needs a width"),
        (["during", "1s", "policy", "docker.io", "nosuch=on"], "turns no switch"),
        (["link", "up=fast"], "'fast' is no number of bytes"),
        (["link", "speed=1"], "'speed=1' is not understood: write up=…, down=…, delay=…"),
        (["sign_up", "cantdocpp"], "cantdocpp"),
        (["visibility", "cantdocpp/nosuch", "private"], "docker.io: "),
        (["policy", "docker.io", "nosuch=on"], "docker.io: no switch nosuch"),
        (["policy", "docker.io", "auth=magic"], "docker.io: auth takes"),
        (["collect", "docker.io", "untagged=yes"], "untagged is either on or off, not 'yes'"),
        (["collect", "docker.io", "grace=long"], "'long' is no length of time"),
        (["collect", "docker.io", "all=on"], "'all=on' is not understood"),
        (["http", "GET", "/v2/", "colour=red"], "'colour=red' is not understood"),
        (["load", "a:1", "sha256:" + "0" * 64], "load of a:1 needs the file"),
        (["build", "a:1", "base=golang"], "a build needs a base and layers"),
        (["build", "a:1", "layers=src"], "a build needs a base and layers"),
        (["build", "a:1", "base=golang", "layers=src", "edited=deps"], "'deps' is none of the"),
        (["build", "a:1", "base=golang", "layers=nosuch"], "there is no layer 'nosuch'"),
        (["build", "a:1", "base=golang", "layers=src,deps,src"], "the layer src is there twice"),
    ],
)
def test_an_action_that_cannot_be_done_leaves_nothing_behind(action, sentence):
    lab = Lab()
    before = lab.now_us
    with pytest.raises(LabError) as refused:
        lab.do(action)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
    assert (lab.journal, lab.now_us, lab.images(), lab.attachments) == ([], before, {}, {})


def test_a_name_that_cannot_be_read_is_refused_before_anything_is_built():
    lab = Lab()
    with pytest.raises(InvalidReference):
        lab.build("Upper/Case", base="golang", layers=["src"])
    assert (lab.journal, lab.images()) == ([], {})


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"world": "w9"}, "there is no world 'w9'; there is: w1"),
        ({"engine": "podman"}, "there is no engine 'podman'; there is: classic"),
    ],
)
def test_a_lab_of_an_unknown_kind(wrong, sentence):
    with pytest.raises(LabError, match=sentence):
        Lab(**wrong)


def test_a_lab_that_could_not_be_made_is_not_the_current_one():
    lab = Lab()
    with pytest.raises(LabError):
        Lab(world="w9")
    assert Lab.current() is lab


def test_there_is_nothing_before_the_beginning_or_after_the_end():
    lab = Lab()
    with pytest.raises(LabError, match="there is nothing to undo"):
        lab.undo()
    with pytest.raises(LabError, match="there is nothing to redo"):
        lab.redo()
    with pytest.raises(LabError, match="there is no state after 1 actions: there are 0"):
        lab.at(1)
    lab.reset()


def test_a_file_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(LabError, match=r"cantdocpp has no file 'nosuch'; there is: token.txt"):
        Lab().read("nosuch")


def test_a_picture_of_a_place_that_does_not_exist():
    with pytest.raises(Unreachable, match=r"nosuch.example.com: no such host"):
        Lab().registry("nosuch.example.com")


# -- registries and links that fail ----------------------------------------------------------------


@pytest.fixture
def lab():
    """A lab whose learner is logged in and has pushed version 1 of an image."""
    lab = Lab()
    lab.login("cantdocpp", "lab")
    lab.build(V1, base="golang", layers=["deps", "src"])
    lab.push(V1)
    return lab


def sizes_up(result):
    return [x.up for x in result.trace.exchanges if x.up >= 1_000_000]


def test_a_registry_that_is_down_refuses_and_has_forgotten_nothing_when_it_is_back(lab):
    lab.stop("docker.io")
    for line in (f"pull {V1}", f"push {V1}", "login -u cantdocpp -p lab"):
        assert "connection refused" in fails(lab, line)
    with pytest.raises(Unreachable, match="connection refused"):
        lab.http("GET", "/v2/")
    assert lab.docker("pull localhost:5000/nosuch").exit_code == 1, "another registry answers"
    lab.start("docker.io")
    assert sizes_up(lab.push(V1)) == []


def test_a_link_that_fails_in_the_middle_of_a_push(lab):
    """The old tag still pulls, the new one does not exist, a retry sends only what is missing."""
    lab.tag(V1, "cantdocpp/app:latest")
    lab.push("cantdocpp/app:latest")
    old = lab.image(V1)
    lab.build("cantdocpp/app:latest", base="golang", layers=["deps", "bin", "src"], edited="src")
    lab.cut("3MB")
    assert lab.docker("push cantdocpp/app:latest").exit_code == 1
    lab.as_user("alice")
    lab.pull("cantdocpp/app:latest")
    assert lab.image("cantdocpp/app:latest") == old
    lab.as_user("cantdocpp")
    assert sizes_up(lab.push("cantdocpp/app:latest")) == [6_000_000]


def test_a_push_that_failed_is_undone_like_any_other(lab):
    lab.build(V2, base="golang", layers=["deps", "src"], edited="deps")
    lab.cut("3MB")
    lab.docker(f"push {V2}")
    store = lab.registry("docker.io").store
    after = repr([(r.name, r.tags, list(r.blobs)) for r in store.repositories.values()])
    lab.undo()
    lab.redo()
    store = lab.registry("docker.io").store
    assert repr([(r.name, r.tags, list(r.blobs)) for r in store.repositories.values()]) == after


def test_the_cut_is_for_one_push_only(lab):
    lab.build(V2, base="golang", layers=["deps", "src"], edited="src")
    lab.cut("100kB")
    assert lab.docker(f"push {V2}").exit_code == 1
    assert lab.docker(f"push {V2}").exit_code == 0


def test_a_pull_does_not_use_up_the_cut(lab):
    lab.build(V2, base="golang", layers=["deps", "src"], edited="src")
    lab.cut("100kB")
    lab.pull("alpine:3")
    assert lab.docker(f"push {V2}").exit_code == 1


def test_a_request_by_hand_that_fails_on_its_way_is_still_in_the_journal(lab):
    lab.stop("docker.io")
    with pytest.raises(Unreachable):
        lab.http("GET", "/v2/")
    assert lab.journal[-1] == ["http", "GET", "/v2/"]
    assert Lab.replay(lab.script).journal == lab.journal


def test_a_build_whose_base_cannot_be_pulled_makes_nothing(lab):
    lab.stop("docker.io")
    with pytest.raises(LabError, match="the base python cannot be pulled: "):
        lab.build("other:1", base="python", layers=["src"], edited="src")
    assert "other:1" not in lab.images()
    lab.start("docker.io")
    one = lab.build("other:1", base="golang", layers=["deps", "src"])
    assert one == lab.image(V1), "the edit has not happened either"


def test_a_bug_in_the_middle_of_an_action_leaves_the_state_before_it(lab, monkeypatch):
    before = lab.images()

    def stumble(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("labsim.engine.classic.Classic.name", stumble)
    with pytest.raises(KeyboardInterrupt):
        lab.docker("pull alpine:3")
    monkeypatch.undo()
    assert lab.images() == before
    assert lab.journal[-1] == ["docker", f"push {V1}"]


@pytest.mark.parametrize("host", ["localhost:9", "127.0.0.1:9", "10.0.0.7"])
def test_an_address_is_found_but_nothing_listens_there(lab, host):
    assert fails(lab, f"pull {host}/team/app").endswith("connect: connection refused\n")


def test_a_name_that_nobody_has_is_not_found(lab):
    assert fails(lab, "pull registry.nowhere.example/team/app").endswith("no such host\n")
