"""What is read of a source before any layer is: its documents, and the images they tell of."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from labsim.blob import Blob
from labsim.digest import Digest
from labsim.errors import Mismatch
from labsim.image import Config, Descriptor, Manifest, Platform
from labsim.image.layouts.source import Source

__all__ = ["Listed", "Other", "Part", "Reader", "check", "file_of"]

#: A config, a manifest or an index; a registry takes no manifest above 4 MiB.
_LONGEST_DOCUMENT = 8 << 20
#: No engine stacks more than some hundred layers.
_MOST_LAYERS = 1000


class Part(NamedTuple):
    """The file of a layer, and what its bytes were promised to be, where somebody did."""

    file: str
    promised: Descriptor | None


class Listed(NamedTuple):
    """An image that a source should hold; ``manifest`` is None where it was listed without one."""

    names: tuple[str, ...]
    config: Config
    parts: tuple[Part, ...]
    platform: Platform
    manifest: Manifest | None = None


class Other(NamedTuple):
    """What an index lists and is no image that can be read here.

    ``kind`` is ``absent`` (an image whose bytes are not in the source), ``attestation`` (what
    BuildKit says about an image) or ``artifact``; ``media_type`` tells more.
    """

    kind: str
    digest: Digest
    platform: str
    media_type: str


class Reader:
    """Reads the documents of a source, and compares them with what they were promised to be."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def document(self, name: str) -> Blob:
        """A file that holds a text, whole."""
        blob = self.source.stream(name)
        if blob.size > _LONGEST_DOCUMENT:
            raise Mismatch(f"{name} is longer than the {_LONGEST_DOCUMENT} bytes of any document")
        return Blob(bytes(blob))

    def json(self, name: str) -> Any:
        """A file as JSON."""
        text = bytes(self.document(name))
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Mismatch(f"{name} is not JSON") from error

    def blob(self, descriptor: Descriptor) -> Blob:
        """The document that a descriptor points at."""
        name = file_of(descriptor.digest)
        blob = self.document(name)
        check(name, descriptor, blob)
        return blob

    def layers(self, parts: tuple[Part, ...], of: str) -> tuple[Part, ...]:
        """The same layers, if they are not too many for any image."""
        if len(parts) > _MOST_LAYERS:
            raise Mismatch(f"{of} lists {len(parts)} layers: more than {_MOST_LAYERS} are no image")
        return parts


def check(name: str, promised: Descriptor, blob: Blob) -> None:
    """A file must be what was promised; the sentence names it."""
    try:
        promised.check(blob)
    except Mismatch as error:
        raise Mismatch(f"{name}: {error}") from error


def file_of(digest: Digest) -> str:
    """Where an OCI layout keeps the bytes of that name."""
    return f"blobs/{digest.algorithm}/{digest.hex}"
