"""What daemon 29.7 says about an image, and the types that its CLI reads it into.

The id is that of what the names lead to, maybe an index; the rest is about the one manifest that is
looked at, which an index may list without its bytes being here: then nothing is known of its
config.  ``Size`` is of packed bytes, an index's own document included; that is less than a list
shows.  Docker also tells which build made an image, by a number of BuildKit's; the lab's build is
another one.

Sources: moby 29.7 ``daemon/containerd/image_inspect.go`` and ``image_identity.go``,
``api/types/image/image_inspect.go``, ``daemon/server/router/image/image_routes.go`` (API 1.55).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labsim.docker.documents import ZERO_TIME, container_config, go_time
from labsim.docker.templates import NIL, NilList, NilMap, Struct
from labsim.docker.typed import config_struct, moment, rootfs_struct, unsaid
from labsim.engine.names import digest_reference
from labsim.errors import LabError
from labsim.image import HERE, Config
from labsim.reference import Reference
from labsim.timestamp import rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.digest import Digest, ImageID
    from labsim.engine.containerd import Containerd
    from labsim.image import Descriptor, Platform

__all__ = ["as_of", "identity_of", "image_document", "typed_image"]

#: The keys of a config in the order of their structs; what is empty is left out.
_CONFIG = (
    "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels",
    "StopSignal", "ArgsEscaped", "Healthcheck", "OnBuild", "Shell",
)  # fmt: skip


def image_document(
    engine: Containerd, image_id: ImageID, platform: Platform | None
) -> dict[str, Any]:
    """``GET /images/{name}/json``; ``UnknownImage`` where the platform is none of its."""
    target = engine.target(image_id)
    best = _best(engine, image_id, platform)
    config = _config(engine, best)
    given = {} if config is None else config.document
    shown = target if platform is None else best
    run = container_config(given.get("config") or {})
    return {
        "Id": str(shown.digest),
        **_names(engine, image_id, target.digest),
        **_said("Comment", config.history[-1].comment if config and config.history else ""),
        **_said("Created", go_time(config.created) if config and config.created else ""),
        **_said("Author", given.get("author")),
        "Config": {key: run[key] for key in _CONFIG if run.get(key)},
        "Architecture": given.get("architecture") or "",
        **_said("Variant", given.get("variant")),
        "Os": given.get("os") or "",
        **_said("OsVersion", given.get("os.version")),
        "Size": _size(engine, target, best),
        "RootFS": _rootfs(config),
        "Metadata": {"LastTagTime": rfc3339(engine.tagged_us.get(image_id, 0))},
        "Descriptor": shown.document(),
        **identity_of(engine, target.digest),
    }


#: What a config had before API 1.52 though it was empty, and more of it before 1.50.
_ALWAYS: dict[str, object] = {
    **dict.fromkeys(("Cmd", "Entrypoint", "Env", "Labels", "OnBuild", "Volumes")),
    "User": "",
    "WorkingDir": "",
}
_ONCE: dict[str, object] = {
    **dict.fromkeys(("AttachStderr", "AttachStdin", "AttachStdout"), False),
    **dict.fromkeys(("OpenStdin", "StdinOnce", "Tty"), False),
    **dict.fromkeys(("Domainname", "Hostname", "Image"), ""),
}


def as_of(document: dict[str, Any], speaks: Callable[[str], bool]) -> dict[str, Any]:
    """The same for a client of an older API: what it had is there, what it had not is left out.

    Where something is added, every object's keys are in the order of their names.  Source:
    ``image_routes.go`` (``getImagesByName``) and ``inspect_response.go``.
    """
    told = {key: value for key, value in document.items() if key != "Identity" or speaks("1.53")}
    if speaks("1.52"):
        return told
    if not speaks("1.48"):
        del told["Descriptor"]
    if not speaks("1.45"):
        told |= {"Container": "", "ContainerConfig": None}
    if not speaks("1.44"):
        told |= {"VirtualSize": told["Size"], "Created": told.get("Created", ZERO_TIME)}
    empty = dict.fromkeys(("Parent", "Comment", "DockerVersion", "Author"), "")
    driver = {"Data": None, "Name": "overlayfs"}
    config = _ALWAYS if speaks("1.50") else {**_ALWAYS, **_ONCE}
    told = {**empty, "GraphDriver": driver, **told, "Config": {**config, **told["Config"]}}
    return {key: _by_name(told[key]) for key in sorted(told)}


def _by_name(value: Any) -> Any:
    if isinstance(value, list):
        return [_by_name(one) for one in value]
    return {k: _by_name(value[k]) for k in sorted(value)} if isinstance(value, dict) else value


def _said(key: str, value: object) -> dict[str, object]:
    return {key: value} if value else {}


def _best(engine: Containerd, image_id: ImageID, platform: Platform | None) -> Descriptor:
    """The manifest for a platform, or else for this machine, or any; here or not."""
    rows = list(engine.manifests(image_id))
    if platform is not None:
        rows = [row for row in rows if platform.runs(row[1])]
    if not rows:
        raise engine.lacks(platform)
    return min(rows, key=lambda row: not HERE.runs(row[1]))[0]


def _config(engine: Containerd, best: Descriptor) -> Config | None:
    """Its config, if that is here."""
    children = engine.content.children(best)
    blob = engine.content.get(children[0].digest) if children else None
    return None if blob is None else Config.read(blob)


def _names(engine: Containerd, image_id: ImageID, digest: Digest) -> dict[str, list[str]]:
    """Names as they stand, those with a digest too; and each repository with the digest."""
    names = engine.names.of(image_id)
    by_digest = [digest_reference(name, digest).familiar for name in names]
    return {
        "RepoTags": [name.familiar for name in names],
        "RepoDigests": list(dict.fromkeys(by_digest)),
    }


def _size(engine: Containerd, target: Descriptor, best: Descriptor) -> int:
    index = target.size if target.digest != best.digest else 0
    return index + best.size + sum(one.size for one in engine.content.children(best))


def _rootfs(config: Config | None) -> dict[str, object]:
    if config is None:
        return {}
    return {"Type": "layers", **_said("Layers", [str(one) for one in config.diff_ids])}


def identity_of(engine: Containerd, digest: Digest) -> dict[str, object]:
    """The repositories that are known to have had it, without the ports of their hosts."""
    names = []
    for host, repositories in engine.content.labels.of(str(digest)):
        for repository in repositories:
            try:
                names.append(Reference(f"{host}/{repository}").name)
            except LabError:
                continue
    pulled = [{"Repository": name} for name in dict.fromkeys(names)]
    return _said("Identity", {"Pull": pulled} if pulled else None)


# -- as Go's types ---------------------------------------------------------------------------------


def typed_image(document: dict[str, Any]) -> Struct:
    """An ``image.InspectResponse`` of the client's module."""
    texts = ("Comment", "Created", "Author")
    fields: dict[str, object] = {
        "ID": document["Id"],
        "RepoTags": document["RepoTags"],
        "RepoDigests": document["RepoDigests"],
        **{name: document.get(name, "") for name in texts},
        "Config": config_struct(document["Config"]),
        "Architecture": document["Architecture"],
        "Variant": document.get("Variant", ""),
        "Os": document["Os"],
        "OsVersion": document.get("OsVersion", ""),
        "Size": document["Size"],
        "GraphDriver": NIL,
        "RootFS": rootfs_struct({"Type": "", **document["RootFS"]}),
        "Metadata": Struct(
            "image.Metadata",
            {"LastTagTime": moment(document["Metadata"]["LastTagTime"])},
            plain=True,
        ),
        "Descriptor": _descriptor(document["Descriptor"]),
        "Manifests": NilList(),
        "Identity": _typed_identity(document.get("Identity")),
    }
    optional = (*texts, "Variant", "OsVersion", "GraphDriver", "Manifests", "Identity")
    return Struct(
        "image.InspectResponse", fields, json_names={"ID": "Id"} | unsaid(fields, optional)
    )


