"""The config: what to run, what the layers are, and how they came to be.

Its hash is the ImageID of the classic engine.  The names and tags of an image are *not* in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from labsim.blob import Blob
from labsim.digest import DiffID, ImageID
from labsim.errors import Mismatch
from labsim.image.descriptor import HERE, Platform, json_object
from labsim.timestamp import is_rfc3339

__all__ = ["Config", "History"]


class History(NamedTuple):
    """One line of how an image was made; ``empty_layer`` when the step added no files."""

    created: str
    created_by: str
    author: str = ""
    comment: str = ""
    empty_layer: bool = False


class Config(Blob):
    """An image's config: bytes, and a view of them that is parsed once.

    >>> config = Config.make([], created="2024-05-01T12:00:00Z", env=["A=1"])
    >>> config.platform, config.env
    (Platform(os='linux', architecture='amd64', variant=''), ('A=1',))
    """

    __slots__ = ("_diff_ids", "_document", "_image_id")

    def __init__(self, data: bytes) -> None:
        """Adopt bytes; they are parsed and checked when something is first asked of them."""
        super().__init__(data)
        self._document: dict[str, Any] | None = None
        self._diff_ids: tuple[DiffID, ...] | None = None
        self._image_id: ImageID | None = None

    @classmethod
    def read(cls, blob: Blob) -> Config:
        """The config that these bytes are; :class:`~labsim.errors.Mismatch` if they are none."""
        config = blob if isinstance(blob, Config) else cls(bytes(blob))
        steps = [step for step in config.history if not step.empty_layer]
        # Fewer are taken, as moby does (``image/store.go``: "too many non-empty layers").
        if len(steps) > len(config.diff_ids):
            raise Mismatch(
                f"the config's history tells of {len(steps)} layers, "
                f"but it lists {len(config.diff_ids)}"
            )
        for part in (config.document, *(config.document.get("history") or ())):
            _check_created(part)
        return config

    @classmethod
    def make(
        cls,
        diff_ids: Iterable[DiffID],
        *,
        created: str,
        history: Iterable[History] = (),
        platform: Platform = HERE,
        author: str = "",
        env: Sequence[str] = (),
        cmd: Sequence[str] = (),
        entrypoint: Sequence[str] = (),
        working_dir: str = "",
        user: str = "",
        exposed_ports: Sequence[str] = (),
        volumes: Sequence[str] = (),
        labels: Iterable[tuple[str, str]] = (),
        stop_signal: str = "",
    ) -> Config:
        """Write a config as Docker does: compact, Go's order of keys, nothing that is empty.

        ``created`` is RFC 3339 text, or empty for a config that does not say.
        """
        run = {
            "User": user,
            "ExposedPorts": {port: {} for port in exposed_ports},
            "Env": list(env),
            "Entrypoint": list(entrypoint),
            "Cmd": list(cmd),
            "Volumes": {volume: {} for volume in volumes},
            "WorkingDir": working_dir,
            "Labels": dict(sorted(labels)),
            "StopSignal": stop_signal,
        }
        document = {
            "architecture": platform.architecture,
            "author": author,
            "config": {key: value for key, value in run.items() if value},
            "created": created,
            "history": [_step_document(step) for step in history],
            "os": platform.os,
            "rootfs": {"type": "layers", "diff_ids": [str(diff_id) for diff_id in diff_ids]},
            "variant": platform.variant,
        }
        optional = ("author", "created", "history", "variant")
        for key in optional:
            if not document[key]:
                del document[key]
        return cls(_go_json(document))

    @classmethod
    def written(cls, document: dict[str, Any]) -> Config:
        """The config that this document is, written as Go writes JSON; keys keep their order."""
        made = cls(_go_json(document))
        made._document = document
        return made

    @property
    def document(self) -> dict[str, Any]:
        """The parsed JSON."""
        if self._document is None:
            self._document = json_object(self, "config")
        return self._document

    @property
    def image_id(self) -> ImageID:
        """The hash of these bytes under the name a classic engine shows."""
        if self._image_id is None:
            self._image_id = ImageID.from_hex(self.digest.hex)
        return self._image_id

    @property
    def diff_ids(self) -> tuple[DiffID, ...]:
        """The names of the unpacked layers, the lowest first."""
        if self._diff_ids is None:
            self._diff_ids = _diff_ids(self.document)
        return self._diff_ids

    def check_layers(self, found: Sequence[DiffID]) -> None:
        """Raise :class:`~labsim.errors.Mismatch` unless these are the layers, in this order."""
        listed = self.diff_ids
        if listed == tuple(found):
            return
        if len(listed) != len(found):
            raise Mismatch(f"the config lists {len(listed)} layers, but there are {len(found)}")
        for number, (wanted, there) in enumerate(zip(listed, found, strict=True), 1):
            if wanted != there:
                raise Mismatch(f"layer {number} unpacks to {there}, but the config lists {wanted}")

    @property
    def history(self) -> tuple[History, ...]:
        """How the image was made, the first step first."""
        steps = self.document.get("history") or []
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            raise Mismatch("the config's history is not a list of steps")
        return tuple(_step(step) for step in steps)

    @property
    def created(self) -> str:
        """When, as RFC 3339 text; empty where the config does not say."""
        return str(self.document.get("created") or "")

    @property
    def platform(self) -> Platform:
        """What the image runs on."""
        wanted = ("os", "architecture", "variant")
        return Platform(*(str(self.document.get(key) or "") for key in wanted))

    @property
    def env(self) -> tuple[str, ...]:
        """``NAME=value`` pairs that a container starts with."""
        return self._words("Env")

    @property
    def cmd(self) -> tuple[str, ...]:
        """What a container runs, or what its entrypoint is given."""
        return self._words("Cmd")

    @property
    def entrypoint(self) -> tuple[str, ...]:
        """What a container always runs."""
        return self._words("Entrypoint")

    @property
    def labels(self) -> dict[str, str]:
        """The image's labels."""
        labels = self.run.get("Labels") or {}
        return dict(labels) if isinstance(labels, dict) else {}

    @property
    def run(self) -> dict[str, Any]:
        """The inner ``config`` object: what a container is started with."""
        run = self.document.get("config") or {}
        return run if isinstance(run, dict) else {}

    def _words(self, key: str) -> tuple[str, ...]:
        words = self.run.get(key) or []
        return tuple(map(str, words)) if isinstance(words, list) else ()


