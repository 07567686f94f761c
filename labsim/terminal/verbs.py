"""What can be typed beside ``docker``: one row a verb.

The verbs that *do* something are the lab's own actions, written as in a script; those that *look*
at something show the text twin of a picture in the notebook.
"""

from __future__ import annotations

from labsim.errors import LabError
from labsim.image import Image
from labsim.lab.actions import VERBS as ACTIONS
from labsim.terminal import course, looking
from labsim.terminal.verb import Desk, Verb
from labsim.wire import Response

__all__ = ["VERBS"]

#: The actions that are typed as they stand in a script, and what they do in words.
_SAYS = {
    "as": "sit down at that person's laptop",
    "wait": "let time pass: 90s, 2h, 3d",
    "write": "put a file on the laptop",
    "credentials": "let the laptop show these to a registry, or nobody's; no registry is asked",
    "build": "make an image of a base and ready layers; edited= names the one changed since",
    "visibility": "make a repository public or private, as its owner",
    "policy": "turn a switch of a registry's policy",
    "collect": "have a registry throw away what nothing names: untagged=on takes old manifests too",
    "stop": "let a registry go down",
    "start": "let it come up again",
    "cut": "break the link after so many bytes of the next push: 20MB",
    "during": "have the link drop, or a link or policy changed, during the next conversation",
    "link": "change the link's width and delay",
    "http": "send one request to a registry by hand",
}


def _act(name: str) -> Verb:
    """The row of an action: its words go into the journal as they are."""
    usage = ACTIONS[name].usage.partition(" ")[2]

    def act(desk: Desk, *words: str) -> object:
        return _answer(desk.lab.do([name, *words]))

    return Verb(name, usage, _SAYS[name], act, raw=True)


def _answer(value: object) -> object:
    """What an action that returns something has to say; most are silent, as in any shell."""
    if isinstance(value, Image):
        count = len(value.layers)
        return f"{value.id} ({count} layer{'s' * (count != 1)})"
    if isinstance(value, dict):
        freed = f"{len(value['contents'])} contents, {value['bytes']} bytes"
        return f"would free {freed}" if value["dry_run"] else f"freed {freed}"
    if isinstance(value, Response):
        head = [f"HTTP {value.status}", *(f"{key}: {text}" for key, text in value.headers)]
        body = bytes(value.body) if value.body.size < 1 << 16 else b""
        return "\n".join([*head, "", body.decode("utf-8", "replace")]).rstrip()
    return None


def _sign_up(desk: Desk, user: str, *password: str, host: str = "docker.io") -> object:
    """Without a password on the line, a person is asked, without echo."""
    asked = desk.ask("Password: ", True) if desk.ask and not password else None
    secret = password[0] if password else asked
    if secret is None:
        raise LabError("sign_up needs a password, and there is no terminal to ask at")
    return desk.lab.sign_up(user, secret, host=host)


def _undo(desk: Desk) -> str:
    return f"undone: {' '.join(desk.lab.undo())}"


def _redo(desk: Desk) -> str:
    return f"done again: {' '.join(desk.lab.redo())}"


def _reset(desk: Desk) -> None:
    desk.lab.reset()


def _script(desk: Desk) -> str:
    return desk.lab.script.rstrip("\n")


def _load(desk: Desk, path: str) -> object:
    from labsim.doors.layouts import load  # reading archives is for those who load one

    return load(path, into=desk.lab)


def _save(desk: Desk, name: str, path: str) -> None:
    from labsim.doors.layouts import save  # as above

    save(desk.lab, name, path)


VERBS: dict[str, Verb] = {
    verb.name: verb
    for verb in (
        *looking.VERBS,
        *map(_act, _SAYS),
        Verb("sign_up", "USER [PASSWORD] [host=HOST]", "make an account at a registry", _sign_up),
        Verb("load", "PATH", "take in an image that a real tool wrote", _load),
        Verb("save", "NAME PATH", "write an image for real tools, as an OCI layout", _save),
        Verb("undo", "", "take the last action back", _undo),
        Verb("redo", "", "do what was undone last", _redo),
        Verb("reset", "", "take everything back", _reset),
        Verb("script", "", "all that was done, as a lab file; Lab.replay(text) in Python", _script),
        *course.VERBS,
    )
}
