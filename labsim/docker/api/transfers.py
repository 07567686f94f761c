"""Images on their way: pulled, pushed, loaded, saved; and a registry's manifest, looked up."""

from __future__ import annotations

import json
from binascii import Error, a2b_base64
from collections.abc import Sequence
from typing import Any

from labsim.docker.api.acting import Told, progress, told
from labsim.docker.api.answers import Fault, archive, document, fault_line, lines, stream
from labsim.docker.api.call import Call
from labsim.docker.api.images import fault_of, platforms
from labsim.docker.api.statuses import status_for
from labsim.docker.phrases import push_failure
from labsim.docker.voices import voice_of
from labsim.errors import CommandError, InvalidReference
from labsim.image import Platform
from labsim.reference import Reference
from labsim.wire import Response

__all__ = ["distribution", "load", "pull", "push", "save"]

_NO_TOKEN = (
    "labsim: a login by token is real Docker, but not simulated here; log in with a password"
)


def pull(call: Call) -> Response:
    """Fetch an image by tag or digest; without either, every tag of the repository."""
    if call.has("fromSrc"):
        raise Fault(501, "labsim: docker import is real Docker, but not simulated here")
    name, wanted = call.one("fromImage"), call.one("tag")
    if wanted:
        name = f"{name}{'@' if ':' in wanted else ':'}{wanted}"
    reference = _read(call, name)
    everything = not (reference.tag or reference.digest)
    words = ["pull", *(["-a"] if everything else [])]
    if platform := call.one("platform"):
        words += ["--platform", platform]
    _show_credentials(call, reference)
    found = told(call.machine, [*words, reference.familiar])
    if not found.failure:  # the last line is the CLI's own
        found = found._replace(output="".join(found.output.splitlines(keepends=True)[:-1]))
    return stream(progress(found))


def push(call: Call) -> Response:
    """Send an image to the registry of its name; without a tag, every tag of the repository."""
    reference = _read(call, call.name, 500)
    tagged = call.one("tag")
    if call.request.headers.get("X-Registry-Auth") == "" and not call.request.body:
        raise Fault(400, "Bad parameters and missing X-Registry-Auth: EOF")
    meant = _read(call, f"{call.name}:{tagged}", 500) if tagged else reference
    _show_credentials(call, reference)
    words = ["push", *([] if tagged else ["-a"])]
    chosen = platforms(call, "1.46")[:1]
    found = told(call.machine, [*words, *_flags(chosen), meant.familiar])
    if chosen:  # the note above it is the CLI's own
        note = voice_of(call.machine.engine).platform_note()
        found = found._replace(output=found.output.removeprefix(note))
    return stream(progress(found))


def _flags(chosen: Sequence[Platform]) -> list[str]:
    return [word for one in chosen for word in ("--platform", str(one))]


def load(call: Call) -> Response:
    """Take in an archive: it becomes a file of the laptop, and that is loaded."""
    body = call.request.body
    path = f"loaded-{body.digest.hex[:12]}.tar"
    call.machine.write(path, body)
    found = told(call.machine, ["load", "-i", path, *_flags(platforms(call, "1.48"))])
    if found.failure.startswith("labsim: "):
        raise Fault(500, found.failure)
    return stream(lines(_loaded(found)))


def _loaded(found: Told) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [
        {"stream": line} for line in found.output.splitlines(keepends=True)
    ]
    return [*messages, fault_line(found.failure)] if found.failure else messages


def save(call: Call) -> Response:
    """Images as ``docker save`` writes them."""
    names = [call.name] if "name" in call.parts else call.every("names")
    engine, chosen = call.machine.engine, platforms(call, "1.48")
    try:
        return archive(voice_of(engine).saved(engine, names, chosen))
    except CommandError as error:
        fault = fault_of(error, engine)
        raise Fault(404 if fault.status == 404 else 500, fault.sentence) from None


def distribution(call: Call) -> Response:
    """What a registry has under a name: asked on a copy of the lab, so nothing is pulled."""
    from labsim.docker.api.looking_up import descriptor_of

    reference = _read(call, call.name).with_default_tag()
    _show_credentials(call, reference)
    run = call.machine.aside(descriptor_of(call.machine.engine, reference))
    if run.error is not None:
        words = push_failure(run.error)
        raise Fault(status_for(words), words)
    found: dict[str, Any] = run.outcome
    return document(200, found)


def _read(call: Call, name: str, status: int = 400) -> Reference:
    try:
        return Reference(name)
    except InvalidReference as error:
        raise Fault(status, voice_of(call.machine.engine).name_fault(error)) from None


def _show_credentials(call: Call, reference: Reference) -> None:
    """The CLI shows with each request who it is; the laptop is that person from now on."""
    user, password = _shown(call.request.headers.get("X-Registry-Auth"))
    host = reference.registry
    known = call.machine.engine.credentials.get(host)
    if (known.username, known.password) != (user, password) if known else bool(user):
        call.machine.show(host, user, password)


def _shown(header: str) -> tuple[str, str]:
    """User and password; nobody where the header says nothing that can be read, as in moby."""
    try:
        text = a2b_base64(header.replace("-", "+").replace("_", "/") + "=" * (-len(header) % 4))
        given = json.loads(text)
    except (Error, ValueError, RecursionError):
        return "", ""
    if not isinstance(given, dict):
        return "", ""
    if given.get("identitytoken") or given.get("registrytoken"):
        raise Fault(501, _NO_TOKEN)
    user, password = given.get("username"), given.get("password")
    return (str(user), str(password)) if user and password else ("", "")
