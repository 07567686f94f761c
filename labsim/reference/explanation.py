"""A name taken apart: what each part says, and who said it.

>>> from labsim.reference import Reference
>>> print(Reference("golang").explain())
golang means docker.io/library/golang:latest
PART        TEXT       FROM     BECAUSE
host        docker.io  default  no '/' is written, so no host is: it is Docker Hub's
namespace   library    default  a name of one part on docker.io is an official image
repository  golang     written  the last part of the path
tag         latest     default  neither a tag nor a digest is written
digest      -          absent   none is written, so the tag decides which image it is
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from labsim.reference import grammar

if TYPE_CHECKING:
    from labsim.reference import Reference

__all__ = ["Explanation", "Part", "explain"]


class Part(NamedTuple):
    """One part of a name; ``origin`` is "written", "default" or "absent".

    ``span`` is where the source writes it, from and to; None where it does not.
    """

    label: str
    text: str
    origin: str
    rule: str
    span: tuple[int, int] | None

    @property
    def shown(self) -> str:
        """The text as it fits a table: a digest is cut to twelve digits, nothing is a hyphen."""
        cut = self.text.index(":") + 13 if self.label == "digest" and self.text else 0
        return f"{self.text[:cut]}…" if cut else self.text or "-"


class Explanation(NamedTuple):
    """What was written, what Docker takes it for, and the five parts; ``str()`` is a table.

    The repository of a registry is namespace and repository together, as in ``library/golang``.
    """

    source: str
    meaning: str
    parts: tuple[Part, ...]

    def __str__(self) -> str:
        rows = [("PART", "TEXT", "FROM", "BECAUSE")]
        rows += [(part.label, part.shown, part.origin, part.rule) for part in self.parts]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = ["  ".join((*map(str.ljust, row[:3], widths), row[3])).rstrip() for row in rows]
        return "\n".join((f"{self.source} means {self.meaning}", *lines))

    def __repr__(self) -> str:
        return str(self)


def explain(reference: Reference) -> Explanation:
    """Every part of a reference, with the tag that a command would add."""
    spans = _spans(reference)
    meant = reference.with_default_tag()
    namespace, _, repository = meant.repository.rpartition("/")
    found = (
        ("host", meant.registry, _host_rule(meant)),
        ("namespace", namespace, _namespace_rule(meant, namespace, spans)),
        ("repository", repository, "the last part of the path"),
        ("tag", meant.tag or "", _tag_rule(meant, spans)),
        ("digest", str(meant.digest or ""), _digest_rule(meant)),
    )
    parts = (
        Part(name, text, _origin(name, text, spans), rule, spans.get(name))
        for name, text, rule in found
    )
    return Explanation(reference.source, str(meant), tuple(parts))


def _origin(label: str, text: str, spans: Mapping[str, tuple[int, int]]) -> str:
    if not text:
        return "absent"
    return "written" if label in spans else "default"


def _spans(reference: Reference) -> dict[str, tuple[int, int]]:
    """Where the parts that were written stand in the source."""
    head, at, digest = reference.source.partition("@")
    first = _first(reference)
    start = len(first) + 1 if first and reference.registry else 0
    path, colon, _ = head[start:].partition(":")
    slash = start + path.rfind("/")
    stop = start + len(path)
    spans = {
        "host": (0, start - 1),
        "namespace": (start, slash),
        "repository": (max(start, slash + 1), stop),
        "tag": (stop + len(colon), len(head)),
        "digest": (len(head) + len(at), len(head) + len(at) + len(digest)),
    }
    return {label: span for label, span in spans.items() if span[0] < span[1]}


def _first(reference: Reference) -> str:
    """What stands before the first ``/`` if it is meant as a host, else nothing."""
    first, slash, _ = reference.source.partition("@")[0].partition("/")
    return first if slash and grammar.names_host(first) else ""


def _host_rule(reference: Reference) -> str:
    first = _first(reference)
    if not first:
        before = reference.source.partition("@")[0].partition("/")
        if not before[1]:
            return "no '/' is written, so no host is: it is Docker Hub's"
        return f"{before[0]!r} has no '.', no ':' and no capital, and is not localhost: no host"
    if not reference.registry:
        return f"the '.' in {first!r} asks for a host, but a host has no '_': so there is none"
    if first == grammar.LEGACY_REGISTRY:
        return f"{first} is an old name of {grammar.DEFAULT_REGISTRY}"
    if first == "localhost":
        return "localhost before the first '/' is always a host"
    for sign in ".:":
        if sign in first:
            return f"the {sign!r} before the first '/' makes it a host"
    return "a namespace has no capitals, so this is a host"


def _namespace_rule(
    reference: Reference, namespace: str, spans: Mapping[str, tuple[int, int]]
) -> str:
    if not namespace:
        return "none is written; only docker.io has a default"
    if "namespace" not in spans:
        return "a name of one part on docker.io is an official image"
    if reference.familiar_name != reference.name and "/" not in reference.familiar_name:
        return "official images; the short form leaves it out"
    return "the path up to its last '/'"


def _tag_rule(reference: Reference, spans: Mapping[str, tuple[int, int]]) -> str:
    if not reference.tag:
        return "a digest is written, so no tag is added"
    if "tag" not in spans:
        return "neither a tag nor a digest is written"
    if reference.digest:
        return "kept as written, but the digest decides which image it is"
    if reference.tag.isdigit() and "/" not in reference.source:
        return "without a '/' what follows ':' is a tag, not a port"
    return "what follows the ':' after the path"


def _digest_rule(reference: Reference) -> str:
    if reference.digest:
        return "names one exact manifest, whatever tags say"
    return "none is written, so the tag decides which image it is"
