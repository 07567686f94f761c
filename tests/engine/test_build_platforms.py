"""What a build knows of platforms, and what ``COPY`` may say of modes."""

from __future__ import annotations

import pytest

from labsim.errors import InvalidDockerfile, NotSimulated
from labsim.image import Platform
from tests.engine.build_scene import Scene, context

FILES = {"a.txt": "a\n", "app/main.py": "1\n"}


def settings(dockerfile: str, builder: str = "buildkit", **options: object) -> list[str]:
    image = Scene(builder, FILES).build(dockerfile, **options).image
    assert image is not None
    return image.config.run["Env"][1:]


def test_buildkit_says_which_platform_builds_for_which():
    dockerfile = (
        "FROM scratch\nARG BUILDPLATFORM\nARG TARGETARCH\nENV A=$BUILDPLATFORM:$TARGETARCH\n"
    )
    arm = Platform("linux", "arm64")
    assert settings(dockerfile, platform=arm) == ["A=linux/amd64:arm64"]


def test_the_command_line_has_the_last_word_about_platforms():
    dockerfile = "FROM scratch\nARG TARGETOS\nENV A=$TARGETOS\n"
    assert settings(dockerfile, args={"TARGETOS": "plan9"}) == ["A=plan9"]


def test_a_platform_is_a_variable_only_where_it_is_asked_for():
    assert settings("FROM scratch\nENV A=x$TARGETARCH\n") == ["A=x"]


def test_the_legacy_builder_knows_no_platforms():
    assert settings("FROM scratch\nARG TARGETARCH\nENV A=x$TARGETARCH\n", "legacy") == ["A=x"]


def test_a_mode_may_be_a_variable():
    dockerfile = "FROM scratch\nARG M=640\nCOPY --chmod=$M a.txt /x\n"
    image = Scene("buildkit", FILES).build(dockerfile).image
    assert image is not None
    assert [entry.mode for entry in image.layers[0].tar.entries] == [0o640]


@pytest.mark.parametrize("mode", ["999", "64a", "17777"])
def test_a_mode_that_is_no_number_of_a_mode_is_refused(mode):
    with pytest.raises(InvalidDockerfile, match=f"invalid chmod parameter: '{mode}'"):
        Scene("buildkit", FILES).build(f"FROM scratch\nCOPY --chmod={mode} a.txt /x\n")


def test_a_mode_in_letters_is_refused_by_name():
    with pytest.raises(NotSimulated, match=r"--chmod=u\+x \(line 2"):
        Scene("buildkit", FILES).build("FROM scratch\nCOPY --chmod=u+x a.txt /x\n")


def test_a_stage_further_down_is_refused_by_name():
    with pytest.raises(NotSimulated, match="COPY --from=1, a stage below"):
        Scene("buildkit", FILES).build("FROM scratch\nCOPY --from=1 /a /b\nFROM scratch\n")


def test_a_folder_stays_though_all_that_is_in_it_is_ignored():
    tree = context({**FILES, ".dockerignore": "app/*\n"}).open.tree
    assert tree.is_folder("app")
    assert "app/main.py" not in tree


def test_an_ignored_folder_goes_with_what_is_in_it():
    tree = context({**FILES, ".dockerignore": "app\n"}).open.tree
    assert "app" not in tree


def test_a_pattern_that_fits_nothing_makes_no_folder():
    image = Scene("buildkit", FILES).build("FROM scratch\nCOPY *.md /x/\n").image
    assert image is not None
    assert [entry.name for entry in image.layers[0].tar.entries] == []


@pytest.mark.parametrize("pattern", ["[]", "[z-a]", "["])
def test_a_pattern_that_is_none_fits_nothing(pattern):
    image = Scene("buildkit", FILES).build(f"FROM scratch\nCOPY {pattern} /x/\n").image
    assert image is not None
    assert [entry.name for entry in image.layers[0].tar.entries] == []
