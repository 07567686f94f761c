"""What may be claimed of a lab: a closed vocabulary, so that goals can be checked, told and drawn.

A goal is a list of claims.  Each says in words what it wants and is judged on the state of the lab
alone: how a learner got there does not matter.

>>> print(Claim("listed", "golang:latest"))
your laptop has an image named golang:latest
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from labsim.digest import Digest, ImageID
from labsim.errors import InvalidReference, UnknownImage
from labsim.lab import Lab
from labsim.reference import Reference

__all__ = ["KINDS", "Claim", "Kind", "command_words", "image_named", "published"]


class Kind(NamedTuple):
    """One word of the vocabulary: its sentence, and how it is judged."""

    words: str
    holds: Callable[..., bool]


class Claim:
    """A kind and what it is about; ``Claim.no(…)`` claims the contrary."""

    __slots__ = ("about", "expected", "kind")

    def __init__(self, kind: str, *about: str) -> None:
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no claim; the vocabulary is {', '.join(KINDS)}")
        if len(about) != KINDS[kind].words.count("{"):
            raise ValueError(f"{kind!r} says: {KINDS[kind].words}; it is not about {about}")
        self.kind = kind
        self.about = about
        self.expected = True

    @classmethod
    def no(cls, kind: str, *about: str) -> Claim:
        """That this does *not* hold."""
        claim = cls(kind, *about)
        claim.expected = False
        return claim

    def holds(self, lab: Lab) -> bool:
        """Whether it is so, in that lab, now."""
        return KINDS[self.kind].holds(lab, *self.about) is self.expected

    def __str__(self) -> str:
        words = KINDS[self.kind].words.format(*self.about)
        return words if self.expected else f"it is not so that {words}"

    def __repr__(self) -> str:
        maker = "Claim" if self.expected else "Claim.no"
        return f"{maker}({', '.join(map(repr, (self.kind, *self.about)))})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Claim) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash((self.kind, self.about, self.expected))


def image_named(lab: Lab, name: str) -> ImageID | None:
    """The id that a name stands for on the current laptop."""
    try:
        return lab.image(name).id
    except UnknownImage:
        return None


def published(lab: Lab, name: str) -> Digest | None:
    """The manifest that a name stands for at its registry."""
    reference = Reference(name).with_default_tag()
    repository = lab.registry(reference.registry).store.repositories.get(reference.repository)
    return None if repository is None else repository.tags.get(reference.tag or "")


def _listed(lab: Lab, name: str) -> bool:
    return image_named(lab, name) is not None


def _same_image(lab: Lab, one: str, other: str) -> bool:
    found = image_named(lab, one)
    return found is not None and found == image_named(lab, other)


def _published(lab: Lab, name: str) -> bool:
    return published(lab, name) is not None


def _same_published(lab: Lab, one: str, other: str) -> bool:
    found = published(lab, one)
    return found is not None and found == published(lab, other)


def _logged_in(lab: Lab, host: str) -> bool:
    return lab.seat.engine.credentials.get(host) is not None


def _typed(lab: Lab, words: str) -> bool:
    wanted = _short(words.split())
    same = [line for action in lab.journal if (line := command_words(action))[:1] == wanted[:1]]
    return bool(same) and _short(same[-1])[: len(wanted)] == wanted


def _short(words: Sequence[str]) -> list[str]:
    """The same words without the tag that Docker fills in by itself."""
    return [word.removesuffix(":latest") for word in words]


def _built(lab: Lab, name: str) -> bool:
    return _giver(lab, name) == "build"


def _tagged(lab: Lab, name: str) -> bool:
    return _giver(lab, name) == "tag"


def _another_name(lab: Lab, name: str) -> bool:
    found = image_named(lab, name)
    return sum(image.id == found for image in lab.images().values()) > 1


def _giver(lab: Lab, name: str) -> str:
    """The verb, of those that give names, that gave this one last: ``build``, ``tag`` or none."""
    wanted, verb = Reference(name).with_default_tag(), ""
    for action in lab.journal:
        words = command_words(action) or action
        given = {"build": words[1:2], "tag": words[2:3]}.get(words[0], [])
        if given and _reference(given[0]) == wanted:
            verb = words[0]
    return verb


def _reference(text: str) -> Reference | None:
    try:
        return Reference(text).with_default_tag()
    except InvalidReference:
        return None


def command_words(action: Sequence[str]) -> list[str]:
    """The words of a docker command in a journal, from its verb on; none for another action."""
    words = action[1].split() if action[0] == "docker" else []
    while words[:1] in (["docker"], ["image"]):
        del words[0]
    return words


#: The vocabulary.  A new kind is a sentence and a function of a lab and texts.
KINDS: Mapping[str, Kind] = {
    "listed": Kind("your laptop has an image named {0}", _listed),
    "same image": Kind("{0} and {1} name one image", _same_image),
    "published": Kind("the registry has {0}", _published),
    "same published": Kind("{0} and {1} are published as one image", _same_published),
    "logged in": Kind("you are logged in to {0}", _logged_in),
    "typed": Kind("your last command of that kind was docker {0}", _typed),
    "built": Kind("you built {0}", _built),
    "tagged": Kind("a tag, and no build, named {0}", _tagged),
    "another name": Kind("the image {0} has another name", _another_name),
}
