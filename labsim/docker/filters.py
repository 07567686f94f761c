"""``--filter``: which images are listed, and under which of their names.

Values of one filter are alternatives, different filters must all hold; ``reference`` also drops the
names that do not match.  Rules: daemon 20.10.24, ``daemon/images/images.go``; what a daemon knows
and how it refuses is its voice's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from labsim.docker.phrases import daemon_error
from labsim.docker.voices import voice_of
from labsim.engine.dialect import CONTAINERD
from labsim.errors import CommandError, InvalidReference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.voices import Voice
    from labsim.engine.engine import Engine
    from labsim.engine.summary import ImageSummary
    from labsim.reference import Reference

    Test = Callable[[ImageSummary], bool]

__all__ = ["chosen", "labels_match", "values_by_name"]


def chosen(
    engine: Engine,
    filters: Iterable[str],
    now_us: int,
    name: str = "",
    *,
    everything: bool = False,
) -> list[ImageSummary]:
    """The images that pass, newest first; ``name`` is one more ``reference`` pattern.

    ``everything``: also those that a build has left on its way to another.
    """
    voice = voice_of(engine)
    wanted = _read(filters, voice)
    if name:
        wanted.setdefault("reference", []).append(name)
    tests = [*_tests(engine, wanted, voice), *_named_before(engine, wanted, now_us)]
    every = engine.images(everything=everything and not _dangling(wanted))
    images = [image for image in every if all(test(image) for test in tests)]
    if patterns := wanted.get("reference"):
        images = [_matching(image, patterns, voice) for image in images]
        images = [image for image in images if image.tags or image.digests]
    return [*filter(voice.dangling, images)] if _dangling(wanted) else images


def values_by_name(filters: Iterable[str]) -> dict[str, list[str]]:
    """Values by name; the CLI lowers and trims (``opts/opts.go``, ``FilterOpt.Set``)."""
    wanted: dict[str, list[str]] = {}
    for text in filters:
        if text:
            name, _, value = text.partition("=")
            wanted.setdefault(name.strip().lower(), []).append(value.strip())
    return wanted


def labels_match(
    engine: Engine, labels: Mapping[str, str], wanted: Mapping[str, list[str]]
) -> bool:
    """Whether every ``label`` is there, and of those of ``label!`` not all, or with 29 none.

    Rules: ``matchLabels`` of 20.10; 29.7 ``daemon/containerd/image_list.go``
    (``setupLabelFilter``), which reads ``a!=1`` as the opposite of ``a=1``.
    """

    def has(text: str) -> bool:
        key, equals, value = text.partition("=")
        turned = engine.dialect == CONTAINERD and key.endswith("!")
        return _has(labels, key.removesuffix("!") if turned else key, equals, value) != turned

    without = [has(text) for text in wanted.get("label!", [])]
    if not all(has(text) for text in wanted.get("label", [])):
        return False
    return not (any(without) if engine.dialect == CONTAINERD else without and all(without))


def _read(filters: Iterable[str], voice: Voice) -> dict[str, list[str]]:
    """The filters of a list, if it knows them all."""
    wanted = values_by_name(filters)
    for name in wanted:
        if name not in voice.FILTERS:
            raise voice.bad_filter(name)
    return wanted


def _dangling(wanted: dict[str, list[str]]) -> bool:
    return "true" in wanted.get("dangling", ())


def _tests(engine: Engine, wanted: dict[str, list[str]], voice: Voice) -> list[Test]:
    tests: list[Test] = []
    if "dangling" in wanted and not _dangling(wanted):
        if "false" not in wanted["dangling"]:
            raise voice.bad_filter(f"dangling=[{' '.join(wanted['dangling'])}]")
        tests.append(lambda image: bool(image.tags or image.digests))
    if "before" in wanted:
        before = _created(engine, wanted["before"][-1])
        tests.append(lambda image: image.created_us < before)
    if "since" in wanted:
        since = _created(engine, wanted["since"][-1])
        tests.append(lambda image: image.created_us > since)
    if {"label", "label!"} & wanted.keys():
        tests.append(lambda image: labels_match(engine, image.labels, wanted))
    return tests


def _named_before(engine: Engine, wanted: dict[str, list[str]], now_us: int) -> list[Test]:
    """``until``: what got its name before a moment (moby 29.7 ``daemon/containerd``)."""
    if "until" not in wanted:
        return []
    moment = min([_until(text, now_us) for text in wanted["until"]])
    return [lambda image: engine.tagged_us.get(image.id, 0) < moment]


def _until(text: str, now_us: int) -> int:
    from labsim.docker.moments import until_us

    try:
        return until_us([text], now_us) or 0
    except CommandError:
        seconds = text.partition(".")[0]
        raise daemon_error(
            "invalid value for 'until' filter: failed to parse value as time or duration: "
            f'invalid seconds "{seconds}": invalid syntax'
        ) from None


def _created(engine: Engine, text: str) -> int:
    try:
        return _moment(engine, text)
    except InvalidReference as error:
        raise daemon_error(voice_of(engine).name_fault(error)) from None


def _moment(engine: Engine, text: str) -> int:
    found = engine.resolve(text)
    return next(image.created_us for image in engine.images() if image.id == found)


def _has(labels: Mapping[str, str], key: str, equals: str, value: str) -> bool:
    return key in labels and (not equals or labels[key] == value)


def _matching(image: ImageSummary, patterns: list[str], voice: Voice) -> ImageSummary:
    """The image with only the names that fit one of the patterns."""

    def fits(name: Reference) -> bool:
        try:
            return any(voice.fits(name, pattern) for pattern in patterns)
        except ValueError:
            if (fault := voice.bad_pattern()) is not None:
                raise fault from None
            return False

    return image._replace(
        tags=tuple(filter(fits, image.tags)), digests=tuple(filter(fits, image.digests))
    )
