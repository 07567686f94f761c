"""Which of the two forms a source has, and the images it holds.

A Docker archive of today is both.  :func:`chosen`, for whoever wants one image a name, then reads
``manifest.json``, because it has the names; :func:`all_of` reads ``index.json``, because only this
lists every platform.  All documents have been checked then, and no layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from labsim.digest import Digest
from labsim.doors.layouts import oci_layout
from labsim.doors.layouts.docker_archive import docker_archive
from labsim.doors.layouts.documents import Listed, Other, Reader
from labsim.doors.layouts.source import NEITHER, Source
from labsim.errors import Mismatch
from labsim.image import Platform

__all__ = ["DOCKER", "OCI", "all_of", "chosen"]

#: The document that lists the images; its presence tells the form.
DOCKER, OCI = "manifest.json", "index.json"


def chosen(source: Source, platform: Platform) -> Iterator[Listed]:
    """Every image of a source; where a name stands for several platforms, the one asked for."""
    reader = Reader(source)
    if DOCKER in source:
        return docker_archive(reader)
    if OCI in source:
        return oci_layout.one_each(reader, platform)
    raise Mismatch(f"{NEITHER}: there is no {DOCKER} and no {OCI}")


def all_of(source: Source) -> tuple[str, list[Listed], list[Other]]:
    """The document that was read, every image of every platform once, and what else it lists."""
    reader = Reader(source)
    if OCI in source:
        index = oci_layout.index_of(reader)
        if index.manifests or DOCKER not in source:
            found = list(oci_layout.every(reader, index))
            images = [one for one in found if isinstance(one, Listed)]
            return OCI, _merged(images), [one for one in found if isinstance(one, Other)]
    if DOCKER in source:
        return DOCKER, _merged(docker_archive(reader)), []
    raise Mismatch(f"{NEITHER}: there is no {DOCKER} and no {OCI}")


def _merged(images: Iterable[Listed]) -> list[Listed]:
    """An image that is listed once for each name becomes one with all its names."""
    kept: dict[Digest, Listed] = {}
    for one in images:
        known = kept.setdefault((one.manifest or one.config).digest, one)
        names = tuple(dict.fromkeys((*known.names, *one.names)))
        kept[(one.manifest or one.config).digest] = known._replace(names=names)
    return list(kept.values())