def _diff_ids(document: dict[str, Any]) -> tuple[DiffID, ...]:
    rootfs = document.get("rootfs")
    listed = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
    if listed is None and isinstance(rootfs, dict):
        return ()  # Go writes an empty list as null
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        raise Mismatch("the config does not list its layers in rootfs.diff_ids")
    return tuple(map(DiffID, listed))


def _check_created(document: dict[str, Any]) -> None:
    """A time may be missing or null; Go's reader refuses what is neither, and the whole config."""
    created = document.get("created")
    if created is not None and not (isinstance(created, str) and is_rfc3339(created)):
        raise Mismatch(f"the config was created at {created!r}, which is no RFC 3339 time")


def _step(document: dict[str, Any]) -> History:
    created, created_by, author, comment = (
        str(document.get(key) or "") for key in ("created", "created_by", "author", "comment")
    )
    empty = document.get("empty_layer") is True
    return History(created, created_by, author, comment, empty)


def _step_document(step: History) -> dict[str, Any]:
    keys = ("created", "author", "created_by", "comment")
    made: dict[str, Any] = {key: value for key in keys if (value := getattr(step, key))}
    return made | {"empty_layer": True} if step.empty_layer else made


#: Go's encoder writes these escaped, so that JSON can stand in HTML.
_GO_ESCAPED = re.compile("[<>&\u2028\u2029]")


def _go_json(document: dict[str, Any]) -> bytes:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return _GO_ESCAPED.sub(lambda one: f"\\u{ord(one[0]):04x}", text).encode()
