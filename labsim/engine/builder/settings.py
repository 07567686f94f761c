"""What a container of the image is started with, and how each instruction changes it.

The instruction's own words for history come back: ``ENV A=1``, ``CMD ["a"]``.

Source: moby 20.10 ``builder/dockerfile/dispatchers.go``; moby/buildkit ``dockerfile2llb``.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from posixpath import normpath
from typing import Any

from labsim.dockerfile import Instruction
from labsim.dockerfile.durations import duration_ns, duration_text
from labsim.errors import InvalidDockerfile

__all__ = ["PATH", "Settings", "go_list"]

#: What a shell finds its programs in, where the base does not say.
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SHELL = ("/bin/sh", "-c")
#: What Go prints where a number is no character.
_NO_CHARACTER = "\ufffd"
_SIGNALS = (
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT",
    "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM",
    "TRAP", "TSTP", "TTIN", "TTOU", "UNUSED", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU",
    "XFSZ", "RTMIN", "RTMAX",
)  # fmt: skip
#: Signals between the first and the last that are free to use.
_REAL_TIME = re.compile(r"RTMIN\+(?:[1-9]|1[0-5])|RTMAX-(?:[1-9]|1[0-4])")
_HEALTH = {
    "interval": "Interval",
    "timeout": "Timeout",
    "start-period": "StartPeriod",
    "start-interval": "StartInterval",
}


class Settings:
    """The inner ``config`` of an image while it is built; ``run`` maps Docker's keys to values."""

    __slots__ = ("author", "cmd_here", "run")

    def __init__(self, run: Mapping[str, Any] | None = None) -> None:
        self.run: dict[str, Any] = dict(run or {})
        self.author = ""
        #: Whether this stage has a CMD of its own, which an ENTRYPOINT then leaves alone.
        self.cmd_here = False

    def copy(self) -> Settings:
        """The same, for a stage that begins with this one."""
        return Settings(self.run)

    @property
    def env(self) -> dict[str, str]:
        """Variables by name."""
        pairs = (pair.partition("=") for pair in self.run.get("Env") or ())
        return {name: value for name, _, value in pairs}

    @property
    def working_dir(self) -> str:
        """Where relative paths begin."""
        return str(self.run.get("WorkingDir") or "")

    @property
    def shell(self) -> list[str]:
        """What a command without a list is given to."""
        return list(self.run.get("Shell") or _SHELL)

    def set_env(self, name: str, value: str) -> None:
        """Set a variable, in its place where it has one."""
        pairs = list(self.run.get("Env") or ())
        names = [pair.partition("=")[0] for pair in pairs]
        if name in names:
            pairs[names.index(name)] = f"{name}={value}"
        else:
            pairs.append(f"{name}={value}")
        self.run["Env"] = pairs

    def change(self, step: Instruction, fill: Callable[[str], str], *, buildkit: bool) -> str:
        """Do what an instruction says that touches no file; what history says of it."""
        return _CHANGES[step.name](self, step, fill, buildkit)


_Fill = Callable[[str], str]


def go_list(words: list[str]) -> str:
    """A list of texts as Go's ``%q`` prints it."""
    return "[" + " ".join(json.dumps(word, ensure_ascii=False) for word in words) + "]"


def _env(settings: Settings, step: Instruction, fill: _Fill, buildkit: bool) -> str:
    pairs = [(fill(pair.name), fill(pair.value or "")) for pair in step.pairs]
    for name, value in pairs:
        settings.set_env(name, value)
    return "ENV " + " ".join(f"{name}={value}" for name, value in pairs)


def _label(settings: Settings, step: Instruction, fill: _Fill, buildkit: bool) -> str:
    pairs = [(fill(pair.name), fill(pair.value or "")) for pair in step.pairs]
    settings.run["Labels"] = {**(settings.run.get("Labels") or {}), **dict(pairs)}
    return "LABEL " + " ".join(f"{name}={value}" for name, value in pairs)


def _expose(settings: Settings, step: Instruction, fill: _Fill, buildkit: bool) -> str:
    words = [word for given in step.words for word in fill(given).split()]
    ports: dict[str, Any] = {port: {} for word in words for port in _ports(word)}
    before = settings.run.get("ExposedPorts") or {}
    settings.run["ExposedPorts"] = dict(sorted({**before, **ports}.items()))
    if not buildkit:
        return "EXPOSE " + " ".join(words)
    return "EXPOSE map[" + " ".join(f"{port}:{{}}" for port in sorted(ports)) + "]"


def _ports(word: str) -> list[str]:
    """``80``, ``80/udp`` and ``80-82`` as ports with their protocol."""
    text, *more = word.split("/")
    protocol = (more[0].lower() if more else "") or "tcp"
    if protocol not in ("tcp", "udp", "sctp"):
        raise InvalidDockerfile(f"Invalid proto: {protocol}")
    text = text.rpartition(":")[2]
    found = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    if not found or int(found[2] or found[1]) > 65_535 or int(found[1]) > int(found[2] or found[1]):
        raise InvalidDockerfile(f"Invalid containerPort: {text}")
    return [f"{port}/{protocol}" for port in range(int(found[1]), int(found[2] or found[1]) + 1)]


