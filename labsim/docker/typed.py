"""An image document as the CLI's templates see it: Go structs, with Go's idea of nothing.

Fields and their order: CLI 28.2.2's vendored ``api/types/image``, ``api/types/container`` and
``image-spec``; printed forms checked with the CLI.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from labsim.docker.documents import ZERO_TIME
from labsim.docker.templates import NIL, NilList, NilMap, Opaque, Struct
from labsim.docker.units import go_duration

__all__ = ["config_struct", "moment", "rootfs_struct", "typed_image", "unsaid"]

#: What a field is where the document does not say: a list, a map, a text, a number, a switch.
_NOTHING: dict[str, object] = {"l": NilList(), "m": NilMap(), "t": "", "n": 0, "b": False}
#: Fields with their kinds; ``!`` is written in JSON even when it is empty.
_IMAGE_CONFIG = (
    "User:t ExposedPorts:m Env:l Entrypoint:l Cmd:l Volumes:m WorkingDir:t Labels:m StopSignal:t"
    " ArgsEscaped:b Healthcheck:h OnBuild:l Shell:l"
)
_CONTAINER_CONFIG = (
    "Hostname:t! Domainname:t! User:t! AttachStdin:b! AttachStdout:b! AttachStderr:b!"
    " ExposedPorts:m Tty:b! OpenStdin:b! StdinOnce:b! Env:l! Cmd:l! Healthcheck:h ArgsEscaped:b"
    " Image:t! Volumes:m! WorkingDir:t! Entrypoint:l! NetworkDisabled:b MacAddress:t OnBuild:l!"
    " Labels:m! StopSignal:t StopTimeout:p Shell:l"
)
_HEALTHCHECK = "Test:l Interval:d Timeout:d StartPeriod:d StartInterval:d Retries:n"
_EXTENSION = 10  # what image-spec has comes first, then Docker's own


def typed_image(document: Mapping[str, Any]) -> Struct:
    """An ``image.InspectResponse``."""
    fields: dict[str, object] = {
        "ID": document["Id"],
        "RepoTags": document["RepoTags"],
        "RepoDigests": document["RepoDigests"],
        **{name: document[name] for name in ("Parent", "Comment", "Created", "Container")},
        "ContainerConfig": _struct(
            "container.Config", _CONTAINER_CONFIG, document["ContainerConfig"], pointer=True
        ),
        **{name: document[name] for name in ("DockerVersion", "Author")},
        "Config": config_struct(document["Config"]),
        "Architecture": document["Architecture"],
        "Variant": document.get("Variant", ""),
        "Os": document["Os"],
        "OsVersion": document.get("OsVersion", ""),
        "Size": document["Size"],
        "VirtualSize": document["VirtualSize"],
        "GraphDriver": _driver(document["GraphDriver"]),
        "RootFS": rootfs_struct(document["RootFS"]),
        "Metadata": Struct(
            "image.Metadata",
            {"LastTagTime": moment(document["Metadata"]["LastTagTime"])},
            plain=True,
        ),
        "Descriptor": NIL,
        "Manifests": NilList(),
    }
    optional = ("Container", "Variant", "OsVersion", "VirtualSize", "Descriptor", "Manifests")
    return Struct(
        "image.InspectResponse", fields, json_names={"ID": "Id"} | unsaid(fields, optional)
    )


def _driver(document: Mapping[str, Any]) -> Struct:
    data = NilMap() if document["Data"] is None else document["Data"]
    return Struct("storage.DriverData", {"Data": data, "Name": document["Name"]}, plain=True)


def rootfs_struct(document: Mapping[str, Any]) -> Struct:
    """An ``image.RootFS``."""
    fields = {"Type": document["Type"], "Layers": document.get("Layers", NilList())}
    return Struct("image.RootFS", fields, plain=True, json_names=unsaid(fields, ["Layers"]))


def config_struct(document: Mapping[str, Any] | None) -> object:
    """A ``DockerOCIImageConfig``: one struct in JSON and in paths, two where it is printed."""
    if document is None:
        return NIL
    whole = _struct("v1.DockerOCIImageConfig", _IMAGE_CONFIG, document, pointer=True)
    names = list(whole.fields)
    return _Joined(whole, names[:_EXTENSION], names[_EXTENSION:])


class _Joined(Struct):
    """A struct made of two embedded ones, printed one after the other."""

    __slots__ = ("parts",)

    def __init__(self, whole: Struct, *parts: list[str]) -> None:
        super().__init__(
            whole.type_name, whole.fields, json_names=whole.json_names, plain=True, pointer=True
        )
        self.parts = parts

    def printed(self) -> list[object]:
        """The embedded structs."""
        return [
            Struct(self.type_name, {name: self.fields[name] for name in part}, plain=True)
            for part in self.parts
        ]


def _struct(name: str, kinds: str, document: Mapping[str, Any], *, pointer: bool) -> Struct:
    fields: dict[str, object] = {}
    always = []
    for word in kinds.split():
        field, _, kind = word.partition(":")
        fields[field] = _value(kind[0], document.get(field))
        if kind.endswith("!"):
            always.append(field)
    optional = [field for field in fields if field not in always]
    return Struct(name, fields, json_names=unsaid(fields, optional), plain=True, pointer=pointer)


def _value(kind: str, value: Any) -> object:
    if kind == "h":
        return (
            NIL
            if value is None
            else _struct("v1.HealthcheckConfig", _HEALTHCHECK, value, pointer=True)
        )
    if kind == "d":
        return Opaque(go_duration(value or 0), value or 0, zero=not value)
    if kind == "p":
        return NIL if value is None else value
    if value is None:
        return _NOTHING[kind]
    if isinstance(value, dict):
        return {key: _empty(value[key]) for key in sorted(value)}
    return value


def _empty(value: object) -> object:
    """The value of a set's key is a struct without fields."""
    return Struct("struct {}", {}, plain=True) if value == {} else value


def unsaid(fields: Mapping[str, object], optional: Iterable[str]) -> dict[str, str | None]:
    """Names that JSON leaves out (``omitempty``)."""
    return {
        name: None for name in optional if not isinstance(fields[name], Struct) and not fields[name]
    }


def moment(text: str) -> Opaque:
    """A ``time.Time``."""
    day, _, clock = text.removesuffix("Z").partition("T")
    return Opaque(f"{day} {clock} +0000 UTC", text, zero=text == ZERO_TIME)
