"""A registry's store in a folder that survives power cuts and that other tools can read.

>>> import tempfile
>>> from labsim.registry import Registry
>>> from labsim.registry.restore import restored
>>> from labsim.wire import Request
>>> with tempfile.TemporaryDirectory() as folder:
...     shelf = DiskShelf(folder)
...     registry = Registry("localhost:5000", store=restored(shelf))
...     opened = registry.handle(Request("POST", "/v2/team/app/blobs/uploads/"))
...     shelf.close()
>>> opened.status
202
"""

from __future__ import annotations

from labsim.doors.disk.check import Finding, check, repair
from labsim.doors.disk.shelf import DiskShelf

__all__ = ["DiskShelf", "Finding", "check", "repair"]
