"""Fetch the browser's Python and the wheels that a lesson needs there; build labsim's own.

``make pyodide`` runs this.  Everything lands beside this file, in folders that git ignores:
``node_modules/`` (the runtime, from npm) and ``wheels/``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
WHEELS = HERE / "wheels"
#: The interpreter inside Pyodide; it takes pure wheels only.
TARGET = ("--python-version=3.14", "--implementation=py", "--abi=none", "--platform=any")


def pip(*words: str) -> None:
    """Run this interpreter's pip quietly."""
    quiet = ("--quiet", "--disable-pip-version-check")
    subprocess.run([sys.executable, "-m", "pip", *words, *quiet], check=True)


def wheel() -> None:
    """Build labsim as it is now into ``wheels/``, in the place of an older one."""
    WHEELS.mkdir(exist_ok=True)
    for old in WHEELS.glob("labsim-*.whl"):
        old.unlink()
    pip("wheel", "--no-deps", f"--wheel-dir={WHEELS}", str(HERE.parent.parent))


def prepare() -> None:
    """Runtime, wheels of others, wheel of ours."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not installed: it brings the package pyodide")
    subprocess.run([npm, "install", "--no-package-lock", "--ignore-scripts"], cwd=HERE, check=True)
    pip(
        "download", "--no-deps", "--only-binary=:all:", *TARGET,
        f"--dest={WHEELS}", f"--requirement={HERE / 'requirements.txt'}",
    )  # fmt: skip
    wheel()


if __name__ == "__main__":
    prepare()
