"""The lab: laptops, registries, the link between them, the clock, and the journal of it all."""

from __future__ import annotations

from labsim.lab.lab import Lab
from labsim.lab.laptop import Laptop
from labsim.lab.world import WORLDS, World

__all__ = ["WORLDS", "Lab", "Laptop", "World"]
