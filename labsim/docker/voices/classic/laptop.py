"""What ``docker info`` tells of the laptop: recorded from CLI 28.2.2 and daemon 20.10.24."""

from __future__ import annotations

from typing import Any

from labsim.docker.versions import CLASSIC
from labsim.timestamp import rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.engine.engine import Engine

__all__ = ["daemon_document", "document", "text"]

TEXT = """\
Client:
 Version:    28.2.2
 Context:    default
 Debug Mode: false

Server:
 Containers: 0
  Running: 0
  Paused: 0
  Stopped: 0
 Images: {}
 Server Version: 20.10.24+dfsg1
 Storage Driver: overlay2
  Backing Filesystem: extfs
  Supports d_type: true
  Native Overlay Diff: true
  userxattr: false
 Logging Driver: json-file
 Cgroup Driver: cgroupfs
 Cgroup Version: 1
 Plugins:
  Volume: local
  Network: bridge host ipvlan macvlan null overlay
  Log: awslogs fluentd gcplogs gelf journald json-file local logentries splunk syslog
 Swarm: inactive
 Runtimes: io.containerd.runc.v2 io.containerd.runtime.v1.linux runc
 Default Runtime: runc
 Init Binary: docker-init
 containerd version: 1.6.20~ds1-1+deb12u3
 runc version: 1.1.5+ds1-1+deb12u1
 init version:{}
 Security Options:
  seccomp
   Profile: default
 Kernel Version: 6.1.0
 Operating System: Debian GNU/Linux 12 (bookworm)
 OSType: linux
 Architecture: x86_64
 CPUs: 2
 Total Memory: 8GiB
 Name: laptop
 ID: LABS:LABS:LABS:LABS:LABS:LABS:LABS:LABS:LABS:LABS:LABS:LABS
 Docker Root Dir: /var/lib/docker
 Debug Mode: false
{} Experimental: false
 Insecure Registries:
  127.0.0.0/8
 Live Restore Enabled: false

"""
_DRIVER = (
    ("Backing Filesystem", "extfs"),
    ("Supports d_type", "true"),
    ("Native Overlay Diff", "true"),
    ("userxattr", "false"),
)
_NETWORKS = ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")
_LOGS = (
    "awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "logentries",
    "splunk", "syslog",
)  # fmt: skip
_CONTAINERD, _RUNC = "1.6.20~ds1-1+deb12u3", "1.1.5+ds1-1+deb12u1"
#: What the daemon tells and the types of CLI 28 do not have.
_GONE = ("BridgeNfIptables", "BridgeNfIp6tables")
#: What they have of the configuration of registries.
_PLACES = ("IndexConfigs", "InsecureRegistryCIDRs", "Mirrors")
_INDEX = "https://index.docker.io/v1/"


def text(engine: Engine, username: str) -> str:
    """All of it; ``username`` is who is logged in at the Hub."""
    line = f" Username: {username}\n" if username else ""
    return TEXT.format(len(engine.images()), " ", line)


def document(engine: Engine, now_us: int) -> dict[str, Any]:
    """What the client makes of it: without what its types no longer have, and with itself."""
    told = daemon_document(engine, now_us)
    warnings = told.pop("Warnings")
    for gone in _GONE:
        del told[gone]
    places = {key: told["RegistryConfig"][key] for key in _PLACES}
    told |= {"RegistryConfig": places, "InitCommit": {"ID": ""}}
    return {**told, "CDISpecDirs": None, "Warnings": warnings, "ClientInfo": _client()}


def daemon_document(engine: Engine, now_us: int) -> dict[str, Any]:
    """``GET /info`` of daemon 20.10.24."""
    images = len(engine.images(everything=True))
    counts = {
        "Containers": 0,
        "ContainersRunning": 0,
        "ContainersPaused": 0,
        "ContainersStopped": 0,
    }
    limits = (
        "MemoryLimit", "SwapLimit", "KernelMemory", "KernelMemoryTCP", "CpuCfsPeriod",
        "CpuCfsQuota", "CPUShares", "CPUSet", "PidsLimit", "IPv4Forwarding",
    )  # fmt: skip
    return {
        "ID": ":".join(["LABS"] * 12),
        **counts,
        "Images": images,
        "Driver": "overlay2",
        "DriverStatus": [list(pair) for pair in _DRIVER],
        "Plugins": {
            "Volume": ["local"],
            "Network": list(_NETWORKS),
            "Authorization": None,
            "Log": list(_LOGS),
        },
        **dict.fromkeys((*limits, *_GONE), True),
        "Debug": False,
        "NFd": 22,
        "OomKillDisable": True,
        "NGoroutines": 39,
        "SystemTime": rfc3339(now_us),
        "LoggingDriver": "json-file",
        "CgroupDriver": "cgroupfs",
        "CgroupVersion": "1",
        "NEventsListener": 0,
        **_machine(),
        **_software(),
    }


def _machine() -> dict[str, Any]:
    index = {"Mirrors": [], "Name": "docker.io", "Official": True, "Secure": True}
    return {
        "KernelVersion": "6.1.0",
        "OperatingSystem": "Debian GNU/Linux 12 (bookworm)",
        "OSVersion": "12",
        "OSType": "linux",
        "Architecture": "x86_64",
        "IndexServerAddress": _INDEX,
        "RegistryConfig": {
            "AllowNondistributableArtifactsCIDRs": [],
            "AllowNondistributableArtifactsHostnames": [],
            "InsecureRegistryCIDRs": ["127.0.0.0/8"],
            "IndexConfigs": {"docker.io": index},
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
    }


def _software() -> dict[str, Any]:
    runtimes = ("io.containerd.runc.v2", "io.containerd.runtime.v1.linux", "runc")
    return {
        "ServerVersion": "20.10.24+dfsg1",
        "Runtimes": {name: {"path": "runc"} for name in runtimes},
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
        "ContainerdCommit": {"ID": _CONTAINERD, "Expected": _CONTAINERD},
        "RuncCommit": {"ID": _RUNC, "Expected": _RUNC},
        "InitCommit": {"ID": "", "Expected": ""},
        "SecurityOptions": ["name=seccomp,profile=default"],
        "Warnings": None,
    }


def _client() -> dict[str, Any]:
    client = {key: value for key, value in CLASSIC.client.items() if key != "APIVersion"}
    return {"Debug": False, **client, "Plugins": [], "Warnings": None}
