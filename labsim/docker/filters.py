"""``--filter``: which images are listed, and under which of their names.

Values of one filter are alternatives, different filters must all hold; ``reference`` also drops the
names that do not match.  Texts and rules: daemon 20.10.24, ``daemon/images/images.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from labsim.docker.phrases import daemon_error, daemon_fault
from labsim.errors import InvalidReference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.engine import Engine
    from labsim.engine.summary import ImageSummary
    from labsim.reference import Reference

    Test = Callable[[ImageSummary], bool]

__all__ = ["chosen"]

_KNOWN = ("before", "dangling", "label", "reference", "since")


def chosen(engine: Engine, filters: Iterable[str], name: str = "") -> list[ImageSummary]:
    """The images that pass, newest first; ``name`` is one more ``reference`` pattern."""
    wanted = _read(filters)
    if name:
        wanted.setdefault("reference", []).append(name)
    tests = _tests(engine, wanted)
    images = [image for image in engine.images() if all(test(image) for test in tests)]
    if patterns := wanted.get("reference"):
        images = [_matching(image, patterns) for image in images]
        images = [image for image in images if image.tags or image.digests]
    return [image for image in images if not image.tags] if _dangling(wanted) else images


def _read(filters: Iterable[str]) -> dict[str, list[str]]:
    """Values by name; the CLI lowers and trims (``opts/opts.go``, ``FilterOpt.Set``)."""
    wanted: dict[str, list[str]] = {}
    for text in filters:
        if text:
            name, _, value = text.partition("=")
            wanted.setdefault(name.strip().lower(), []).append(value.strip())
    for name in wanted:
        if name not in _KNOWN:
            raise daemon_error(f"Invalid filter '{name}'")
    return wanted


def _dangling(wanted: dict[str, list[str]]) -> bool:
    return "true" in wanted.get("dangling", ())


def _tests(engine: Engine, wanted: dict[str, list[str]]) -> list[Test]:
    tests: list[Test] = []
    if "dangling" in wanted and not _dangling(wanted):
        if "false" not in wanted["dangling"]:
            raise daemon_error(f"Invalid filter 'dangling=[{' '.join(wanted['dangling'])}]'")
        tests.append(lambda image: bool(image.tags or image.digests))
    if "before" in wanted:
        before = _created(engine, wanted["before"][-1])
        tests.append(lambda image: image.created_us < before)
    if "since" in wanted:
        since = _created(engine, wanted["since"][-1])
        tests.append(lambda image: image.created_us > since)
    labels = [text.partition("=") for text in wanted.get("label", ())]
    if labels:
        tests.append(lambda image: all(_labelled(image, *label) for label in labels))
    return tests


def _created(engine: Engine, text: str) -> int:
    try:
        return _moment(engine, text)
    except InvalidReference as error:
        raise daemon_error(daemon_fault(error)) from None


def _moment(engine: Engine, text: str) -> int:
    found = engine.resolve(text)
    return next(image.created_us for image in engine.images() if image.id == found)


def _labelled(image: ImageSummary, key: str, equals: str, value: str) -> bool:
    return key in image.labels and (not equals or image.labels[key] == value)


def _matching(image: ImageSummary, patterns: list[str]) -> ImageSummary:
    """The image with only the names that fit one of the patterns."""

    def fits(name: Reference) -> bool:
        try:
            return any(name.matches(pattern) for pattern in patterns)
        except ValueError:
            raise daemon_error("syntax error in pattern") from None

    return image._replace(
        tags=tuple(filter(fits, image.tags)), digests=tuple(filter(fits, image.digests))
    )
