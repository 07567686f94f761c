"""The verbs that look: each shows the text that stands beside a picture in the notebook."""

from __future__ import annotations

from labsim.errors import LabError
from labsim.terminal.verb import Desk, Verb

__all__ = ["VERBS"]


def _name(desk: Desk, text: str) -> object:
    from labsim.figures.name import name_figure  # each view loads what it needs

    return name_figure(text)


def _layers(desk: Desk) -> object:
    from labsim.course import views

    return views.layers(desk.lab).text


def _graph(desk: Desk) -> object:
    from labsim.course import views

    return views.layer_graph(desk.lab).text


def _both(desk: Desk, host: str = "docker.io") -> object:
    from labsim.course import views

    return views.both(desk.lab, host).text


def _ladder(desk: Desk) -> object:
    from labsim.course import views

    return views.told(desk.lab).text


def _shelves(desk: Desk, host: str = "docker.io", repository: str = "") -> object:
    from labsim.course import views

    return views.shelved(desk.lab, host, *([repository] if repository else [])).text


def _digests(desk: Desk, name: str, *, flip: str = "") -> object:
    from labsim.course import views

    return views.digests(desk.lab, name, flip.replace("-", " ")).text


def _changes(desk: Desk, number: str = "") -> object:
    from labsim.course import views

    count = len(desk.lab.journal)
    if number and (not number.isdecimal() or int(number) > count):
        raise LabError(f"there are states after 0 to {count} actions")
    return views.compared(desk.lab.at(int(number or max(count - 1, 0))), desk.lab).text


def _ledger(desk: Desk) -> object:
    from labsim.course import views

    return views.ledger(desk.lab).text


def _replay(desk: Desk) -> object:
    from labsim.course import views

    return views.replayed(desk.lab).figure.text


def _why(desk: Desk, number: str = "") -> object:
    from labsim.course.views import last_trace
    from labsim.story import story, why

    events = story(last_trace(desk.lab))
    if number:
        if not number.isdecimal() or not 1 <= int(number) <= len(events):
            raise LabError(f"there are events 1 to {len(events)}")
        return why(events[int(number) - 1])
    return "\n".join(f"{at}. {why(event)}" for at, event in enumerate(events, 1))


def _sharing(desk: Desk) -> object:
    from labsim.graph import Sharing

    return Sharing(desk.lab.images())


def _account(desk: Desk, user: str = "", host: str = "docker.io") -> object:
    return desk.lab.account(user, host=host)


def _cat(desk: Desk, path: str) -> str:
    return desk.lab.read(path)


def _files(desk: Desk) -> str:
    return "\n".join(desk.lab.files)


VERBS = (
    Verb("name", "NAME", "how a name is read: its parts, and the rule that filled each", _name),
    Verb("layers", "", "the layers on this laptop, shared ones once", _layers),
    Verb("graph", "", "which layer on this laptop stands on which", _graph),
    Verb("both", "[HOST]", "the layers here, and those of the same repositories there", _both),
    Verb("sharing", "", "which bytes the images here share", _sharing),
    Verb("replay", "", "the last push or pull, lane by lane", _replay),
    Verb("ladder", "", "what it printed, what was decided, what was exchanged", _ladder),
    Verb("ledger", "", "what the last push or pull moved, and what it did not need to", _ledger),
    Verb("why", "[NUMBER]", "why each of its steps was taken", _why),
    Verb("shelves", "[HOST] [REPOSITORY]", "what a registry holds, and who links to it", _shelves),
    Verb(
        "digests", "NAME [flip=PART]", "an image's digests; flip=layer-1 changes a byte", _digests
    ),
    Verb("changes", "[NUMBER]", "what the last action changed, or all since that one", _changes),
    Verb("account", "[USER] [host=HOST]", "somebody's page at a registry", _account),
    Verb("files", "", "the files on this laptop", _files),
    Verb("cat", "FILE", "what is in one: token.txt, ~/.docker/config.json", _cat),
)
