"""What the daemon says of itself: ``GET /version`` and ``GET /info``.

Recorded from daemon 20.10.24 of Debian 12; what depends on the machine it ran on (memory, kernel,
folders) is that of a laptop which is the same for everybody.
"""

from __future__ import annotations

from typing import Any

from labsim.docker.phrases import HUB
from labsim.timestamp import rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.engine import Engine

__all__ = ["API_VERSION", "HEADERS", "MIN_API_VERSION", "information", "ping_headers", "versions"]

API_VERSION = "1.41"
MIN_API_VERSION = "1.12"
_VERSION = "20.10.24+dfsg1"
_KERNEL = "6.1.0"
_CONTAINERD = "1.6.20~ds1-1+deb12u3"
_RUNC = "1.1.5+ds1-1+deb12u1"
_BUILT = "2026-05-07T21:09:36.000000000+00:00"
#: What every answer of a known endpoint begins with.
HEADERS = (
    ("Api-Version", API_VERSION),
    ("Docker-Experimental", "false"),
    ("Ostype", "linux"),
    ("Server", f"Docker/{_VERSION} (linux)"),
)


def ping_headers() -> tuple[tuple[str, str], ...]:
    """What else ``/_ping`` carries.

    No ``Builder-Version``: this daemon leaves the choice to the client, and one that is not told
    uses the builder that speaks this API.
    """
    return (
        ("Cache-Control", "no-cache, no-store, must-revalidate"),
        ("Pragma", "no-cache"),
        ("Content-Type", "text/plain; charset=utf-8"),
    )


def versions() -> dict[str, Any]:
    """``GET /version``: the daemon and what it is made of."""
    engine = {
        "ApiVersion": API_VERSION,
        "Arch": "amd64",
        "BuildTime": _BUILT,
        "Experimental": "false",
        "GitCommit": "5d6db84",
        "GoVersion": "go1.19.8",
        "KernelVersion": _KERNEL,
        "MinAPIVersion": MIN_API_VERSION,
        "Os": "linux",
    }
    parts = (
        ("Engine", _VERSION, engine),
        ("containerd", "1.6.20~ds1", {"GitCommit": _CONTAINERD}),
        ("runc", "1.1.5+ds1", {"GitCommit": _RUNC}),
        ("docker-init", "0.19.0", {"GitCommit": ""}),
    )
    order = ("ApiVersion", "MinAPIVersion", "GitCommit", "GoVersion", "Os", "Arch", "KernelVersion")
    return {
        "Platform": {"Name": ""},
        "Components": [
            {"Name": name, "Version": number, "Details": details} for name, number, details in parts
        ],
        "Version": _VERSION,
        **{key: engine[key] for key in order},
        "BuildTime": _BUILT,
    }


def information(engine: Engine, now_us: int) -> dict[str, Any]:
    """``GET /info``: the laptop, as far as there is one."""
    return {
        **_counts(engine),
        **_storage(),
        **_abilities(),
        "SystemTime": rfc3339(now_us),
        **_system(),
        **_runtimes(),
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


def _system() -> dict[str, Any]:
    hub = {"Name": "docker.io", "Mirrors": [], "Secure": True, "Official": True}
    return {
        "LoggingDriver": "json-file",
        "CgroupDriver": "cgroupfs",
        "CgroupVersion": "1",
        "NEventsListener": 0,
        "KernelVersion": _KERNEL,
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
        "ServerVersion": _VERSION,
    }


def _runtimes() -> dict[str, Any]:
    swarm = {
        "NodeID": "",
        "NodeAddr": "",
        "LocalNodeState": "inactive",
        "ControlAvailable": False,
        "Error": "",
        "RemoteManagers": None,
    }
    names = ("io.containerd.runc.v2", "io.containerd.runtime.v1.linux", "runc")
    commits = {"Containerd": _CONTAINERD, "Runc": _RUNC, "Init": ""}
    return {
        "Runtimes": {name: {"path": "runc"} for name in names},
        "DefaultRuntime": "runc",
        "Swarm": swarm,
        "LiveRestoreEnabled": False,
        "Isolation": "",
        "InitBinary": "docker-init",
        **{f"{name}Commit": {"ID": commit, "Expected": commit} for name, commit in commits.items()},
    }
