"""Dialogues under way: each in its lane, lanes in groups that start, end and fail together."""

from __future__ import annotations

from typing import Any

from labsim.errors import LabError
from labsim.wire import Dialogue

__all__ = ["Group", "Task"]


class Task:
    """A dialogue that runs in a lane: what it waits for, and whose lane it is."""

    __slots__ = (
        "below",
        "cancelled",
        "ended_us",
        "group",
        "lane",
        "outcome",
        "parked",
        "started_us",
        "subject",
        "talk",
    )

    def __init__(self, lane: int, subject: str, talk: Dialogue, group: Group | None) -> None:
        self.lane = lane
        self.subject = subject
        self.talk = talk
        self.group = group
        self.below: Group | None = None
        self.outcome: Any = None
        self.parked = self.cancelled = False
        self.started_us: int | None = None
        self.ended_us: int | None = None


class Group:
    """The lanes of one Together: those that wait, those under way, and what they returned."""

    __slots__ = ("active", "at_most", "busy", "error", "next", "owner", "queued_us", "tasks")

    def __init__(self, owner: Task, at_most: int, queued_us: int) -> None:
        self.owner = owner
        self.at_most = at_most
        self.queued_us = queued_us
        self.tasks: list[Task] = []
        self.active: list[Task] = []
        self.next = 0
        self.error: LabError | None = None
        self.busy = False

    @property
    def over(self) -> bool:
        """Whether nothing is under way and nothing will start."""
        return not self.active and (self.error is not None or self.next == len(self.tasks))

    @property
    def results(self) -> list[Any]:
        """What each lane returned, in order."""
        return [task.outcome for task in self.tasks]
