"""An image that is here, but for another platform than the one that is asked for.

Sources: moby 20.10.24 ``daemon/images/image.go`` (``GetImage``) and ``image_pull.go``
(``PullImage``); 29.7 ``daemon/containerd/image.go`` (``getBestPresentImageManifest``).
"""

from __future__ import annotations

from labsim.docker.phrases import daemon_error
from labsim.docker.voices import voice_of
from labsim.engine.dialect import CLASSIC
from labsim.errors import CommandError, UnknownImage
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.engine import Engine
    from labsim.image import Platform

__all__ = ["check", "warning"]


def check(engine: Engine, name: str, platform: Platform | None) -> None:
    """Refuse an image that has nothing here for this platform (none given: for any).

    :class:`~labsim.errors.UnknownImage` says that there is no image of that name,
    :class:`~labsim.errors.CommandError` in the daemon's words that it is another platform's.
    """
    image_id = engine.resolve(name)
    if platform is None:
        return
    if engine.dialect == CLASSIC:
        actual = engine.image(image_id).config.platform
        if not platform.runs(actual):
            raise daemon_error(
                f"image with reference {name} was found but does not match the specified platform:"
                f" wanted {platform}, actual: {actual}"
            )
        return
    try:
        engine.image(image_id, platform)
    except UnknownImage as error:
        meant = Reference.any(name)
        called = meant.with_default_tag().familiar if isinstance(meant, Reference) else name
        raise voice_of(engine).refusal(called, error) from None


def warning(engine: Engine, pulled: Reference, platform: Platform | None) -> str:
    """What stands below a pull of an image that is no choice of platforms, and of another one.

    The older daemon looks at the name without its tag, so it tells this of ``latest`` only; the
    newer one says nothing.
    """
    if engine.dialect == CLASSIC:
        try:
            check(engine, pulled.without_tag().familiar.partition("@")[0], platform)
        except UnknownImage:
            return ""
        except CommandError as error:
            return f"WARNING: {error.stderr.removeprefix('Error response from daemon: ')}"
    return ""
