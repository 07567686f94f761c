"""Images small enough to read, for tests of the store."""

from labsim.archive import file, tar
from labsim.image import Config, Image, Layer


def layer(text: str) -> Layer:
    """A layer with one file, which holds this text."""
    return Layer.of(tar([file(f"{text}.txt", text.encode())]))


def image(*texts: str, created: str = "2025-01-01T00:00:00Z", label: str = "") -> Image:
    """An image of such layers, bottom first."""
    layers = [layer(text) for text in texts]
    labels = [("is", label)] if label else []
    config = Config.make([one.diff_id for one in layers], created=created, labels=labels)
    return Image(config, layers)
