"""``labsim shell``: a session at a prompt, typed through a pipe."""

from __future__ import annotations

import io

import pytest

from labsim.docker.shell import split
from labsim.doors.labfile import LabFile
from labsim.lab.actions import VERBS as ACTIONS
from labsim.terminal.shell import Shell
from labsim.terminal.verbs import VERBS

ROAD = """\
docker run golang
docker pull docker.io/library/golang:latest
docker images
sign_up gopher secret
name golang
name localhost:5000/team/app:1.0
cat token.txt
docker login -u cantdocpp --password-stdin < token.txt
docker image tag golang cantdocpp/golang:v1
docker image ls --filter reference=golang --filter reference='*/golang'
docker image push cantdocpp/golang:v1
replay
ledger
layers
account cantdocpp
predict first build
predict first build 16 3
build cantdocpp/golang:1.0 base=golang layers=deps,src
docker image push cantdocpp/golang:1.0
predict second build 16
build cantdocpp/golang:1.1 base=golang layers=deps,src edited=src
docker image push cantdocpp/golang:1.1
ledger
reveal first build
reveal second build
tasks
check one more name
docker tag cantdocpp/golang:1.1 cantdocpp/golang:latest
check one more name
"""


class Terminal:
    """A shell on a lab of its own, and what it wrote."""

    def __init__(self, folder, answers=()) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        self.answers = list(answers)
        self.asked: list[tuple[str, bool]] = []
        ask = self._ask if answers else None
        self.shell = Shell(LabFile(folder / "my.lab"), self.out, self.err, ask=ask)

    def _ask(self, prompt: str, secret: bool) -> str | None:
        self.asked.append((prompt, secret))
        answer = self.answers.pop(0)
        if not isinstance(answer, str):
            raise answer
        return answer

    def type(self, line: str) -> str:
        """Type a line; what it wrote to standard output."""
        before = len(self.out.getvalue())
        self.shell.run(line)
        return self.out.getvalue()[before:]


@pytest.fixture
def terminal(tmp_path):
    return Terminal(tmp_path)


def test_the_road_of_the_first_lesson_can_be_typed(terminal):
    codes = {line: terminal.shell.run(line) for line in ROAD.splitlines()}
    assert [line for line, code in codes.items() if code] == ["docker run golang"]


def test_the_road_typed_through_a_pipe_ends_well(labsim):
    walked = labsim("shell", stdin=ROAD)
    assert walked.returncode == 0
    assert "Mounted from library/golang" in walked.stdout
    assert "Prediction  16 MB, sure" in walked.stdout
    assert "Done. Everything that was asked for is so.\n" in walked.stdout


def test_a_collection_says_what_it_freed_or_would_free(terminal):
    for line in (
        *("docker pull alpine:3", "docker tag alpine:3 localhost:5000/a"),
        *("docker push localhost:5000/a", "wait 2d"),
    ):
        terminal.shell.run(line)
    assert terminal.type("collect localhost:5000") == "freed 0 contents, 0 bytes\n"
    terminal.shell.run("http DELETE /v2/a/manifests/latest host=localhost:5000")
    dry = terminal.type("collect localhost:5000 untagged=on dry_run=on")
    assert dry.startswith("would free 3 contents, ")
    assert terminal.type("collect localhost:5000 untagged=on") == dry.replace("would free", "freed")


def test_the_shell_and_the_notebook_are_one_door(terminal):
    from labsim import Lab

    lab = Lab()
    for line in (
        "pull golang",
        "images",
        "tag golang a/b",
        "push a/b",
        "pull no/such",
        "images -x",
    ):
        result = lab.docker(line)
        assert terminal.type(f"docker {line}") == result.stdout
        assert terminal.shell.exit_code == result.exit_code


def test_the_exit_code_of_a_session_is_its_last(labsim):
    assert labsim("shell", stdin="docker tag a b\n").returncode == 1
    assert labsim("shell", stdin="docker tag a b\ndocker images\n").returncode == 0
    assert labsim("shell", stdin="docker tag a b\nexit\ndocker images\n").returncode == 1
    assert labsim("shell", stdin="").returncode == 0


def test_lines_that_say_nothing_do_nothing(terminal):
    assert terminal.type("   ") == ""
    assert terminal.type("# a remark") == ""
    assert terminal.shell.exit_code == 0


def test_a_line_that_only_a_real_shell_could_run_is_refused(terminal):
    terminal.type("docker images | wc -l")
    assert terminal.shell.exit_code == 2
    assert terminal.err.getvalue().startswith("labsim: the lab has no pipes")


