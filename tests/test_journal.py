"""Everything is replay: undo, redo, at, fork, scripts; and no secret is ever written down."""

import pickle

import pytest

from labsim import Lab, LabError, __version__
from labsim.blob import Blob
from labsim.errors import Mismatch
from labsim.lab.journal import Head, read_script, write_script
from tests.properties.state import shown

HEAD = Head("0.1.0", "w1", "classic", 0)
COMMANDS = [
    ["docker", "pull golang"],
    ["docker", "login -u cantdocpp --password-stdin < token.txt"],
    ["docker", "tag golang cantdocpp/golang:v1"],
    ["wait", "3d"],
    ["docker", "push cantdocpp/golang:v1"],
    ["as", "alice"],
    ["docker", "pull cantdocpp/golang:v1"],
    ["docker", "rmi nosuch"],
]


@pytest.fixture
def lab():
    lab = Lab()
    for action in COMMANDS:
        lab.do(action)
    return lab


def test_every_action_is_in_the_journal_as_plain_data(lab):
    assert lab.journal == COMMANDS


def test_undo_and_redo_go_through_the_very_same_states(lab):
    states = [shown(lab.at(n)) for n in range(len(COMMANDS) + 1)]
    for n in reversed(range(len(COMMANDS))):
        assert lab.undo() == COMMANDS[n]
        assert shown(lab) == states[n]
    for n, action in enumerate(COMMANDS, 1):
        assert lab.redo() == action
        assert shown(lab) == states[n]


def test_a_new_action_forgets_what_was_undone(lab):
    lab.undo()
    lab.wait("1h")
    with pytest.raises(LabError, match="nothing to redo"):
        lab.redo()


def test_reset_can_be_redone_action_by_action(lab):
    before = shown(lab)
    lab.reset()
    assert (lab.journal, shown(lab)) == ([], shown(Lab()))
    for _ in COMMANDS:
        lab.redo()
    assert shown(lab) == before


def test_a_fork_goes_its_own_way(lab):
    other = lab.fork()
    before = shown(lab)
    assert shown(other) == before
    other.docker("rmi cantdocpp/golang:v1")
    assert shown(lab) == before
    assert shown(other) != before


def test_a_script_leads_to_the_same_state(lab):
    assert shown(Lab.replay(lab.script)) == shown(lab)


def test_a_script_is_text_that_a_person_can_read(lab):
    assert lab.script.splitlines()[:4] == [
        "labsim 0.1.0 world=w1 engine=classic seed=0",
        "docker pull golang",
        "docker login -u cantdocpp --password-stdin < token.txt",
        "docker tag golang cantdocpp/golang:v1",
    ]


@pytest.mark.parametrize(
    "action",
    [
        ["write", "a b.txt", 'one\ntwo "three"\n'],
        ["write", "empty", ""],
        ["write", "ü.txt", "\u2028 \x85 \x00"],
        ["docker", ""],
        ["docker", ' "images" '],
        ["docker", "images\npull"],
        ["docker", "login", "alice\nright"],
        ["docker", "login <<< x", "right"],
        ["docker", '"login"', ""],
        ["http", "GET", "/v2/", "header=Accept: a b"],
    ],
)
def test_every_action_survives_being_written_down(action):
    (read,) = read_script(write_script(HEAD, [action]))[1]
    assert read.action == action


def test_comments_blank_lines_and_windows_line_ends_mean_nothing():
    text = "# a lab\r\n\r\nlabsim 0.1.0 world=w1 engine=classic seed=7\r\n  # then\r\nwait 3d\r\n"
    head, (action,) = read_script(text)
    assert (head.seed, action) == (7, (5, ["wait", "3d"]))


# -- what is wrong with a script -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("wait 3 days", "line 3 .wait.: wait is written like this: wait LENGTH"),
        ("fly away", "line 3 .fly.: 'fly' is nothing a lab can do; it can: docker, as, write"),
        ('write a "b', "line 3 cannot be read at"),
        ('docker "images" now', "line 3 cannot be read at: now"),
        ('write a "\\x"', "line 3 cannot be read at"),
        ("as nobody", "line 3 .as.: nobody here is called 'nobody'; there is: cantdocpp, alice"),
    ],
)
def test_a_bad_line_is_named_with_its_number(lines, sentence):
    with pytest.raises(LabError, match=sentence):
        Lab.replay(f"labsim 0.1.0 world=w1 engine=classic seed=0\n\n{lines}\n")


@pytest.mark.parametrize("text", ["", "# nothing", "docker pull golang", "labsim 1 world=w1"])
def test_a_text_that_is_no_script_says_how_one_begins(text):
    with pytest.raises(LabError, match="a script begins with a line such as: labsim"):
        Lab.replay(text)


