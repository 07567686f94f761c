"""``docker version``: the pair whose words the lab speaks."""

from __future__ import annotations

from labsim.docker.grammar import Call, Command, Count
from labsim.errors import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.templates import Struct

__all__ = ["COMMAND"]

TEXT = """\
Client:
 Version:           28.2.2
 API version:       1.41 (downgraded from 1.50)
 Go version:        go1.24.3
 Git commit:        e6534b4
 Built:             Fri May 30 12:07:14 2025
 OS/Arch:           linux/amd64
 Context:           default

Server:
 Engine:
  Version:          20.10.24+dfsg1
  API version:      1.41 (minimum version 1.12)
  Go version:       go1.19.8
  Git commit:       5d6db84
  Built:            Thu May  7 21:09:36 2026
  OS/Arch:          linux/amd64
  Experimental:     false
 containerd:
  Version:          1.6.20~ds1
  GitCommit:        1.6.20~ds1-1+deb12u3
 runc:
  Version:          1.1.5+ds1
  GitCommit:        1.1.5+ds1-1+deb12u1
 docker-init:
  Version:          0.19.0
  GitCommit:        \n"""


def version(call: Call) -> int:
    """Print the pair, as text or through a template."""
    form = call.value("format")
    if not form:
        call.out(TEXT)
        return 0
    from labsim.docker.templates import Template, TemplateError

    try:
        template = Template("{{json .}}" if form == "json" else form, "version")
    except TemplateError as error:
        raise CommandError(f"template parsing error: {error}\n", 64) from None
    try:
        call.out(template.render(_values()) + "\n")
    except TemplateError as error:
        call.out("\n")
        raise CommandError(f"{error}\n") from None
    return 0


def _values() -> Struct:
    """The values as the CLI's template sees them (``cli/command/system/version.go``)."""
    from labsim.docker.templates import Struct

    client = {
        "Version": "28.2.2",
        "APIVersion": "1.41",
        "DefaultAPIVersion": "1.50",
        "GitCommit": "e6534b4",
        "GoVersion": "go1.24.3",
        "Os": "linux",
        "Arch": "amd64",
        "BuildTime": "Fri May 30 12:07:14 2025",
        "Context": "default",
    }
    server = {
        "Platform": Struct("struct { Name string }", {"Name": ""}),
        "Components": _components(),
        "Version": "20.10.24+dfsg1",
        "APIVersion": "1.41",
        "MinAPIVersion": "1.12",
        "GitCommit": "5d6db84",
        "GoVersion": "go1.19.8",
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": "6.1.0",
        "BuildTime": "2026-05-07T21:09:36.000000000+00:00",
    }
    names = {"APIVersion": "ApiVersion"}
    return Struct(
        "system.versionInfo",
        {
            "Client": Struct("system.clientVersion", client, json_names=names),
            "Server": Struct("*types.Version", server, json_names=names),
        },
    )


def _components() -> list[Struct]:
    from labsim.docker.templates import Struct

    engine = {
        "ApiVersion": "1.41",
        "Arch": "amd64",
        "BuildTime": "Thu May  7 21:09:36 2026",
        "Experimental": "false",
        "GitCommit": "5d6db84",
        "GoVersion": "go1.19.8",
        "KernelVersion": "6.1.0",
        "MinAPIVersion": "1.12",
        "Os": "linux",
    }
    parts: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("Engine", "20.10.24+dfsg1", engine),
        ("containerd", "1.6.20~ds1", {"GitCommit": "1.6.20~ds1-1+deb12u3"}),
        ("runc", "1.1.5+ds1", {"GitCommit": "1.1.5+ds1-1+deb12u1"}),
        ("docker-init", "0.19.0", {"GitCommit": ""}),
    )
    return [
        Struct("types.ComponentVersion", {"Name": name, "Version": number, "Details": details})
        for name, number, details in parts
    ]


COMMAND = Command("version", Count(0, 0), version, simulated=frozenset({"format"}), looks=True)
