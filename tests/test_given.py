"""What is given to a lab from Python: a wrong kind is one sentence, and changes nothing."""

from typing import Any

import pytest

import labsim
from labsim import LabError

Lab: Any = labsim.Lab  # what a checker would refuse is what is tried here
HEAD = "labsim 0.1.0 world=w1 engine=classic seed="


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda lab: Lab(seed="abc"), "a seed must be a whole number, not str 'abc'"),
        (lambda lab: Lab(seed=1.5), "a seed must be a whole number, not float '1.5'"),
        (lambda lab: Lab(seed=True), "a seed must be a whole number, not bool 'True'"),
        (lambda lab: Lab(seed=10**5000), "a seed has 18 digits at most"),
        (lambda lab: Lab(world=[]), "a world's name must be text, not list '[]'"),
        (lambda lab: Lab(engine=None), "an engine's name must be text, not None"),
        (lambda lab: Lab.replay(HEAD + "9" * 6000), "line 1: a seed has 18 digits at most"),
        (lambda lab: Lab.replay(None), "a script must be text, not None"),
        (lambda lab: Lab.replay(lab.script, files={1: b""}), "a file's name must be text, not int"),
        (lambda lab: Lab.replay(lab.script, files={"a": "b"}), "a must be bytes, not str 'b'"),
        (lambda lab: Lab.replay(lab.script, files=[1]), "files must map names to bytes, not be"),
        (lambda lab: lab.docker(None), "a docker line must be a list of words, not None"),
        (lambda lab: lab.docker(b"images"), "a docker line must be a list of words, not bytes"),
        (lambda lab: lab.docker(["pull", 3]), "a word of a docker line must be text, not int '3'"),
        (lambda lab: lab.docker("pull \ud800"), "a docker line holds '\\ud800', which cannot be"),
        (lambda lab: lab.docker("images", stdin=None), "stdin must be text, not None"),
        (lambda lab: lab.docker("images", stdin=b"x"), "stdin must be text, not bytes"),
        (
            lambda lab: lab.why(3),
            "why is for an event of a story, a build's result or an image's name, not int '3'",
        ),
        (lambda lab: lab.write("x", "\ud800"), "x holds '\\ud800', which cannot be written"),
        (lambda lab: lab.write("\ud800", "x"), "a word of an action holds '\\ud800', which"),
        (lambda lab: lab.write("x", 3), "x must be text, not int '3'"),
        (lambda lab: lab.do(None), "an action must be a list of words, not None"),
        (lambda lab: lab.do("wait 3d"), "an action must be a list of words, not str 'wait 3d'"),
        (lambda lab: lab.sign_up("a/b", "x"), "'a/b' cannot be an account name"),
        (lambda lab: lab.sign_up("", "x"), "an account name cannot be empty"),
        (lambda lab: lab.sign_up("bobby", None), "a password must be text, not None"),
        (lambda lab: lab.account("a/b"), "'a/b' cannot be an account name"),
        (lambda lab: lab.visibility("cantdocpp/a", "secret"), "it is either public or private"),
        (lambda lab: lab.http("GET", "/v2/", body="x"), "the body must be bytes, not str 'x'"),
        (lambda lab: lab.at("x"), "a number of actions must be a whole number, not str 'x'"),
        (
            lambda lab: lab.build("x", base="golang", layers="src"),
            "layers must be a list of words, not str 'src'",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(wrong, sentence):
    lab = Lab()
    with pytest.raises((LabError, TypeError)) as refused:
        wrong(lab)
    assert str(refused.value).startswith(sentence) or sentence in str(refused.value)
    assert "\n" not in str(refused.value)
    assert lab.journal == []
    assert Lab.current() is lab


@pytest.mark.parametrize("base", ["nosuch", "nosuch.example.com/team/app", "golang:nosuch"])
def test_a_base_that_cannot_be_pulled_is_named(base):
    with pytest.raises(LabError, match=f"^the base {base} cannot be pulled: "):
        Lab().build("x:1", base=base, layers=["src"])