def test_a_missing_file_is_named_in_one_sentence():
    lab = Lab()
    lab.write("big.bin", b"\xff" * 10)
    (digest,) = lab.attachments
    with pytest.raises(LabError) as missing:
        Lab.replay(lab.script)
    assert str(missing.value) == (
        f"line 2 (write): big.bin needs the file {digest}, which was not given: pass files={{…}}"
    )


def test_files_are_found_by_what_they_hold_whatever_they_are_called():
    lab = Lab()
    lab.write("big.bin", b"\xff" * 10)
    again = Lab.replay(lab.script, {"upload (1).bin": b"\xff" * 10, "more": Blob(b"unused")})
    assert again.files["big.bin"] == b"\xff" * 10
    assert again.attachments == lab.attachments


def test_a_file_that_is_not_what_its_digest_says_is_refused():
    lab = Lab()
    lab.write("big.bin", b"\xff")
    (digest,) = lab.attachments
    with pytest.raises(Mismatch, match="holds other bytes"):
        Lab.replay(lab.script, {digest: b"\xfe"})


# -- secrets ---------------------------------------------------------------------------------------

SECRET = "hunter2 'quoted'"


def logins(lab):
    """Every way to give a password, right and wrong."""
    lab.sign_up("bobby", SECRET)
    quoted = "'hunter2 '\\''quoted'\\'''"
    lab.docker(f"login -u bobby -p {quoted}")
    lab.docker(f"login -u bobby --password={quoted}")
    lab.docker(["login", "-u", "bobby", "--password", SECRET])
    lab.docker("login -u bobby --password-stdin", stdin=SECRET + "\n")
    lab.docker("login -u alice --password-stdin", stdin=SECRET)
    lab.docker("login -u bobby ghcr.io", ask=lambda prompt, secret: SECRET)
    lab.docker("logout")
    lab.docker("login -u bobby", ask=lambda prompt, secret: SECRET)
    lab.docker("login localhost:5000", ask=lambda prompt, secret: SECRET if secret else "bobby")
    basic = "Basic Ym9iYnk6aHVudGVyMiAncXVvdGVkJw=="
    lab.http("GET", "/token?service=registry.docker.io", headers=[("Authorization", basic)])
    lab.http("GET", "/v2/", host="localhost:5000", headers=[("Authorization", "Basic ?")])


def test_no_secret_is_written_down():
    lab = Lab()
    logins(lab)
    results = [result for _, result in lab._past.state.results]
    traces = [result.trace.to_json() for result in results if result.trace]
    everything = [lab.script, repr(lab), repr(lab.journal), repr(lab._past.entries), *traces]
    everything += [repr(result) + result.merged for result in results]
    for text in everything:
        assert "hunter2" not in text
        assert "aHVudGVy" not in text


def test_the_journal_says_whether_a_secret_was_right():
    lab = Lab()
    logins(lab)
    assert [action[1:] for action in lab.journal if action[0] == "docker"] == [
        ["login -u bobby -p right"],
        ["login -u bobby --password=right"],
        ["login -u bobby --password right"],
        ["login -u bobby --password-stdin", "right"],
        ["login -u alice --password-stdin", "wrong"],
        ["login -u bobby ghcr.io", "wrong"],
        ["logout"],
        ["login -u bobby", "right"],
        ["login localhost:5000", "bobby\nright"],
    ]
    assert lab.journal[-2][-1] == "header=Authorization: Basic bobby:right"


def test_within_a_lab_undo_and_redo_type_the_same_secrets_again():
    lab = Lab()
    logins(lab)
    before, credentials = shown(lab), lab.read("~/.docker/config.json")
    lab.reset()
    while lab._past.undone:
        lab.redo()
    assert (shown(lab), lab.read("~/.docker/config.json")) == (before, credentials)


def test_a_script_replays_each_login_with_the_same_outcome():
    lab = Lab()
    logins(lab)
    again = Lab.replay(lab.script)
    outcomes = [(result.exit_code, result.merged) for _, result in lab._past.state.results]
    assert [(r.exit_code, r.merged) for _, r in again._past.state.results] == outcomes
    assert Lab.replay(again.script).script == lab.script


def test_after_a_script_any_password_of_a_signed_up_account_is_right():
    lab = Lab()
    lab.sign_up("bobby", SECRET)
    again = Lab.replay(lab.script)
    assert again.login("bobby", "whatever").exit_code == 0
    assert again.docker("login -u alice -p whatever").exit_code == 1
    assert again.journal[1:] == [
        ["docker", "login -u bobby --password-stdin", "right"],
        ["docker", "login -u alice -p wrong"],
    ]


