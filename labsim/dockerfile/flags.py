"""The flags of instructions (``COPY --from=build``), checked.

Source: moby/buildkit ``frontend/dockerfile/instructions/bflag.go`` as in moby 20.10.24.
"""

from __future__ import annotations

from collections.abc import Iterable

from labsim.errors import InvalidDockerfile

__all__ = ["FLAGS", "NEWER", "read_flags"]

#: By instruction: its flags; an asterisk means that it may be given several times, a ``?`` that it
#: is either on or off.
FLAGS: dict[str, tuple[str, ...]] = {
    "ADD": ("chown", "chmod"),
    "COPY": ("chown", "chmod", "from"),
    "FROM": ("platform",),
    "HEALTHCHECK": ("interval", "timeout", "start-period", "retries"),
    "RUN": ("mount*", "network", "security"),
}
#: What later frontends have learned (BuildKit's only).
NEWER: dict[str, tuple[str, ...]] = {
    "ADD": ("link?", "keep-git-dir?", "checksum", "unpack?", "exclude*"),
    "COPY": ("link?", "parents?", "exclude*"),
    "HEALTHCHECK": ("start-interval",),
}
_BUILDKIT_ONLY = ("chmod", "mount", "network", "security")
_NEEDS_BUILDKIT = (
    "the --{} option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ "
    "to learn how to build images with BuildKit enabled"
)


def read_flags(
    instruction: str, words: Iterable[str], line: int, *, buildkit: bool
) -> tuple[tuple[str, str], ...]:
    """Names and values, each as often as it may be given."""
    known = FLAGS.get(instruction, ()) + (NEWER.get(instruction, ()) if buildkit else ())
    kinds = {flag.rstrip("*?"): flag[-1] for flag in known}
    found: list[tuple[str, str]] = []
    for word in words:
        name, equals, value = word[2:].partition("=")
        fault = _fault(name, kinds, [flag for flag, _ in found], equals, value)
        if fault:
            raise InvalidDockerfile(fault, line, numbered=True)
        if name in _BUILDKIT_ONLY and not buildkit:
            raise InvalidDockerfile(_NEEDS_BUILDKIT.format(name), line, numbered=False)
        found.append((name, value.lower() or "true" if kinds[name] == "?" else value))
    return tuple(found)


def _fault(name: str, kinds: dict[str, str], before: list[str], equals: str, value: str) -> str:
    if name not in kinds:
        return f"Unknown flag: {name}"
    if name in before and kinds[name] != "*":
        return f"Duplicate flag specified: {name}"
    if kinds[name] != "?":
        return "" if equals else f"Missing a value on flag: {name}"
    if equals and not value:
        return f"Missing a value on flag: {name}"
    if value.lower() not in ("", "true", "false"):
        return f"Expecting boolean value for flag {name}, not: {value}"
    return ""
