"""The configs that the two builders write, key by key in the order in which they write them.

Source: configs of images built by daemon 20.10.24, as they lie on its disk; moby/buildkit
``exporter/containerimage/writer.go`` (``normalizeLayersAndHistory``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from labsim.engine.builder.bench import Bench
from labsim.image import Config, History, Platform
from labsim.timestamp import rfc3339

__all__ = ["DOCKER_VERSION", "buildkit_config", "legacy_config"]

DOCKER_VERSION = "20.10.24"
_EXPORTER = "buildkit.exporter.image.v0"
_BUILDKIT = (
    "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels",
    "StopSignal", "Healthcheck", "ArgsEscaped", "OnBuild", "Shell",
)  # fmt: skip
_LEGACY = (
    "Hostname", "Domainname", "User", "AttachStdin", "AttachStdout", "AttachStderr",
    "ExposedPorts", "Tty", "OpenStdin", "StdinOnce", "Env", "Cmd", "Healthcheck", "ArgsEscaped",
    "Image", "Volumes", "WorkingDir", "Entrypoint", "OnBuild", "Labels", "StopSignal", "Shell",
)  # fmt: skip
#: What the legacy builder writes even where there is nothing to say.
_ALWAYS: dict[str, Any] = {
    "Hostname": "", "Domainname": "", "User": "", "AttachStdin": False, "AttachStdout": False,
    "AttachStderr": False, "Tty": False, "OpenStdin": False, "StdinOnce": False, "Env": None,
    "Cmd": None, "Image": "", "Volumes": None, "WorkingDir": "", "Entrypoint": None,
    "OnBuild": None, "Labels": None,
}  # fmt: skip


def buildkit_config(bench: Bench, platform: Platform, now_us: int) -> Config:
    """What BuildKit exports; a line of history without a time takes that of a layer near it."""
    run = {
        key: bench.settings.run.get(key)
        for key in _BUILDKIT
        if key == "OnBuild" or bench.settings.run.get(key)
    }
    if run.get("Labels"):
        run["Labels"] = dict(sorted((run["Labels"] or {}).items()))
    history = _dated(bench, _accounted(bench), now_us)
    created = history[-1].created if history else rfc3339(now_us)
    return Config.written(
        _document(bench, platform, {"config": run, "created": created, "history": history})
    )


def _accounted(bench: Bench) -> list[History]:
    """History with as many layers as there are: rows are added at the end, or their layers taken.

    A base may tell of fewer layers than it has.  Rows go with layers from the lowest on, so what is
    added tells of the uppermost ones, whose own rows have moved down.
    """
    rows, count = [], 0
    for row in bench.history:
        surplus = not row.empty_layer and count == len(bench.layers)
        rows.append(row._replace(empty_layer=True) if surplus else row)
        count += not rows[-1].empty_layer
    added = [
        History(rfc3339(ref.created_us), ref.told, comment=_EXPORTER) for ref in bench.refs[count:]
    ]
    return rows + added


def _dated(bench: Bench, history: list[History], now_us: int) -> list[History]:
    """History with times: a layer's own; else the first new layer's, or the last one's before."""
    refs, rows = iter(bench.refs), []
    for row in history:
        ref = None if row.empty_layer else next(refs)
        rows.append(
            row._replace(created=rfc3339(ref.created_us)) if ref and not row.created else row
        )
    created, missing = "", False
    for row in rows:
        if row.created:
            created = row.created
            if missing:
                break
        else:
            missing = True
    found, missing = [], False
    for row in rows:
        if row.created:
            created = row.created if missing else created
        else:
            missing = True
        found.append(row if row.created else row._replace(created=created or rfc3339(now_us)))
    return found


def legacy_config(
    bench: Bench, platform: Platform, *, parent: str, container: str, words: list[str], now_us: int
) -> Config:
    """What the legacy builder commits after a step."""
    given = {**_ALWAYS, **{key: value for key, value in bench.settings.run.items() if value}}
    given["Image"] = parent
    run = {key: given[key] for key in _LEGACY if key in given}
    if run["Labels"]:
        run["Labels"] = dict(sorted(run["Labels"].items()))
    inside = {**run, "Hostname": container[:12], "Cmd": words}
    rest = {
        "config": run,
        "container": container,
        "container_config": inside,
        "created": rfc3339(now_us),
        "docker_version": DOCKER_VERSION,
        "history": bench.history,
    }
    return Config.written(_document(bench, platform, rest))


def _document(bench: Bench, platform: Platform, rest: dict[str, Any]) -> dict[str, Any]:
    author = {"author": bench.settings.author} if bench.settings.author else {}
    ids = [str(layer.diff_id) for layer in bench.layers]
    rest["history"] = list(_rows(rest["history"]))
    return {
        "architecture": platform.architecture,
        **author,
        **rest,
        "os": platform.os,
        "rootfs": {"type": "layers", "diff_ids": ids or None},
        **({"variant": platform.variant} if platform.variant else {}),
    }


def _rows(history: Iterable[History]) -> Iterable[dict[str, Any]]:
    for row in history:
        keys = ("created", "author", "created_by", "comment")
        said: dict[str, Any] = {key: value for key in keys if (value := getattr(row, key))}
        yield said | {"empty_layer": True} if row.empty_layer else said
