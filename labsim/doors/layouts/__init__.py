"""Images in files: what ``docker save`` writes, and OCI layouts; in and out, and looked into.

:func:`load` believes nothing: every size and digest is computed, every layer unpacked, and only
when all of it agrees does the lab hear of it.  :func:`inspect` believes as little and takes nothing
in.  :func:`save` writes an OCI layout that real tools read.
"""

from __future__ import annotations

from labsim.doors.layouts.inspecting import Inspected, InspectedImage, InspectedLayer, inspect
from labsim.doors.layouts.reading import Loaded, LoadedImage, load
from labsim.doors.layouts.writing import save

__all__ = [
    "Inspected",
    "InspectedImage",
    "InspectedLayer",
    "Loaded",
    "LoadedImage",
    "inspect",
    "load",
    "save",
]
