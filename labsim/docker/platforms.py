"""``--platform``: which words name a platform, and what the CLI says of others.

>>> read("linux/amd64"), read("arm64"), read("linux/arm/v7")
(Platform(os='linux', architecture='amd64', variant=''), \
Platform(os='linux', architecture='arm64', variant=''), \
Platform(os='linux', architecture='arm', variant='v7'))
>>> str(read("aarch64")), str(read("linux/x86_64"))
('linux/arm64', 'linux/amd64')

Source: ``github.com/containerd/platforms`` (``Parse``, ``normalizeArch``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from labsim.errors import CommandError
from labsim.image import HERE, Platform

__all__ = ["read", "read_all"]

_WORD = re.compile(r"[A-Za-z0-9_.-]+")
_ARCHITECTURES = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "i386": "386",
    "armhf": "arm",
    "armel": "arm",
}
_KNOWN = (
    "386", "amd64", "arm", "arm64", "loong64", "mips64", "mips64le", "ppc64", "ppc64le", "riscv64",
    "s390x", "wasm",
)  # fmt: skip
_SYSTEMS = ("linux", "windows", "darwin", "freebsd")


def read(text: str, before: str = "") -> Platform:
    """A platform as it is typed: a system, an architecture, or both, maybe with a variant.

    What is none is refused; whoever reads it may put ``before`` before the refusal.
    """
    try:
        return _read(text)
    except CommandError as error:
        raise CommandError(before + error.stderr) from None


def _read(text: str) -> Platform:
    parts = text.lower().split("/")
    if not all(_WORD.fullmatch(part) for part in parts) or len(parts) > 3:
        raise _bad(text)
    if len(parts) > 1:
        return _normal(parts[0], *parts[1:])
    if parts[0] in _SYSTEMS:
        return Platform(parts[0], HERE.architecture)
    architecture = _ARCHITECTURES.get(parts[0], parts[0])
    if architecture in _KNOWN:
        return _normal(HERE.os, architecture)
    raise CommandError(f'"{text}": unknown operating system or architecture: invalid argument\n')


def read_all(values: Iterable[str], before: str = "") -> list[Platform]:
    """Every platform of a flag that takes several."""
    return [read(text, before) for value in values for text in value.split(",")]


def _normal(system: str, architecture: str, variant: str = "") -> Platform:
    """Every spelling of an architecture is one; 64-bit arm is v8 where nothing is said."""
    architecture = _ARCHITECTURES.get(architecture, architecture)
    if architecture == "arm64" and variant in ("8", "v8"):
        variant = ""
    return Platform(system, architecture, variant)


def _bad(text: str) -> CommandError:
    if len(text.split("/")) > 3:
        return CommandError(f'"{text}": cannot parse platform specifier: invalid argument\n')
    return CommandError(
        f'"{text}" is an invalid component of "{text}": platform specifier component must match '
        '"^[A-Za-z0-9_.-]+$": invalid argument\n'
    )
