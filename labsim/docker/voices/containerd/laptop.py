"""What ``docker info`` tells of a laptop with Docker 29.7.2 from Docker's own packages.

Sources: cli 29.7 ``cli/command/system/info.go``; moby 29.7 ``api/types/system/info.go``,
``daemon/info.go``, ``daemon/info_unix.go`` and ``daemon/containerd/service.go``; values that a
machine decides as on the Debian 12 of the other engine's lab, with systemd and cgroups 2.
"""

from __future__ import annotations

from typing import Any

from labsim.docker.versions import CONTAINERD
from labsim.timestamp import rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.engine import Engine

__all__ = ["daemon_document", "document", "text"]

_ID = "1ab51ab5-1ab5-41ab-81ab-1ab51ab51ab5"
_NETWORKS = ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")
_LOGS = (
    "awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "splunk", "syslog",
)  # fmt: skip
_FOLDERS = ("/etc/cdi", "/var/run/cdi")
_INSECURE = ("::1/128", "127.0.0.0/8")
_HUB = "https://index.docker.io/v1/"
_TEXT = """\
Client: {platform}
 Version:    {version}
 Context:    default
 Debug Mode: false

Server:
 Containers: 0
  Running: 0
  Paused: 0
  Stopped: 0
 Images: {images}
 Server Version: {version}
 Storage Driver: overlayfs
  driver-type: io.containerd.snapshotter.v1
 Logging Driver: json-file
 Cgroup Driver: systemd
 Cgroup Version: 2
 Plugins:
  Volume: local
  Network: {networks}
  Log: {logs}
 CDI spec directories:
  /etc/cdi
  /var/run/cdi
 Swarm: inactive
 Runtimes: io.containerd.runc.v2 runc
 Default Runtime: runc
 Init Binary: docker-init
 containerd version: {containerd}
 runc version: {runc}
 init version: {init}
 Security Options:
  apparmor
  seccomp
   Profile: builtin
  cgroupns
 Kernel Version: 6.1.0
 Operating System: Debian GNU/Linux 12 (bookworm)
 OSType: linux
 Architecture: x86_64
 CPUs: 2
 Total Memory: 8GiB
 Name: laptop
 ID: {id}
 Docker Root Dir: /var/lib/docker
 Debug Mode: false
{username} Experimental: false
 Insecure Registries:
  ::1/128
  127.0.0.0/8
 Live Restore Enabled: false
 Firewall Backend: iptables

"""


def text(engine: Engine, username: str) -> str:
    """All of it; ``username`` is who is logged in at the Hub."""
    return _TEXT.format(
        platform=CONTAINERD.platform,
        version=CONTAINERD.server["Version"],
        images=len(engine.images()),
        networks=" ".join(_NETWORKS),
        logs=" ".join(_LOGS),
        username=f" Username: {username}\n" if username else "",
        id=_ID,
        **_commits(),
    )


def _commits() -> dict[str, str]:
    """Commits of the parts, by the names of this page."""
    containerd, runc, init = (part.commit for part in CONTAINERD.parts)
    return {"containerd": containerd, "runc": runc, "init": init}


def document(engine: Engine, now_us: int) -> dict[str, Any]:
    """The same, and what the client adds of itself."""
    client = {name: said for name, said in CONTAINERD.client.items() if name != "APIVersion"}
    return {
        **daemon_document(engine, now_us),
        "ClientInfo": {
            "Debug": False,
            "Platform": {"Name": CONTAINERD.platform},
            **client,
            "Plugins": [],
            "Warnings": None,
        },
    }


def daemon_document(engine: Engine, now_us: int) -> dict[str, Any]:
    """``GET /info``."""
    states = ("Containers", "ContainersRunning", "ContainersPaused", "ContainersStopped")
    limits = (
        "MemoryLimit", "SwapLimit", "CpuCfsPeriod", "CpuCfsQuota", "CPUShares", "CPUSet",
        "PidsLimit", "IPv4Forwarding",
    )  # fmt: skip
    return {
        "ID": _ID,
        **dict.fromkeys(states, 0),
        "Images": len(engine.images(everything=True)),
        "Driver": "overlayfs",
        "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]],
        "Plugins": {
            "Volume": ["local"],
            "Network": list(_NETWORKS),
            "Authorization": None,
            "Log": list(_LOGS),
        },
        **dict.fromkeys(limits, True),
        "Debug": False,
        "NFd": 22,
        "OomKillDisable": False,
        "NGoroutines": 39,
        "SystemTime": rfc3339(now_us),
        "LoggingDriver": "json-file",
        "CgroupDriver": "systemd",
        "CgroupVersion": "2",
        "NEventsListener": 0,
        **_machine(),
        **_software(),
    }


def _machine() -> dict[str, Any]:
    index = {"Name": "docker.io", "Mirrors": [], "Secure": True, "Official": True}
    return {
        "KernelVersion": "6.1.0",
        "OperatingSystem": "Debian GNU/Linux 12 (bookworm)",
        "OSVersion": "12",
        "OSType": "linux",
        "Architecture": "x86_64",
        "IndexServerAddress": _HUB,
        "RegistryConfig": {
            "InsecureRegistryCIDRs": list(_INSECURE),
            "IndexConfigs": {"docker.io": index},
            "Mirrors": None,
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
    }


def _software() -> dict[str, Any]:
    commits = _commits()
    return {
        "ServerVersion": CONTAINERD.server["Version"],
        "Runtimes": {name: {"path": "runc"} for name in ("io.containerd.runc.v2", "runc")},
        "DefaultRuntime": "runc",
        "Swarm": {
            "NodeID": "",
            "NodeAddr": "",
            "LocalNodeState": "inactive",
            "ControlAvailable": False,
            "Error": "",
            "RemoteManagers": None,
        },
        "LiveRestoreEnabled": False,
        "Isolation": "",
        "InitBinary": "docker-init",
        "ContainerdCommit": {"ID": commits["containerd"]},
        "RuncCommit": {"ID": commits["runc"]},
        "InitCommit": {"ID": commits["init"]},
        "SecurityOptions": ["name=apparmor", "name=seccomp,profile=builtin", "name=cgroupns"],
        "FirewallBackend": {"Driver": "iptables"},
        "CDISpecDirs": list(_FOLDERS),
        "Containerd": {
            "Address": "/run/containerd/containerd.sock",
            "Namespaces": {"Containers": "moby", "Plugins": "plugins.moby"},
        },
        "Warnings": None,
    }
