"""Events: what the daemon tells ``docker events``, worked out from what happened to the names.

Recorded from daemon 20.10.24: an untagging and a deletion name the image by its id, a tag names it
by the new name, a push and a pull are about a name alone; a digest that is forgotten is no event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from labsim.docker.api.call import Moment
from labsim.docker.commands import topic_of
from labsim.errors import LabError
from labsim.reference import Reference

__all__ = ["events", "wanted"]

Event = dict[str, Any]
_OLD = ("status", "id")


def events(moment: Moment, *, labelled: bool, old: bool, created: bool = False) -> Iterator[Event]:
    """What one action caused, in order.

    ``labelled``: an untagging tells the labels and the id, as daemon 20.10 has it; 29.7 tells the
    name that went (``daemon/containerd/image_delete.go``).  ``old``: with the fields that API 1.52
    has no longer.  ``created``: an image that was built is told of too, as since API 1.46.
    """
    for event in _events(moment, labelled=labelled, created=created):
        yield event if old else {key: event[key] for key in event if key not in _OLD}


def _events(moment: Moment, *, labelled: bool, created: bool) -> Iterator[Event]:
    topic = _topic(moment)
    if topic in ("pull", "push") and moment.result.exit_code == 0:
        yield _named(moment, topic)
        return
    yield from _gone(moment, labelled=labelled)
    yield from _built(moment, created=created) if topic == "build" else _come(moment)
    if topic == "image_prune" and moment.result.exit_code == 0 and "[y/N]" not in _said(moment):
        attributes = {"reclaimed": str(moment.freed)}
        yield {"status": "prune", **_event(moment, "prune", "", attributes)}


def _topic(moment: Moment) -> str:
    """The command of a docker line; of a lab verb, its name."""
    verb, *rest = moment.action
    if verb != "docker":
        return verb
    words = rest[0].split()
    return topic_of(words[1:] if words[:1] == ["docker"] else words)


def _said(moment: Moment) -> str:
    return str(moment.result.stdout)


def _named(moment: Moment, topic: str) -> Event:
    """A push or a pull: the name as it was typed, and its repository."""
    name = next(word for word in reversed(moment.action[1].split()) if not word.startswith("-"))
    everything = {"-a", "--all-tags"}.intersection(moment.action[1].split())
    meant = Reference(name)
    shown = meant.familiar if everything else meant.with_default_tag().familiar
    return _about(moment, topic, shown, {"name": meant.familiar_name})


def _gone(moment: Moment, *, labelled: bool) -> Iterator[Event]:
    """Names that went without standing elsewhere now, and images that are no longer here."""
    left = {name for names in moment.after.values() for name in names}
    for image_id, names in moment.before.items():
        own = {"name": str(image_id)}
        for name in names:
            if name not in left and "@" not in name:
                told = {**moment.labels[image_id], **own} if labelled else {"name": name}
                yield _about(moment, "untag", str(image_id), told)
        if image_id not in moment.after:  # its labels went with it
            yield _about(moment, "delete", str(image_id), own)


def _come(moment: Moment) -> Iterator[Event]:
    """Images that are new here, and names that are new to an image that was here."""
    for image_id, names in moment.after.items():
        labels = moment.labels[image_id]
        if image_id not in moment.before:
            yield _about(moment, "load", str(image_id), {**labels, "name": str(image_id)})
            continue
        for name in names:
            if name not in moment.before[image_id] and "@" not in name:
                yield _about(moment, "tag", str(image_id), {**labels, "name": name})


def _built(moment: Moment, *, created: bool) -> Iterator[Event]:
    """A build: its images, where that is told, and the names that they got.

    Source: moby 29.7 ``daemon/build.go`` and ``daemon/containerd/image_builder.go``; daemon 20.10
    tells of the names alone (``daemon/images/image_tag.go``).
    """
    for image_id, names in moment.after.items():
        labels, own = moment.labels[image_id], str(image_id)
        if created and image_id not in moment.before:
            yield _about(moment, "create", own, {**labels, "name": own})
        for name in names:
            if name not in moment.before.get(image_id, ()) and "@" not in name:
                yield _about(moment, "tag", own, {**labels, "name": name})


def _about(moment: Moment, action: str, actor: str, attributes: Mapping[str, str]) -> Event:
    return {"status": action, "id": actor, **_event(moment, action, actor, attributes)}


def _event(moment: Moment, action: str, actor: str, attributes: Mapping[str, str]) -> Event:
    return {
        "Type": "image",
        "Action": action,
        "Actor": {"ID": actor, "Attributes": dict(sorted(attributes.items()))},
        "scope": "local",
        "time": moment.at_us // 1_000_000,
        "timeNano": moment.at_us * 1000,
    }


def wanted(event: Event, filters: Iterable[str]) -> bool:
    """Whether an event passes: values of one filter are alternatives, filters must all hold."""
    values: dict[str, list[str]] = {}
    for text in filters:
        name, _, value = text.partition("=")
        values.setdefault(name, []).append(value)
    return all(any(_fits(event, name, value) for value in these) for name, these in values.items())


def _fits(event: Event, name: str, value: str) -> bool:
    attributes = event["Actor"]["Attributes"]
    if name == "label":
        key, equals, text = value.partition("=")
        return key in attributes and (not equals or attributes[key] == text)
    if name == "image":
        return value in (event["Actor"]["ID"], attributes.get("name"), _repository(attributes))
    known = {"type": event["Type"], "event": event["Action"], "scope": event["scope"]}
    return known.get(name) == value


def _repository(attributes: Mapping[str, str]) -> str:
    """The name without its tag, as ``--filter image=`` may leave it out."""
    try:
        return Reference(attributes.get("name", "")).familiar_name
    except LabError:
        return ""
