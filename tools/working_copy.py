"""Copy the lessons to a folder that git ignores, keeping whatever a learner has changed there.

``python tools/working_copy.py [FOLDER]`` (default ``my-lessons``) prints the first lesson's path.
A lesson that is already there stays as it is: delete the file to get it fresh.  The copies have no
outputs: they would answer a question before it is asked.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

LESSONS = Path(__file__).resolve().parent.parent / "notebooks"
FIRST = "01-your-first-push.ipynb"


def working_copy(into: Path) -> Path:
    """Bring every lesson that is missing there; the first lesson's path."""
    for lesson in sorted(LESSONS.rglob("*")):
        copy = into / lesson.relative_to(LESSONS)
        if lesson.is_file() and ".ipynb_checkpoints" not in lesson.parts and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(lesson, copy)
            if copy.suffix == ".ipynb":
                _forget_outputs(copy)
    return into / FIRST


def _forget_outputs(lesson: Path) -> None:
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    lesson.write_text(json.dumps(notebook, indent=1), encoding="utf-8")


if __name__ == "__main__":
    print(working_copy(Path(sys.argv[1] if len(sys.argv) > 1 else "my-lessons")))