def test_with_the_secrets_beside_it_a_script_leads_to_the_very_same_lab():
    lab = Lab()
    logins(lab)
    again = Lab.replay(lab.script, secrets=lab.secrets)
    assert again.read("~/.docker/config.json") == lab.read("~/.docker/config.json")
    assert (again.secrets, again.script) == (lab.secrets, lab.script)
    assert again.docker("login -u bobby -p guess").exit_code == 1


def test_a_script_of_another_version_says_so():
    again = Lab.replay("labsim 0.0.1 world=w1 engine=classic seed=0\nwait 1h\n")
    sentence = f"this lab was written by labsim 0.0.1 and is replayed by labsim {__version__}: "
    assert again.notes == (f"{sentence}what commands print may differ",)
    assert again.notes[0] in repr(again)
    assert again.script.startswith(f"labsim {__version__} ")
    assert Lab.replay(again.script).notes == ()


def test_a_password_that_reads_like_a_verdict_is_a_password():
    lab = Lab()
    assert lab.docker("login -u cantdocpp -p right").exit_code == 1
    assert lab.journal == [["docker", "login -u cantdocpp -p wrong"]]
    assert lab.do(["docker", "login -u cantdocpp -p right"]).exit_code == 0


def test_a_login_line_that_no_shell_can_read_is_not_kept():
    lab = Lab()
    assert lab.docker("login -u bobby -p 'hunter2").exit_code == 2
    assert lab.journal == []


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("logn -u bob -p hunter2", "logn -u bob -p wrong"),
        ("login bob hunter2", "login bob wrong"),
        ("LOGIN bob hunter2", "LOGIN bob wrong"),
        ("-c ctx login -u bob ghcr.io hunter2", "-c ctx login -u bob ghcr.io wrong"),
        ("login -u bob --pass hunter2", "login -u bob --pass wrong"),
        ("login -u bob --passwd=hunter2 ghcr.io", "login -u bob --passwd=wrong ghcr.io"),
        ("login -u bob -P hunter2", "login -u bob -P wrong"),
        ("login -u bob -p other -p hunter2", "login -u bob -p wrong -p wrong"),
        ("-p hunter2 login", "-p wrong login"),
        ("docker -phunter2 login", "docker -pwrong login"),
        ("LOGIN -p hunter2", "LOGIN -p wrong"),
        ("pull golang -p hunter2", "pull golang -p wrong"),
        ("pull --platform linux/arm64 golang -p hunter2", None),
        ("run -p 80:80 --pass hunter2 nginx", "run -p 80:80 --pass wrong nginx"),
    ],
)
def test_a_slip_gives_no_password_away(line, kept):
    lab = Lab()
    result = lab.docker(line)
    if kept:
        assert lab.journal == [["docker", kept]]
    for text in (lab.script, repr(lab._past.entries), repr(result)):
        assert "hunter2" not in text
    again = Lab.replay(lab.script)
    assert again.script == lab.script
    assert again._past.state.results[0][1].exit_code == result.exit_code


@pytest.mark.parametrize(
    "line",
    [
        "run -p 80:80 nginx",
        "container run -P --privileged nginx",
        "pull --platform linux/arm64 golang",
        "tag login alice/login:1",
        "pull cantdocpp/my-project",
        "login -u cantdocpp -p ''",
        "login -u cantdocpp --password=",
        "login -u cantdocpp -p '********'",
    ],
)
def test_what_is_no_password_stays_as_it_was_typed(line):
    lab = Lab()
    first = lab.docker(line)
    again = Lab.replay(lab.script)._past.state.results[0][1]
    assert (again.merged, again.exit_code) == (first.merged, first.exit_code)
    assert "********" in line or lab.journal == [["docker", line]]


@pytest.mark.parametrize("line", ["logn -p 'hunter2", "LOGIN bob 'hunter2"])
def test_a_slip_that_no_shell_can_read_is_not_kept(line):
    lab = Lab()
    assert lab.docker(line).exit_code == 2
    assert lab.journal == []


def test_of_two_passwords_on_a_line_each_is_typed_again():
    lab = Lab()
    lab.docker("login -u cantdocpp -p guess -p lab")
    before = lab.read("~/.docker/config.json")
    lab.reset()
    lab.redo()
    assert lab.read("~/.docker/config.json") == before


def test_a_file_in_the_place_of_a_password_is_named_and_not_copied():
    lab = Lab()
    lab.docker("login -u cantdocpp --password-stdin < token.txt")
    assert lab.journal == [["docker", "login -u cantdocpp --password-stdin < token.txt"]]


def test_an_entry_keeps_its_secrets_out_of_a_pickle_of_the_journal():
    lab = Lab()
    logins(lab)
    assert b"hunter2" not in pickle.dumps(lab.journal)
