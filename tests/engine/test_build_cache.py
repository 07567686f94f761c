"""The cache table: what each change costs with either builder.

A letter for each step: ``c`` found in the cache, ``b`` built.  The legacy builder's steps are ENV,
COPY, COPY, ARG, RUN, LABEL; BuildKit's are COPY, COPY, RUN, for only those change files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from labsim.archive import file, tar
from labsim.blob import Blob
from labsim.engine.builder import Built, ContextFile
from labsim.image import Config, History, Image, Layer
from tests.engine.build_scene import NOW, Scene

DOCKERFILE = """\
FROM base
ENV A=1
COPY a.txt /a.txt
COPY app /app
ARG V=1
RUN echo $V > /v
LABEL who=me
"""
FILES = {"a.txt": "a\n", "app/main.py": "1\n", "app/util.py": "2\n", "notes.md": "n\n"}


class Row(NamedTuple):
    change: str
    do: Callable[[Scene, str], tuple[str, dict[str, object]]]
    legacy: str
    buildkit: str


def text(old: str, new: str) -> Callable[[Scene, str], tuple[str, dict[str, object]]]:
    def do(scene: Scene, dockerfile: str) -> tuple[str, dict[str, object]]:
        assert old in dockerfile
        return dockerfile.replace(old, new), {}

    return do


def files(**changes: str | ContextFile | None) -> Callable[[Scene, str], tuple[str, dict]]:
    def do(scene: Scene, dockerfile: str) -> tuple[str, dict[str, object]]:
        for key, content in changes.items():
            name = key.replace("__", "/").replace("_", ".")
            if content is None:
                del scene.files[name]
            else:
                scene.files[name] = content
        return dockerfile, {}

    return do


def option(**options: object) -> Callable[[Scene, str], tuple[str, dict[str, object]]]:
    return lambda scene, dockerfile: (dockerfile, options)


def other_base(scene: Scene, dockerfile: str) -> tuple[str, dict[str, object]]:
    scene.images["base"] = base("2")
    return dockerfile, {}


def forgotten(scene: Scene, dockerfile: str) -> tuple[str, dict[str, object]]:
    scene.gone.update(str(image.id) for image in scene.cache.images.values())
    return dockerfile, {}


def base(salt: str = "1") -> Image:
    layer = Layer.of(tar([file("etc/salt", salt.encode())]))
    row = History("2025-01-01T00:00:00Z", "base")
    return Image(Config.make([layer.diff_id], created=row.created, history=[row]), [layer])


def timed(mode: int, seconds: int) -> ContextFile:
    return ContextFile(Blob(b"a\n"), mode, seconds)


TABLE = [
    Row("nothing", option(), "cccccc", "ccc"),
    Row("the content of a copied file", files(a_txt="b\n"), "cbbbbb", "bbb"),
    Row("the content of a file copied later", files(app__main_py="3\n"), "ccbbbb", "cbb"),
    Row("a file's time alone", files(a_txt=timed(0o644, 99)), "cccccc", "ccc"),
    Row("a file's mode", files(a_txt=timed(0o755, 0)), "cbbbbb", "bbb"),
    Row("a file added to a copied folder", files(app__new_py="3\n"), "ccbbbb", "cbb"),
    Row("a file removed from it", files(app__util_py=None), "ccbbbb", "cbb"),
    Row("a file renamed", files(app__util_py=None, app__tool_py="2\n"), "ccbbbb", "cbb"),
    Row("a file that is not copied", files(notes_md="m\n"), "cccccc", "ccc"),
    Row("the text of RUN", text("> /v", "> /w"), "ccccbb", "ccb"),
    Row("an ENV", text("A=1", "A=2"), "bbbbbb", "ccb"),
    Row("a LABEL", text("who=me", "who=you"), "cccccb", "ccc"),
    Row("an ARG's default", text("ARG V=1", "ARG V=2"), "cccbbb", "ccb"),
    Row("an ARG's value", option(args={"V": "2"}), "ccccbb", "ccb"),
    Row("an ARG that nobody declares", option(args={"W": "2"}), "cccccc", "ccc"),
    Row("the base", other_base, "bbbbbb", "bbb"),
    Row("--no-cache", option(no_cache=True), "bbbbbb", "bbb"),
    Row("the order of two steps", text("COPY app /app\nARG V=1", "ARG V=1\nCOPY app /app"),
        "ccbbbb", "ccc"),
    Row("the image that was built is removed", forgotten, "bbbbbb", "ccc"),
]  # fmt: skip


def letters(built: Built) -> str:
    done = [step for step in built.steps if step.instruction.name != "FROM"]
    return "".join("c" if step.cached else "b" for step in done)


def built_once(builder: str) -> tuple[Scene, Built]:
    scene = Scene(builder, FILES)
    scene.images["base"] = base()
    first = scene.build(DOCKERFILE)
    assert set(letters(first)) == {"b"}
    return scene, first


@pytest.mark.parametrize("builder", ["legacy", "buildkit"])
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.change)
def test_what_a_change_costs(row, builder):
    scene, first = built_once(builder)
    dockerfile, options = row.do(scene, DOCKERFILE)
    second = scene.build(dockerfile, **options)
    wanted = row.legacy if builder == "legacy" else row.buildkit
    assert letters(second) == wanted
    assert first.image is not None
    assert second.image is not None
    same_words = dockerfile == DOCKERFILE or row.change == "the order of two steps"
    if "b" not in wanted and row.change != "the order of two steps" and same_words:
        assert second.image.id == first.image.id
    if row.change == "--no-cache":
        assert second.image.id != first.image.id
        assert second.image.diff_ids == first.image.diff_ids


@pytest.mark.parametrize("builder", ["legacy", "buildkit"])
def test_an_older_state_is_found_again(builder):
    scene, first = built_once(builder)
    scene.files["a.txt"] = "b\n"
    scene.build(DOCKERFILE)
    scene.files["a.txt"] = "a\n"
    third = scene.build(DOCKERFILE)
    assert "b" not in letters(third)
    assert third.image is not None
    assert first.image is not None
    assert third.image.id == first.image.id


STAGES = """\
FROM scratch AS unused
COPY notes.md /n
FROM shell AS one
COPY a.txt /a
RUN sleep 1
FROM shell AS two
COPY app /app
RUN sleep 1
FROM scratch
COPY --from=one /a /a
COPY --from=two /app /app
"""


def test_a_stage_that_nothing_needs_is_built_by_the_legacy_builder_only():
    names = {
        builder: [step.instruction.text for step in Scene(builder, FILES).build(STAGES).steps]
        for builder in ("legacy", "buildkit")
    }
    assert "COPY notes.md /n" in names["legacy"]
    assert "COPY notes.md /n" not in names["buildkit"]


def test_stages_that_do_not_need_each_other_are_built_side_by_side_by_buildkit():
    buildkit, legacy = (Scene(builder, FILES).build(STAGES) for builder in ("buildkit", "legacy"))
    begins = {step.instruction.text: step.begins_us for step in buildkit.steps}
    assert begins["COPY a.txt /a"] == begins["COPY app /app"] == 0
    assert all(
        a.ends_us <= b.begins_us for a, b in zip(legacy.steps, legacy.steps[1:], strict=False)
    )
    assert buildkit.us < sum(step.us for step in buildkit.steps)


def test_what_a_stage_leaves_is_compared_and_not_how_it_came_to_be():
    scene = Scene("buildkit", FILES)
    scene.build(STAGES)
    again = scene.build(
        STAGES.replace("RUN sleep 1\nFROM shell AS two", "RUN sleep 2\nFROM shell AS two")
    )
    done = {step.instruction.text: step.cached for step in again.steps}
    assert not done["RUN sleep 2"]
    assert done["COPY --from=one /a /a"]


def test_an_excluded_file_changes_nothing():
    for builder in ("legacy", "buildkit"):
        scene = Scene(builder, {**FILES, ".dockerignore": "notes.md\n.dockerignore\n"})
        dockerfile = "FROM scratch\nCOPY . /\n"
        scene.build(dockerfile)
        scene.files["notes.md"] = "other\n"
        assert letters(scene.build(dockerfile)) == "c"
        scene.files["a.txt"] = "other\n"
        assert letters(scene.build(dockerfile)) == "b"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (files(app__main_py="3\n"), "files changed: main.py"),
        (files(app__new_py="3\n"), "files added: new.py"),
        (files(app__util_py=None), "files removed: util.py"),
        (option(no_cache=True), "--no-cache asks nothing of the cache"),
    ],
)
def test_a_miss_says_why(change, why):
    scene, _ = built_once("buildkit")
    dockerfile, options = change(scene, DOCKERFILE)
    [step] = [s for s in scene.build(dockerfile, **options).steps if "app" in s.name]
    assert why in step.why


def test_the_legacy_builder_says_that_it_asks_no_more():
    scene, _ = built_once("legacy")
    scene.files["a.txt"] = "b\n"
    whys = [step.why for step in scene.build(DOCKERFILE).steps[2:]]
    assert whys[0] == "files changed: a.txt"
    assert all("asks the cache no more" in why for why in whys[1:])


def test_times_belong_to_the_clock_and_cached_layers_keep_theirs():
    scene, first = built_once("buildkit")
    scene.now += 3_600_000_000
    scene.files["app/main.py"] = "3\n"
    second = scene.build(DOCKERFILE)
    assert first.image is not None
    assert second.image is not None
    old, new = ([row.created for row in one.config.history] for one in (first.image, second.image))
    assert old[2] == new[2]  # COPY a.txt, from the cache
    assert old[3] != new[3]
    assert first.image.config.created < second.image.config.created
    assert scene.now > NOW
