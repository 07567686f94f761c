"""Rows through a ``--format``: a template, ``json``, or a table of one's own columns.

CLI 28.2.2 ``cli/command/formatter/formatter.go``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from labsim.docker.tables import align
from labsim.errors import CommandError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.docker.templates import Struct

__all__ = ["Fields", "context", "table", "templated"]

Fields = Mapping[str, object]


def table(titles: Mapping[str, str], columns: Sequence[str], rows: Iterable[Fields]) -> str:
    """The default view: titles, then each row's columns."""
    lines = [[titles[name] for name in columns]]
    lines += ([str(row[name]) for name in columns] for row in rows)
    return align("".join("\t".join(line) + "\n" for line in lines))


def templated(form: str, rows: Iterable[Struct], titles: Mapping[str, str], cli: int) -> str:
    """Rows through a Go template; a format that starts with ``table`` gets titles and columns.

    ``cli`` is the major version of the CLI, which brings the functions.
    """
    from labsim.docker.templates import Template, TemplateError

    is_table = form.startswith("table")
    text = "{{json .}}" if form == "json" else form.removeprefix("table") if is_table else form
    text = text.strip(" ").replace("\\t", "\t").replace("\\n", "\n")
    try:
        template = Template(text, cli=cli)
        lines = [template.render(row) + "\n" for row in rows]
        if not is_table:
            return "".join(lines)
        return align("".join([template.header(titles) + "\n", *lines]))
    except TemplateError as error:
        raise CommandError(f"template parsing error: {error}\n") from None


def context(kind: str, fields: Fields, private: Iterable[str] = ()) -> Struct:
    """A row as the CLI's formatters hold it: methods, in order of their names."""
    from labsim.docker.templates import Struct

    named = {name: fields[name] for name in sorted(fields)}
    return Struct(kind, named, private=frozenset(private), methods=True)
