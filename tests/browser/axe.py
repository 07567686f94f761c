"""What axe-core finds wrong in a page, in a line for each element that it finds wrong."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

#: What keeps somebody out; axe calls the rest of what it finds minor or moderate.
GRAVE = {"serious", "critical"}


def violations(page: Any, *within: str) -> list[str]:
    """The serious and critical ones in the parts of the page that match, or in all of it."""
    context = {"include": [[selector] for selector in within]} if within else None
    found = Axe().run(page, context).response["violations"]
    return [
        f"{rule['id']}, {rule['impact']}: {node['html'][:200]}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]
