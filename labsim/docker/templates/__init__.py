"""The part of Go's ``text/template`` that ``--format`` uses, with Go's own error texts.

Text, fields, pipelines, functions, variables, ``if``, ``with`` and ``range`` with ``else``, trim
markers and comments.  Nested templates, ``break`` and ``continue`` are real too; the lab refuses
them by name.  Sources: Go
1.24 ``text/template``; Docker CLI 28.2.2 ``templates/templates.go``; texts checked with the CLI.

>>> from labsim.docker.templates.values import Struct
>>> row = Struct("row", {"Tag": "latest", "Size": "320MB"})
>>> Template("{{.Tag}} is {{upper .Size}}").render(row)
'latest is 320MB'
"""

from labsim.docker.templates.functions import Function
from labsim.docker.templates.reading import TemplateError
from labsim.docker.templates.running import Template
from labsim.docker.templates.values import NIL, NilList, NilMap, Opaque, Struct, to_json

__all__ = [
    "NIL",
    "Function",
    "NilList",
    "NilMap",
    "Opaque",
    "Struct",
    "Template",
    "TemplateError",
    "to_json",
]
