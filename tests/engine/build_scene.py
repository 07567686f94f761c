"""A build without a lab: files, a Dockerfile and a clock in hand."""

from __future__ import annotations

from collections.abc import Mapping

from labsim.blob import Blob
from labsim.dockerfile import read
from labsim.engine.builder import Built, Context, ContextFile, Order, buildkit, legacy
from labsim.engine.builder.cache import BuildCache
from labsim.image import Config, Image

__all__ = ["NOW", "SHELL", "Scene", "context"]

#: A base without a layer, which a ``RUN`` may begin with; of ``scratch`` it may not.
SHELL = Image(Config.make([], created="2025-01-01T00:00:00Z"), [])
NOW = 1_737_363_600_000_000


def context(files: Mapping[str, str | ContextFile]) -> Context:
    """A build context of these files."""
    made = {
        name: text if isinstance(text, ContextFile) else ContextFile(Blob(text.encode()))
        for name, text in files.items()
    }
    return Context.of(made)


class Scene:
    """One builder with its cache; ``build`` takes a Dockerfile and options of an order."""

    def __init__(self, builder: str, files: Mapping[str, str | ContextFile]) -> None:
        self.builder, self.files = builder, dict(files)
        self.cache = BuildCache()
        self.images: dict[str, Image] = {"shell": SHELL}
        self.now = NOW
        self.gone: set[str] = set()

    def build(self, dockerfile: str, **options: object) -> Built:
        """Build; time goes on as long as that took."""
        order = Order(
            read(dockerfile, buildkit=self.builder == "buildkit"),
            context(self.files),
            **options,  # type: ignore[arg-type]  # as they are
        )
        if self.builder == "buildkit":
            built = buildkit.build(order, self.cache, self.images, self.now)
        else:
            here = lambda image_id: str(image_id) not in self.gone  # noqa: E731  one line is enough
            built = legacy.build(order, self.cache, self.images, self.now, here)
        self.now += built.us
        return built