def _descriptor(document: dict[str, Any]) -> Struct:
    platform = document.get("platform")
    fields = {
        "MediaType": document["mediaType"],
        "Digest": document["digest"],
        "Size": document["size"],
        "URLs": NilList(),
        "Annotations": document.get("annotations") or NilMap(),
        "Data": NilList(),
        "Platform": _platform(platform) if platform else NIL,
        "ArtifactType": "",
    }
    names = {"MediaType": "mediaType", "Digest": "digest", "Size": "size"}
    names |= {"Annotations": "annotations", "Platform": "platform"}
    optional = unsaid(fields, ("URLs", "Annotations", "Data", "Platform", "ArtifactType"))
    return Struct("v1.Descriptor", fields, json_names=names | optional, plain=True, pointer=True)


def _platform(document: dict[str, str]) -> Struct:
    fields = {
        "Architecture": document["architecture"],
        "OS": document["os"],
        "OSVersion": "",
        "OSFeatures": NilList(),
        "Variant": document.get("variant", ""),
    }
    names = {"Architecture": "architecture", "OS": "os", "Variant": "variant"}
    optional = unsaid(fields, ("OSVersion", "OSFeatures", "Variant"))
    return Struct("v1.Platform", fields, json_names=names | optional, plain=True, pointer=True)


def _typed_identity(document: dict[str, Any] | None) -> object:
    if document is None:
        return NIL
    pulled = [Struct("image.PullIdentity", dict(one), plain=True) for one in document["Pull"]]
    fields = {"Signature": NilList(), "Pull": pulled, "Build": NilList()}
    optional = unsaid(fields, ("Signature", "Build"))
    return Struct("image.Identity", fields, json_names=optional, plain=True, pointer=True)
