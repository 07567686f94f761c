"""What ``docker version`` knows: of the CLI, of the daemon, and of the parts of the daemon.

Sources: recorded from CLI 28.2.2 in front of daemon 20.10.24; for 29.7.2, ``docker version`` of
Docker's own packages for Linux as published by people who installed them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.templates import Struct

__all__ = ["CLASSIC", "CONTAINERD", "Component", "Versions"]


class Component(NamedTuple):
    """A part of the daemon."""

    name: str
    version: str
    commit: str


class Versions(NamedTuple):
    """A pair of CLI and daemon; ``client`` and ``server`` by the names that templates use."""

    platform: str
    client: Mapping[str, str]
    server: Mapping[str, str]
    built: str
    parts: tuple[Component, ...]

    @property
    def text(self) -> str:
        """Without ``--format``."""
        client, server, named = self.client, self.server, f" {self.platform}".rstrip()
        spoken, own = client["APIVersion"], client["DefaultAPIVersion"]
        heard = f"{server['APIVersion']} (minimum version {server['MinAPIVersion']})"
        lower = f" (downgraded from {own})" if own != spoken else ""
        lines = [
            f"Client:{named}",
            f" Version:           {client['Version']}",
            f" API version:       {spoken}{lower}",
            f" Go version:        {client['GoVersion']}",
            f" Git commit:        {client['GitCommit']}",
            f" Built:             {client['BuildTime']}",
            f" OS/Arch:           {client['Os']}/{client['Arch']}",
            f" Context:           {client['Context']}",
            "",
            f"Server:{named}",
            " Engine:",
            f"  Version:          {server['Version']}",
            f"  API version:      {heard}",
            f"  Go version:       {server['GoVersion']}",
            f"  Git commit:       {server['GitCommit']}",
            f"  Built:            {self.built}",
            f"  OS/Arch:          {server['Os']}/{server['Arch']}",
            "  Experimental:     false",
        ]
        for part in self.parts:
            lines += [f" {part.name}:", f"  Version:          {part.version}"]
            lines += [f"  GitCommit:        {part.commit}"]
        return "\n".join((*lines, ""))

    def values(self) -> Struct:
        """The values as the CLI's template sees them (``cli/command/system/version.go``)."""
        from labsim.docker.templates import Struct

        names = {"APIVersion": "ApiVersion"}
        server = {
            "Platform": Struct("struct { Name string }", {"Name": self.platform}),
            "Components": self._components(),
            **self.server,
        }
        client: dict[str, object] = dict(self.client)
        if self.platform:
            client = {"Platform": Struct("system.platformInfo", {"Name": self.platform}), **client}
        return Struct(
            "system.versionInfo",
            {
                "Client": Struct("system.clientVersion", client, json_names=names),
                "Server": Struct("*types.Version", server, json_names=names),
            },
        )

    def _components(self) -> list[Struct]:
        from labsim.docker.templates import Struct

        server = self.server
        engine = {
            "ApiVersion": server["APIVersion"],
            "Arch": server["Arch"],
            "BuildTime": self.built,
            "Experimental": "false",
            "GitCommit": server["GitCommit"],
            "GoVersion": server["GoVersion"],
            "KernelVersion": server["KernelVersion"],
            "MinAPIVersion": server["MinAPIVersion"],
            "Os": server["Os"],
        }
        rows = [("Engine", server["Version"], engine)]
        rows += [(part.name, part.version, {"GitCommit": part.commit}) for part in self.parts]
        return [
            Struct("types.ComponentVersion", {"Name": name, "Version": number, "Details": details})
            for name, number, details in rows
        ]


CLASSIC = Versions(
    "",
    {
        "Version": "28.2.2",
        "APIVersion": "1.41",
        "DefaultAPIVersion": "1.50",
        "GitCommit": "e6534b4",
        "GoVersion": "go1.24.3",
        "Os": "linux",
        "Arch": "amd64",
        "BuildTime": "Fri May 30 12:07:14 2025",
        "Context": "default",
    },
    {
        "Version": "20.10.24+dfsg1",
        "APIVersion": "1.41",
        "MinAPIVersion": "1.12",
        "GitCommit": "5d6db84",
        "GoVersion": "go1.19.8",
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": "6.1.0",
        "BuildTime": "2026-05-07T21:09:36.000000000+00:00",
    },
    "Thu May  7 21:09:36 2026",
    (
        Component("containerd", "1.6.20~ds1", "1.6.20~ds1-1+deb12u3"),
        Component("runc", "1.1.5+ds1", "1.1.5+ds1-1+deb12u1"),
        Component("docker-init", "0.19.0", ""),
    ),
)

CONTAINERD = Versions(
    "Docker Engine - Community",
    {
        "Version": "29.7.2",
        "APIVersion": "1.55",
        "DefaultAPIVersion": "1.55",
        "GitCommit": "a7dcaa6",
        "GoVersion": "go1.26.5",
        "Os": "linux",
        "Arch": "amd64",
        "BuildTime": "Wed Aug  5 18:28:53 2026",
        "Context": "default",
    },
    {
        "Version": "29.7.2",
        "APIVersion": "1.55",
        "MinAPIVersion": "1.40",
        "GitCommit": "6a43e3d",
        "GoVersion": "go1.26.5",
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": "6.1.0",
        "BuildTime": "2026-08-05T18:28:53.000000000+00:00",
    },
    "Wed Aug  5 18:28:53 2026",
    (
        Component("containerd", "v2.3.4", "db8809540e1a7a9da5d518876894933ff55692ab"),
        Component("runc", "1.4.3", "v1.4.3-0-gbb14dabe"),
        Component("docker-init", "0.19.0", "de40ad0"),
    ),
)