def _volume(settings: Settings, step: Instruction, fill: _Fill, buildkit: bool) -> str:
    paths = [fill(word) for word in step.words]
    if "" in paths:
        raise InvalidDockerfile("VOLUME specified can not be an empty string")
    before = settings.run.get("Volumes") or {}
    settings.run["Volumes"] = dict(sorted({**before, **{path: {} for path in paths}}.items()))
    return f"VOLUME [{' '.join(paths)}]"


def _user(settings: Settings, step: Instruction, fill: _Fill, buildkit: bool) -> str:
    settings.run["User"] = fill(step.words[0])
    return f"USER {settings.run['User']}"


def _workdir(settings: Settings, step: Instruction, fill: _Fill, buildkit: bool) -> str:
    path = fill(step.words[0])
    if not path and not buildkit:
        raise InvalidDockerfile("cannot normalize nothing")
    if not path.startswith("/"):
        path = normpath(f"{settings.working_dir or '/'}/{path}")
    elif buildkit:  # the legacy builder leaves a whole path as it was written
        path = normpath(path)
    settings.run["WorkingDir"] = "/" + path.lstrip("/")
    return f"WORKDIR {settings.working_dir}"


def _stop_signal(settings: Settings, step: Instruction, fill: _Fill, buildkit: bool) -> str:
    signal = fill(step.words[0])
    number = re.fullmatch(r"[+-]?\d+", signal)
    name = signal.upper().removeprefix("SIG")
    if not (int(signal) if number else name in _SIGNALS or _REAL_TIME.fullmatch(name)):
        raise InvalidDockerfile(f"Invalid signal: {signal}")
    settings.run["StopSignal"] = signal
    return f"STOPSIGNAL {signal}"


def _command(settings: Settings, step: Instruction, buildkit: bool) -> list[str]:
    if step.json:
        return list(step.words)
    words = [*step.words] if step.words or not buildkit else [""]
    return [*settings.shell, *words]


def _cmd(settings: Settings, step: Instruction, fill: _Fill, buildkit: bool) -> str:
    words = _command(settings, step, buildkit)
    settings.run["Cmd"] = words
    settings.cmd_here = True
    if buildkit:
        settings.run["ArgsEscaped"] = True
    return f"CMD {go_list(words)}"


def _entrypoint(settings: Settings, step: Instruction, fill: _Fill, buildkit: bool) -> str:
    words = _command(settings, step, buildkit) if step.words or buildkit else []
    settings.run["Entrypoint"] = words
    if not settings.cmd_here:
        settings.run["Cmd"] = None
    return f"ENTRYPOINT {go_list(words)}"


def _shell(settings: Settings, step: Instruction, fill: _Fill, buildkit: bool) -> str:
    settings.run["Shell"] = list(step.words)
    return f"SHELL [{' '.join(step.words)}]"


def _health(settings: Settings, step: Instruction, fill: _Fill, buildkit: bool) -> str:
    kind = step.words[0].upper()
    if kind == "CMD" and not step.json:
        kind = "CMD-SHELL"
    check: dict[str, Any] = {"Test": [kind, *step.command]}
    for flag, key in _HEALTH.items():
        if ns := duration_ns(step.flag(flag))[0]:
            check[key] = ns
    if retries := int(step.flag("retries") or 0):
        check["Retries"] = retries
    settings.run["Healthcheck"] = check
    spans = (duration_text(check.get(key, 0)) for key in ("Interval", "Timeout", "StartPeriod"))
    shown = " ".join(f'"{span}"' for span in spans)
    return f"HEALTHCHECK &{{{go_list(check['Test'])} {shown} {_rune(retries)}}}"


def _rune(number: int) -> str:
    """A number as Go's ``%q`` prints it: as a character."""
    if number < 32:
        return f"'\\x{number:02x}'"
    return f"'{chr(number) if number <= sys.maxunicode else _NO_CHARACTER}'"


def _maintainer(settings: Settings, step: Instruction, fill: _Fill, buildkit: bool) -> str:
    settings.author = step.words[0]
    return f"MAINTAINER {step.words[0]}"


_CHANGES: dict[str, Callable[[Settings, Instruction, _Fill, bool], str]] = {
    "CMD": _cmd,
    "ENTRYPOINT": _entrypoint,
    "ENV": _env,
    "EXPOSE": _expose,
    "HEALTHCHECK": _health,
    "LABEL": _label,
    "MAINTAINER": _maintainer,
    "SHELL": _shell,
    "STOPSIGNAL": _stop_signal,
    "USER": _user,
    "VOLUME": _volume,
    "WORKDIR": _workdir,
}