def test_only_docker_reads_from_a_file(terminal):
    terminal.type("cat < token.txt")
    assert terminal.err.getvalue() == "labsim: only a docker line reads from a file with  <\n"
    terminal.type("docker\tlogin -u cantdocpp --password-stdin < token.txt")
    assert terminal.shell.exit_code == 0


def test_ctrl_c_and_ctrl_d_at_a_password_end_the_command_alone(tmp_path):
    for pressed in (KeyboardInterrupt, EOFError):
        terminal = Terminal(tmp_path, answers=[pressed])
        terminal.type("sign_up bob")
        assert terminal.shell.exit_code == 130
        assert terminal.type("account bob") == ""
        assert not terminal.shell.over


def test_undo_and_redo_in_one_session(terminal):
    terminal.type("docker pull -q alpine")
    assert terminal.type("undo") == "undone: docker pull -q alpine\n"
    assert terminal.shell.file.path.read_text(encoding="utf-8").count("\n") == 1
    assert terminal.type("redo") == "done again: docker pull -q alpine\n"
    assert len(terminal.type("docker images -q")) == 13


def test_somebody_elses_laptop_has_other_images(terminal):
    terminal.type("docker pull -q alpine")
    terminal.type("as alice")
    assert terminal.shell.prompt() == "alice$ "
    assert terminal.type("docker images -q") == ""


def test_time_passes_when_told(terminal):
    terminal.type("docker pull -q alpine")
    before = terminal.type("docker images --format '{{.CreatedSince}}'")
    terminal.type("wait 800d")
    assert terminal.type("docker images --format '{{.CreatedSince}}'") != before


def test_a_password_is_asked_for_without_echo(tmp_path):
    terminal = Terminal(tmp_path, answers=["secret"])
    terminal.type("sign_up bob")
    assert terminal.asked == [("Password: ", True)]
    assert "secret" not in terminal.type("script")


def test_where_nobody_can_be_asked_sign_up_says_so(terminal):
    terminal.type("sign_up bob")
    assert "there is no terminal to ask at" in terminal.err.getvalue()


def test_looking_before_anything_happened_is_one_sentence(terminal):
    for verb in ("ledger", "replay", "why"):
        terminal.type(verb)
        assert terminal.shell.exit_code == 1
    assert terminal.err.getvalue().count("nothing has been pushed or pulled yet") == 3


def test_why_names_the_rule_of_each_step(terminal):
    terminal.type("docker pull alpine")
    whole = terminal.type("why")
    assert whole.startswith("1. ")
    assert terminal.type("why 1").strip() in whole
    terminal.type("why 999")
    assert "there are events 1 to" in terminal.err.getvalue()


def test_a_registry_can_be_asked_by_hand(terminal):
    assert terminal.type("http GET /v2/").startswith("HTTP 401\n")


def test_every_action_of_a_script_can_be_typed():
    assert set(ACTIONS) - {"docker"} <= set(VERBS)


@pytest.mark.parametrize("name", sorted(VERBS))
def test_every_verb_is_in_the_help_and_knows_its_usage(name, terminal):
    verb = VERBS[name]
    assert f"  {verb.name}" in terminal.type("help")
    assert verb.says
    terminal.type(f"{name} {'x ' * 12}".strip())
    if "..." not in verb.usage and "…" not in verb.usage:
        assert terminal.shell.exit_code != 0


def test_a_line_is_read_as_the_notebook_reads_it():
    assert split("as alice # to look").words == ("as", "alice")


def test_a_prediction_is_committed_before_the_push_or_not_at_all(terminal):
    assert "first build: " in terminal.type("predict")
    assert terminal.type("predict first build 16").startswith("Prediction  16 MB")
    terminal.type("predict first build 1")
    assert "you have committed already" in terminal.err.getvalue()
    terminal.type("predict third build")
    assert "no question is called 'third build'" in terminal.err.getvalue()


def test_tab_completes_verbs_commands_and_local_names(terminal):
    assert terminal.shell.complete("und") == ["undo"]
    assert "docker" in terminal.shell.complete("")
    assert terminal.shell.complete("docker pus") == ["push"]
    terminal.type("docker pull -q alpine")
    assert "alpine:latest" in terminal.shell.complete("docker push alp")
    assert terminal.shell.complete("nonsense to") == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("cat to", ["token.txt"]),
        ("digests al", ["alpine:latest"]),
        ("digests alpine:latest ", ["flip="]),
        ("shelves lo", ["localhost:5000"]),
        ("build a base=al", ["base=alpine:latest"]),
        ("visibility a/b p", ["private", "public"]),
        ("collect docker.io untagged=on d", ["dry_run=on"]),
    ],
)
def test_tab_reads_from_a_verbs_usage_what_may_come_next(terminal, line, words):
    terminal.type("docker pull -q alpine")
    assert terminal.shell.complete(line) == words
