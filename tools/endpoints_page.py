"""Write docs/endpoints.md from the registry's own table.

Usage: python -m tools.endpoints_page
"""

from __future__ import annotations

from pathlib import Path

from labsim.errors import OCI_ERRORS
from labsim.registry import ENDPOINTS, Endpoint

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parents[1] / "docs" / "endpoints.md"
_HEAD = """\
# What the registry answers

<!-- Written by `python -m tools.endpoints_page` from labsim/registry/endpoints.py; do not edit. -->

Each row is reached, each answer given and each refusal provoked by a test
(`tests/registry/test_endpoints.py`). *Section* is the row of the table "Endpoints" in the OCI
distribution-spec 1.1 (main of 2026-07) where there is one; *right* is what a token must grant.
[How a request becomes an answer](registry.md) tells the rest.

"""
_FOR_CLIENTS = """\
## For clients

Besides what its row says, a request may get 401 `UNAUTHORIZED`, 403 `DENIED`, 400 `NAME_INVALID`
for a name that is too long, and 413 `SIZE_INVALID` for a large body where none belongs. A path
that is no row's is 404, a row's path with another method 405, both in plain text.

| request | what it does | right | section | answers | refusals |
| --- | --- | --- | --- | --- | --- |
"""
_FOR_OPERATORS = """
## For the operator

These paths exist for nobody else.

| request | what it does | answers | refusals |
| --- | --- | --- | --- |
"""
_ERRORS = """
## Error codes

A status is the code's own unless the row above says another.

| code | message | status | source |
| --- | --- | --- | --- |
"""


def page() -> str:
    """The whole page."""
    clients = "".join(_row(row) for row in ENDPOINTS if row.scope != "operator")
    operators = "".join(_row(row) for row in ENDPOINTS if row.scope == "operator")
    errors = "".join(
        f"| `{row.code}` | {row.message} | {row.status} | {row.source} |\n"
        for row in OCI_ERRORS.values()
    )
    return f"{_HEAD}{_FOR_CLIENTS}{clients}{_FOR_OPERATORS}{operators}{_ERRORS}{errors}"


def _row(row: Endpoint) -> str:
    does = (row.handler.__doc__ or "").partition("\n")[0].rstrip(".")
    cells = [f"`{row.method} {row.path}`", does.replace("``", "`").replace(".  ", ". ")]
    if row.scope != "operator":
        right = row.scope if row.scope != "token" else ""
        cells += [right.replace(",", ", ") or "–", row.section]
    cells.append(", ".join(map(str, row.answers)))
    cells.append(", ".join(f"{status} `{code}`" for status, code in row.refusals) or "–")
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
