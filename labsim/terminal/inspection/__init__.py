"""``labsim inspect``: what images in files consist of, and whether that will do.

=======================  =======================================================================
:mod:`~.command`         the words that are typed, and the exit code
:mod:`~.thresholds`      what an image may not exceed, and which files are to blame
:mod:`~.sharing`         which layers several images have in common
:mod:`~.text`            the report for people
:mod:`~.document`        the same as JSON
=======================  =======================================================================
"""

from __future__ import annotations

from labsim.terminal.inspection.command import run

__all__ = ["run"]
