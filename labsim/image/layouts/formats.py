"""Which of the two forms a source has, and the images it holds.

A Docker archive of today is both.  Its ``manifest.json`` has the names and can be relied on; what
early releases of Docker 25 wrote beside it lacks layers (moby issue 47065), has them in the wrong
order (47150) or lists nothing at all (47210).  But only ``index.json`` lists every platform.  So
:func:`chosen`, for whoever wants one image a name, reads the first, and :func:`all_of` adds what
only the second knows.  All documents have been checked then, and no layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from labsim.digest import Digest
from labsim.errors import Mismatch
from labsim.image import Platform
from labsim.image.layouts import oci_layout
from labsim.image.layouts.docker_archive import docker_archive
from labsim.image.layouts.documents import Listed, Other, Reader
from labsim.image.layouts.source import NEITHER, Source

__all__ = ["all_of", "chosen"]

#: The document that lists the images; its presence tells the form.
_DOCKER, _OCI = "manifest.json", "index.json"


def chosen(source: Source, platform: Platform) -> Iterator[Listed]:
    """Every image of a source; where a name stands for several platforms, the one asked for."""
    reader = Reader(source)
    if _DOCKER in source:
        return docker_archive(reader)
    if _OCI in source:
        return oci_layout.one_each(reader, platform)
    raise Mismatch(f"{NEITHER}: there is no {_DOCKER} and no {_OCI}")


def all_of(source: Source) -> tuple[str, list[Listed], list[Other]]:
    """What lists the images, every image of every platform once, and what else is listed."""
    forms = [name for name in (_DOCKER, _OCI) if name in source]
    if not forms:
        raise Mismatch(f"{NEITHER}: there is no {_DOCKER} and no {_OCI}")
    reader = Reader(source)
    images = _merged(docker_archive(reader)) if _DOCKER in forms else []
    more: list[Listed] = []
    others: list[Other] = []
    for one in _in_the_index(reader) if _OCI in forms else ():
        more.append(one) if isinstance(one, Listed) else others.append(one)
    return " and ".join(forms), _joined(images, _merged(more)), others


def _in_the_index(reader: Reader) -> Iterator[Listed | Other]:
    document = reader.json(_OCI)
    if isinstance(document, dict) and document.get("manifests", 0) is None:
        return iter(())  # Go's way of writing an empty list that it forgot to make
    return oci_layout.every(reader, oci_layout.index_of(reader))


def _merged(images: Iterable[Listed]) -> list[Listed]:
    """An image that is listed once for each name becomes one with all its names."""
    kept: dict[Digest, Listed] = {}
    for one in images:
        key = (one.manifest or one.config).digest
        known = kept.get(key, one)
        kept[key] = known._replace(names=tuple(dict.fromkeys((*known.names, *one.names))))
    return list(kept.values())


def _joined(images: list[Listed], more: list[Listed]) -> list[Listed]:
    """The images of a Docker archive with their manifests, and those that it does not list."""
    manifests = {_made_of(one): one.manifest for one in more}
    known = {one.config.digest for one in images}
    told = [one._replace(manifest=manifests.get(_made_of(one))) for one in images]
    return told + [one for one in more if one.config.digest not in known]


def _made_of(one: Listed) -> tuple[Digest, tuple[str, ...]]:
    return one.config.digest, tuple(part.file for part in one.parts)
