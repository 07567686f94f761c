"""What the daemon says of itself: ``GET /version`` and ``GET /info``.

Recorded from daemon 20.10.24 of Debian 12; what depends on the machine it ran on (memory, kernel,
folders) is that of a laptop which is the same for everybody.
"""

from __future__ import annotations

from typing import Any

from labsim.docker.phrases import HUB
from labsim.docker.voices import voice_of
from labsim.engine.dialect import CLASSIC
from labsim.timestamp import rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.engine import Engine

__all__ = ["api_range", "information", "ping_headers", "signature", "versions"]

_ENGINE = ("ApiVersion", "MinAPIVersion", "GitCommit", "GoVersion", "Os", "Arch", "KernelVersion")
#: What ``docker version`` knows by other names.
_KNOWN_AS = {"ApiVersion": "APIVersion"}


def api_range(engine: Engine) -> tuple[str, str]:
    """The oldest and the newest version of the API that this daemon speaks."""
    server = voice_of(engine).versions().server
    return server["MinAPIVersion"], server["APIVersion"]


def signature(engine: Engine) -> tuple[tuple[str, str], ...]:
    """What every answer of a known endpoint begins with."""
    server = voice_of(engine).versions().server
    return (
        ("Api-Version", server["APIVersion"]),
        ("Docker-Experimental", "false"),
        ("Ostype", "linux"),
        ("Server", f"Docker/{server['Version']} (linux)"),
    )


def ping_headers(engine: Engine) -> tuple[tuple[str, str], ...]:
    """What else ``/_ping`` carries.

    A daemon of 20.10 leaves the choice of a builder to the client, and so says no
    ``Builder-Version``; a newer one says 2 for BuildKit, and ours 1, which is what it speaks.
    """
    builder = () if engine.dialect == CLASSIC else (("Builder-Version", "1"),)
    return (
        *builder,
        ("Cache-Control", "no-cache, no-store, must-revalidate"),
        ("Pragma", "no-cache"),
        ("Content-Type", "text/plain; charset=utf-8"),
    )


def versions(engine: Engine) -> dict[str, Any]:
    """``GET /version``: the daemon and what it is made of."""
    found = voice_of(engine).versions()
    server = {key: found.server[_KNOWN_AS.get(key, key)] for key in _ENGINE}
    built = found.server["BuildTime"]
    details = {**server, "BuildTime": built, "Experimental": "false"}
    number = found.server["Version"]
    parts = [("Engine", number, dict(sorted(details.items())))]
    parts += [(part.name, part.version, {"GitCommit": part.commit}) for part in found.parts]
    return {
        "Platform": {"Name": found.platform},
        "Components": [
            {"Name": name, "Version": version, "Details": more} for name, version, more in parts
        ],
        "Version": number,
        **server,
        "BuildTime": built,
    }


def information(engine: Engine, now_us: int) -> dict[str, Any]:
    """``GET /info``: the laptop, as far as there is one."""
    return {
        **_counts(engine),
        **_storage(),
        **_abilities(),
        "SystemTime": rfc3339(now_us),
        **_system(engine),
        **_runtimes(engine),
        "SecurityOptions": ["name=seccomp,profile=default"],
        "Warnings": None,
    }


def _counts(engine: Engine) -> dict[str, Any]:
    containers = ("Containers", "ContainersRunning", "ContainersPaused", "ContainersStopped")
    return {
        "ID": ":".join(["LABS"] * 12),
        **dict.fromkeys(containers, 0),
        "Images": len(engine.images()),
    }


def _storage() -> dict[str, Any]:
    status = (
        ("Backing Filesystem", "extfs"),
        ("Supports d_type", "true"),
        ("Native Overlay Diff", "true"),
        ("userxattr", "false"),
    )
    logs = "awslogs fluentd gcplogs gelf journald json-file local logentries splunk syslog"
    networks = "bridge host ipvlan macvlan null overlay"
    return {
        "Driver": "overlay2",
        "DriverStatus": [list(pair) for pair in status],
        "Plugins": {
            "Volume": ["local"],
            "Network": networks.split(),
            "Authorization": None,
            "Log": logs.split(),
        },
    }


def _abilities() -> dict[str, Any]:
    able = (
        "MemoryLimit SwapLimit KernelMemory KernelMemoryTCP CpuCfsPeriod CpuCfsQuota CPUShares"
        " CPUSet PidsLimit IPv4Forwarding BridgeNfIptables BridgeNfIp6tables"
    )
    return {
        **dict.fromkeys(able.split(), True),
        "Debug": False,
        "NFd": 22,
        "OomKillDisable": True,
        "NGoroutines": 39,
    }


def _system(engine: Engine) -> dict[str, Any]:
    server = voice_of(engine).versions().server
    hub = {"Name": "docker.io", "Mirrors": [], "Secure": True, "Official": True}
    return {
        "LoggingDriver": "json-file",
        "CgroupDriver": "cgroupfs",
        "CgroupVersion": "1",
        "NEventsListener": 0,
        "KernelVersion": server["KernelVersion"],
        "OperatingSystem": "Debian GNU/Linux 12 (bookworm)",
        "OSVersion": "12",
        "OSType": "linux",
        "Architecture": "x86_64",
        "IndexServerAddress": HUB,
        "RegistryConfig": {
            "AllowNondistributableArtifactsCIDRs": [],
            "AllowNondistributableArtifactsHostnames": [],
            "InsecureRegistryCIDRs": ["127.0.0.0/8"],
            "IndexConfigs": {"docker.io": hub},
            "Mirrors": [],
        },
        "NCPU": 2,
        "MemTotal": 8 << 30,
        "GenericResources": None,
        "DockerRootDir": "/var/lib/docker",
        "HttpProxy": "",
        "HttpsProxy": "",
        "NoProxy": "",
        "Name": "laptop",
        "Labels": [],
        "ExperimentalBuild": False,
        "ServerVersion": server["Version"],
    }


def _runtimes(engine: Engine) -> dict[str, Any]:
    swarm = {
        "NodeID": "",
        "NodeAddr": "",
        "LocalNodeState": "inactive",
        "ControlAvailable": False,
        "Error": "",
        "RemoteManagers": None,
    }
    names = ("io.containerd.runc.v2", "io.containerd.runtime.v1.linux", "runc")
    parts = {part.name: part.commit for part in voice_of(engine).versions().parts}
    commits = {"Containerd": parts["containerd"], "Runc": parts["runc"]}
    commits |= {"Init": parts["docker-init"]}
    return {
        "Runtimes": {name: {"path": "runc"} for name in names},
        "DefaultRuntime": "runc",
        "Swarm": swarm,
        "LiveRestoreEnabled": False,
        "Isolation": "",
        "InitBinary": "docker-init",
        **{f"{name}Commit": {"ID": commit, "Expected": commit} for name, commit in commits.items()},
    }
