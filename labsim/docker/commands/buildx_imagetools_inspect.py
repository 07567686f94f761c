"""``docker buildx imagetools inspect``: what a name leads to at its registry, for people.

buildx is a plugin, so no recording judges these words: they follow its source, 0.24
``util/imagetools/printers.go`` and ``commands/imagetools/inspect.go``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from labsim.docker.grammar import Call, Command, Count
from labsim.docker.phrases import push_failure, url
from labsim.errors import CommandError, InvalidReference, LabError, RegistryError
from labsim.image import Index
from labsim.reference import Reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.client.looking import Looked
    from labsim.docker.templates import Struct
    from labsim.image import Descriptor

__all__ = ["COMMAND"]

#: A template that begins so gets the view of an image that no template gets either.
_SHOWN = "{{.Manifest}}"


def imagetools_inspect(call: Call) -> int:
    """Print name, type and digest, and of an index each of its manifests; or a part of it."""
    form = call.value("format")
    if form and call.flag("raw"):
        raise CommandError("ERROR: format and raw cannot be used together\n")
    try:
        reference = Reference(call.arguments[0]).with_default_tag()
    except InvalidReference as error:
        raise CommandError(f"ERROR: {error.fault}\n") from None
    is_shown = not form or form.startswith(_SHOWN)
    needs_configs = not is_shown and not call.flag("raw")
    found = _asked(call, reference, whole=needs_configs)
    if call.flag("raw"):
        call.out(bytes(found.manifest).decode(errors="replace"))
    else:
        call.out(_told(reference, found) if is_shown else _through(form, call.arguments[0], found))
    return 0


def _asked(call: Call, reference: Reference, *, whole: bool) -> Looked:
    from labsim.client.looking import Looked
    from labsim.engine import talking
    from labsim.image import Descriptor

    verb = talking.look if whole else talking.manifest_of
    run = call.seat.converse(verb(call.seat.engine, reference))
    call.trace = run.trace
    if run.error is not None:
        raise CommandError(f"ERROR: {_refusal(run.error, reference)}\n")
    if isinstance(run.outcome, Looked):
        return run.outcome
    manifest = run.outcome
    return Looked(Descriptor.of(manifest.media_type, manifest), manifest, None)


def _refusal(error: LabError, reference: Reference) -> str:
    """Containerd's resolver has words of its own for a name that is not there."""
    if isinstance(error, RegistryError) and error.status == 404:
        return f"{reference}: not found"
    if isinstance(error, RegistryError) and error.asked is not None:
        place = url(error.asked.host, error.asked.target)
        return f"unexpected status from {error.asked.method} request to {place}: {error.status}"
    return push_failure(error)


def _told(reference: Reference, found: Looked) -> str:
    descriptor = found.descriptor
    text = _aligned(_three(str(reference), descriptor))
    if isinstance(found.manifest, Index):
        rows = (_child(reference, child) for child in found.manifest.manifests)
        text += " \nManifests: \n" + _blocks(rows)
    return text


def _three(name: str, descriptor: Descriptor) -> list[tuple[str, str]]:
    return [
        ("Name:", name),
        ("MediaType:", descriptor.media_type),
        ("Digest:", str(descriptor.digest)),
    ]


def _child(reference: Reference, child: Descriptor) -> list[tuple[str, str]]:
    rows = [("  Name:", f"{reference}@{child.digest}"), ("  MediaType:", child.media_type)]
    if child.platform is not None:
        rows.append(("  Platform:", str(child.platform)))
        if child.annotations:
            rows.append(("  Annotations:", ""))
            rows += [(f"    {key}:", value) for key, value in child.annotations]
    return rows


def _blocks(blocks: Iterable[list[tuple[str, str]]]) -> str:
    """Blocks with an empty line between them, all cells of one width."""
    rows: list[tuple[str, str]] = []
    for block in blocks:
        rows += [("", "")] if rows else []
        rows += block
    return _aligned(rows)


def _aligned(rows: Iterable[tuple[str, str]]) -> str:
    """Go's tabwriter with one blank between the columns."""
    kept = list(rows)
    width = max(len(name) for name, _ in kept) + 1
    return "".join(f"{name.ljust(width)}{value}\n" for name, value in kept)


# -- templates -------------------------------------------------------------------------------------


def _through(form: str, name: str, found: Looked) -> str:
    """A template on ``.Name``, ``.Manifest`` and ``.Image``; its ``json`` is indented by two."""
    from labsim.docker.templates import Function, Struct, Template, TemplateError, to_json

    def indented(value: object) -> str:
        return json.dumps(json.loads(to_json(value)), indent=2, ensure_ascii=False)

    fields = {"Name": name, "Manifest": _manifest(found), "Image": _images(found)}
    lower = {field: field.lower() for field in fields}
    try:
        template = Template(form, own={"json": Function(indented, ("any",))})
        return template.render(Struct("imagetools.tplInput", fields, json_names=lower))
    except TemplateError as error:
        raise CommandError(f"ERROR: {error}\n") from None


def _manifest(found: Looked) -> Struct:
    from labsim.docker.templates import Struct

    if not isinstance(found.manifest, Index):
        return _descriptor(found.descriptor)
    fields = {
        "SchemaVersion": 2,
        "MediaType": found.descriptor.media_type,
        "Digest": str(found.descriptor.digest),
        "Size": found.descriptor.size,
        "Manifests": [_descriptor(child) for child in found.manifest.manifests],
    }
    return Struct("struct", fields, json_names=_lowered(fields))


def _descriptor(descriptor: Descriptor) -> Struct:
    from labsim.docker.templates import Struct

    fields: dict[str, object] = {
        "MediaType": descriptor.media_type,
        "Digest": str(descriptor.digest),
        "Size": descriptor.size,
    }
    if descriptor.annotations:
        fields["Annotations"] = dict(descriptor.annotations)
    if platform := descriptor.platform:
        named = {"Architecture": platform.architecture, "OS": platform.os}
        named |= {"Variant": platform.variant} if platform.variant else {}
        names = {name: name.lower() for name in named}
        fields["Platform"] = Struct("v1.Platform", named, json_names=names)
    return Struct("v1.Descriptor", fields, json_names=_lowered(fields))


def _lowered(fields: Iterable[str]) -> dict[str, str]:
    """A field's name in JSON begins with a small letter."""
    return {name: name[0].lower() + name[1:] for name in fields}


def _images(found: Looked) -> object:
    """The config of an image; of several, each by its platform."""
    if not isinstance(found.manifest, Index):
        return _config(found)
    known = ("unknown", "")
    return {
        str(child.platform): _config(child)
        for child in found.children
        if child.config is not None and child.platform and child.platform.os not in known
    }


def _config(found: Looked) -> object:
    return json.loads(bytes(found.config)) if found.config is not None else {}


COMMAND = Command(
    "buildx_imagetools_inspect",
    Count(1, 1),
    imagetools_inspect,
    simulated=frozenset({"format", "raw"}),
)
