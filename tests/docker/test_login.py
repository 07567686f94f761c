"""``docker login`` and ``logout``: who is asked what, what is stored, what is said."""

from __future__ import annotations

import pytest

from labsim import Lab
from tests.transcripts.scene import HTPASSWD, OPEN, TOKEN, Scene

WARNED = "WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n"
STORED = """
WARNING! Your credentials are stored unencrypted in '/root/.docker/config.json'.
Configure a credential helper to remove this warning. See
https://docs.docker.com/go/credential-store/

"""
HERE = ("alice", "wonderland")


class Typing(Scene):
    """Somebody at the keyboard, with these answers."""

    def __init__(self, *answers):
        super().__init__()
        self.answers = list(answers)
        self.prompts = []

    def ask(self, prompt, secret):
        self.prompts.append((prompt, secret))
        return self.answers.pop(0) if self.answers else None


def test_user_and_password_are_asked_for_and_the_password_is_not_shown():
    seat = Typing(*HERE)
    result = seat.docker(f"login {HTPASSWD}")
    assert seat.prompts == [("Username: ", False), ("Password: ", True)]
    assert result.merged == f"{STORED}Login Succeeded\n"
    assert seat.engine.credentials.get(HTPASSWD) == HERE


def test_only_what_is_missing_is_asked_for():
    seat = Typing("wonderland")
    assert seat.docker(f"login -u alice {HTPASSWD}").exit_code == 0
    assert seat.prompts == [("Password: ", True)]


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ((), "Error: Cannot perform an interactive login from a non TTY device\n"),
        (("",), "Error: Non-null Username Required\n"),
        (("alice", ""), "Error: Password Required\n"),
        (("alice",), "Error: Cannot perform an interactive login from a non TTY device\n"),
    ],
)
def test_without_answers_there_is_no_login(answers, sentence):
    result = Typing(*answers).docker(f"login {HTPASSWD}")
    assert (result.stderr, result.exit_code) == (sentence, 1)


def test_nobody_is_asked_while_something_else_is_standard_input():
    seat = Typing(*HERE)
    assert "non TTY" in seat.docker(f"login {HTPASSWD}", stdin="").stderr
    assert seat.prompts == []


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\r"])
def test_one_line_ending_is_taken_off_a_password_from_standard_input(ending):
    scene = Scene()
    line = f"login -u alice --password-stdin {HTPASSWD}"
    assert scene.docker(line, f"wonderland{ending}").merged == f"{STORED}Login Succeeded\n"
    assert scene.docker(line, f"wonderland\n{ending}x").exit_code == 1


def test_a_password_file_is_standard_input():
    scene = Scene()
    scene.files["token.txt"] = b"wonderland\n"
    assert scene.docker(f"login -u alice --password-stdin {TOKEN} < token.txt").exit_code == 0


def test_logging_in_again_warns_no_more():
    scene = Scene()
    line = f"login -u alice -p wonderland {HTPASSWD}"
    assert scene.docker(line).merged == f"{WARNED}{STORED}Login Succeeded\n"
    assert scene.docker(line).merged == f"{WARNED}Login Succeeded\n"


def test_stored_credentials_are_used_and_said():
    scene = Scene()
    scene.login(HTPASSWD)
    assert scene.docker(f"login {HTPASSWD}").merged == (
        "Authenticating with existing credentials... [Username: alice]\n\n"
        " Info -> To login with a different account, run 'docker logout' followed by "
        "'docker login'\n\n\nLogin Succeeded\n"
    )


FAILED = "Login did not succeed, error: Error response from daemon: "
DOWN = "127.0.0.1:5999"


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        (TOKEN, "Stored credentials invalid or expired"),
        (HTPASSWD, f"{FAILED}login attempt to http://{HTPASSWD}/v2/ failed with status: 401 "),
        (DOWN, f'{FAILED}Get "http://{DOWN}/v2/": dial tcp {DOWN}: connect: connection refused'),
    ],
)
def test_stored_credentials_that_fail_lead_to_the_prompts(host, sentence):
    seat = Typing("", "wonderland")
    seat.engine.credentials.store(host, "alice", "old")
    result = seat.docker(f"login {host}")
    assert seat.prompts == [("Username (alice): ", False), ("Password: ", True)]
    assert f"\n\n\n{sentence}" in result.stderr
    assert result.exit_code == (1 if host == DOWN else 0)


def test_the_hub_explains_itself_at_the_prompts():
    seat = Typing("alice", "x")
    seat.docker("login")
    (user, _), (password, _) = seat.prompts
    assert user.startswith("Failed to start web-based login - falling back to command line login")
    assert "head over to https://hub.docker.com/ to create one.\n" in user
    assert user.endswith("\n\nUsername: ")
    assert password == (
        "\n Info -> A Personal Access Token (PAT) can be used instead.\n"
        "         To create a PAT, visit https://app.docker.com/settings\n"
        "         \n         \nPassword: "
    )


def test_a_url_stands_for_its_host():
    scene = Scene()
    assert scene.docker(f"login -u alice -p wonderland http://{HTPASSWD}/v2/").exit_code == 0
    assert scene.engine.credentials.servers == (HTPASSWD,)


def test_an_open_registry_takes_any_password():
    scene = Scene()
    assert scene.docker(f"login -u any -p thing {OPEN}").stdout == "Login Succeeded\n"


def test_logout_says_the_same_whether_or_not_there_was_a_login():
    scene = Scene()
    scene.login(HTPASSWD)
    said = f"Removing login credentials for {HTPASSWD}\n"
    assert scene.docker(f"logout {HTPASSWD}").merged == said
    assert scene.engine.credentials.text == '{\n\t"auths": {}\n}'
    assert scene.docker(f"logout {HTPASSWD}").merged == said


def test_blanks_around_a_name_or_a_password_are_slips():
    seat = Scene()
    assert seat.docker(f"login -u ' alice ' -p ' wonderland ' {HTPASSWD}").exit_code == 0
    assert seat.engine.credentials.get(HTPASSWD) == HERE


def test_a_login_to_a_host_of_the_hub_is_none_to_the_hub():
    lab = Lab()
    assert lab.docker("login index.docker.io -u cantdocpp -p lab").exit_code == 0
    assert lab.seat.engine.credentials.servers == ("index.docker.io",)
    lab.docker("pull golang")
    lab.docker("tag golang cantdocpp/golang:v1")
    assert "denied" in lab.docker("push cantdocpp/golang:v1").stderr


def test_a_logout_of_the_hub_by_its_short_name_forgets_nothing():
    lab = Lab()
    lab.docker("login docker.io -u cantdocpp -p lab")
    said = lab.docker("logout docker.io").stdout
    assert said == "Removing login credentials for docker.io\n"
    assert lab.seat.engine.credentials.get("docker.io") is not None
    lab.docker("logout")
    assert lab.seat.engine.credentials.get("docker.io") is None
