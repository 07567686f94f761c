"""Lists of names, a page at a time: the tags of a repository, the repositories of a registry.

Both are in byte order, upper case first, and begin behind ``last``; where ``n`` was asked for, a
``Link`` says where the next page is.  ``_catalog`` is distribution's own and not in the
distribution spec; a token must be for ``registry:catalog:*``, and it shows nobody a repository that
they may not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsim.registry.answers import Refusal, document, encoded
from labsim.registry.call import Call, count
from labsim.wire import Response

if TYPE_CHECKING:
    from labsim.registry.registry import Registry

__all__ = ["catalog", "may_browse", "tags"]

#: Repositories in a page where nobody says how many, and the most that may be asked for:
#: distribution 3.1.1, ``registry/handlers/catalog.go`` and the default of ``catalog.maxentries``.
_USUAL = 100
_MOST = 1000


def tags(registry: Registry, call: Call) -> Response:
    """The tags in byte order (upper case first), a page at a time where ``n`` asks for pages."""
    repository = registry.store.find(call.name)
    if repository is None or not repository.published:
        raise Refusal("NAME_UNKNOWN", {"name": call.name})
    last, asked = call.query.get("last", ""), call.query.get("n", "")
    found = sorted(tag for tag in repository.tags if tag > last)
    links = []
    if asked:
        size = count(asked)
        if size is None:
            below = count(asked[1:]) if asked.startswith("-") else None
            raise Refusal("PAGINATION_NUMBER_INVALID", {"n": -(below or 0)})
        found = found[:size]
        if found and len(found) == size:  # on a full page, be it the last: so does distribution
            links = [_next(f"/v2/{call.name}/tags/list", found[-1], asked)]
    return document(200, encoded({"name": call.name, "tags": found}) + "\n", links)


def catalog(registry: Registry, call: Call) -> Response:
    """The repositories that have had a manifest and that the caller may read."""
    last, asked = call.query.get("last", ""), call.query.get("n", "")
    size = _USUAL
    if asked:
        wanted = count(asked)
        if wanted is None or wanted > _MOST:
            raise Refusal("PAGINATION_NUMBER_INVALID", {"n": asked if wanted is None else wanted})
        size = wanted
    may_read = registry.access.reader(call.request)
    found = sorted(
        name
        for name, repository in registry.store.repositories.items()
        if name > last and repository.published and may_read(name)
    )
    page = found[:size]
    links = [_next("/v2/_catalog", page[-1], str(size))] if page and len(found) > size else []
    return document(200, encoded({"repositories": page}) + "\n", links)


def may_browse(registry: Registry, call: Call) -> None:
    """The guard of the catalogue: some registries do not offer it."""
    if not registry.policy["catalog"]:
        raise Refusal("UNSUPPORTED")


def _next(path: str, last: str, size: str) -> tuple[str, str]:
    return ("Link", f'<{path}?last={last}&n={size}>; rel="next"')
