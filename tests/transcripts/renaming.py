"""Two texts that say the same about different bytes: equal up to a one-to-one renaming.

What may differ is ids, digests and the length of a manifest.  Each of ours must stand for one of
theirs and each of theirs for one of ours, over the whole recording.  Lines about a layer come in
whatever order its bytes travelled; they are compared layer by layer, in the order a layer goes
through them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

_NAME = re.compile(r"sha256:[0-9a-f]{64}|\b[0-9a-f]{12}\b|(?<=size: )\d+")
_LAYER = re.compile(r"([0-9a-f]{12}): (.+)")
#: States that the daemon drops now and then: its progress channel keeps only the newest update of a
#: layer (moby ``distribution/xfer/transfer.go``), and it verifies in no time.
FLEETING = ("Verifying Checksum",)


class Renaming:
    """Our names for theirs, one to one; a contradiction is an assertion error."""

    def __init__(self) -> None:
        self.theirs: dict[str, str] = {}
        self.ours: dict[str, str] = {}

    def same(self, ours: str, theirs: str) -> None:
        """Let two names mean the same from now on, and their short forms too."""
        assert self.theirs.setdefault(ours, theirs) == theirs, (ours, self.theirs[ours], theirs)
        assert self.ours.setdefault(theirs, ours) == ours, (theirs, self.ours[theirs], ours)
        if ours.startswith("sha256:"):
            self.same(ours[7:19], theirs[7:19])

    def known(self, ours: str) -> str:
        """Their name for one of ours; a name never met stands for itself."""
        return self.theirs.get(ours, ours)

    def translated(self, text: str) -> str:
        """Our text with their names."""
        return _NAME.sub(lambda match: self.known(match[0]), text)

    def compare(self, ours: str, theirs: str) -> None:
        """Two outputs of one command."""
        mine, other = list(_parts(ours)), list(_parts(theirs))
        assert [kind for kind, _ in mine] == [kind for kind, _ in other], f"\n{ours}\n---\n{theirs}"
        for (is_layers, our_lines), (_, their_lines) in zip(mine, other, strict=True):
            if is_layers:
                self._layers(our_lines, their_lines)
            else:
                self._lines("\n".join(our_lines), "\n".join(their_lines))

    def _lines(self, ours: str, theirs: str) -> None:
        for our_name, their_name in zip(_NAME.findall(ours), _NAME.findall(theirs), strict=False):
            self.same(our_name, their_name)
        assert self.translated(ours) == theirs

    def _layers(self, ours: list[str], theirs: list[str]) -> None:
        """Lines of layers: the same layers in the same order of appearance, each the same way."""
        mine, other = _ways(ours), _ways(theirs)
        for our_layer, their_layer in zip(mine, other, strict=True):
            self.same(our_layer, their_layer)
        for layer, way in mine.items():
            expected = other[self.theirs[layer]]
            dropped = [state for state in FLEETING if state not in expected]
            assert [state for state in way if state not in dropped] == expected, layer


def _parts(text: str) -> Iterator[tuple[bool, list[str]]]:
    """Runs of layer lines, and runs of other lines."""
    for is_layers, lines in groupby(text.split("\n"), lambda line: bool(_LAYER.fullmatch(line))):
        yield is_layers, list(lines)


def _ways(lines: Iterable[str]) -> dict[str, list[str]]:
    """Per layer, in order of first appearance, the states it goes through."""
    ways: dict[str, list[str]] = {}
    for line in lines:
        match = _LAYER.fullmatch(line)
        assert match is not None
        ways.setdefault(match[1], []).append(match[2])
    return ways
