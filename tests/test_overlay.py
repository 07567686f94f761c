"""Layers laid over each other: what is hidden and by whom, compared with a real file system."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim.archive import directory, file, hardlink, opaque, symlink, tar, whiteout
from labsim.archive.overlay import Level, overlay
from labsim.archive.reading import FILE, Entry, Room
from labsim.errors import Mismatch


def laid(*layers):
    return overlay([tar(members).entries for members in layers])


def sized(name: str, size: int):
    return file(name, b"x" * size)


def hidden(*layers) -> list[tuple[str, int, int, int, str]]:
    return [tuple(one) for one in laid(*layers).hidden]


# -- what hides a file -----------------------------------------------------------------------------


def test_a_file_of_the_same_name_hides_the_one_below():
    assert hidden([sized("a", 5)], [sized("a", 3)]) == [("a", 5, 1, 2, "overwritten")]


def test_a_whiteout_hides_a_file_or_all_of_a_folder():
    lower = [sized("etc/motd", 5), sized("etc/deep/er", 3), sized("etcetera", 1)]
    assert hidden(lower, [whiteout("etc/motd")]) == [("etc/motd", 5, 1, 2, "deleted")]
    assert hidden(lower, [whiteout("etc")]) == [
        ("etc/motd", 5, 1, 2, "deleted"),
        ("etc/deep/er", 3, 1, 2, "deleted"),
    ]


def test_an_opaque_folder_hides_what_lower_layers_have_in_it_wherever_its_marker_stands():
    lower = [sized("etc/motd", 5), sized("etc/deep/er", 3), sized("bin", 1)]
    for upper in (
        [directory("etc"), opaque("etc"), sized("etc/new", 2)],
        [directory("etc"), sized("etc/new", 2), opaque("etc")],
    ):
        found = laid(lower, upper)
        assert [tuple(one) for one in found.hidden] == [
            ("etc/motd", 5, 1, 2, "emptied"),
            ("etc/deep/er", 3, 1, 2, "emptied"),
        ]
        assert [one.path for one in found.largest] == ["etc/new", "bin"]


def test_a_marker_at_the_root_hides_everything_below():
    assert [one[0] for one in hidden([sized("a", 1), sized("b/c", 1)], [opaque("")])] == [
        "a",
        "b/c",
    ]


def test_a_marker_does_not_concern_its_own_layer():
    upper = [sized("a", 3), whiteout("a")]
    found = laid([sized("a", 5)], upper)
    assert [tuple(one) for one in found.hidden] == [("a", 5, 1, 2, "deleted")]
    assert found.seen_size == 3


def test_a_file_in_the_place_of_a_folder_hides_what_was_in_it_and_the_other_way_round():
    assert hidden([sized("a/b", 5)], [sized("a", 3)]) == [("a/b", 5, 1, 2, "overwritten")]
    assert hidden([sized("a", 5)], [sized("a/b", 3)]) == [("a", 5, 1, 2, "overwritten")]
    assert hidden([sized("a", 5)], [directory("a")]) == [("a", 5, 1, 2, "overwritten")]
    assert hidden([sized("a", 5)], [symlink("a", "b")]) == [("a", 5, 1, 2, "overwritten")]


def test_a_folder_over_a_folder_hides_nothing():
    assert hidden([directory("a"), sized("a/b", 5)], [directory("a"), sized("a/c", 1)]) == []


def test_a_file_that_is_twice_in_one_layer_is_hidden_by_its_own():
    assert hidden([sized("a", 5), sized("a", 3)]) == [("a", 5, 1, 1, "overwritten")]


def test_what_was_deleted_may_come_again():
    found = laid([sized("a", 5)], [whiteout("a")], [sized("a", 5)])
    assert [tuple(one) for one in found.hidden] == [("a", 5, 1, 2, "deleted")]
    assert [tuple(one) for one in found.largest] == [("a", 5, 3)]


def test_deleting_what_is_not_there_hides_nothing():
    assert hidden([sized("a", 5)], [whiteout("b"), whiteout("c/d"), opaque("e")]) == []


# -- names -----------------------------------------------------------------------------------------


def test_names_are_one_however_they_are_written():
    lower = [Entry(name, FILE, 1, 0, 0, "", 0) for name in ("./a", "/b", "c//d")]
    upper = [Entry(name, FILE, 1, 0, 0, "", 0) for name in ("a", "b", "c/d")]
    assert len(overlay([lower, upper]).hidden) == 3


def test_bytes_with_two_names_are_hidden_only_when_both_are():
    lower = [sized("a", 5), hardlink("b", "a")]
    assert hidden(lower, [whiteout("a")]) == []
    assert hidden(lower, [whiteout("a")], [sized("b", 1)]) == [("a", 5, 1, 3, "overwritten")]


def test_a_hard_link_may_lead_into_a_layer_below_and_saves_its_bytes():
    lower = [sized("a", 5)]
    assert hidden(lower, [hardlink("b", "a")], [whiteout("a")]) == []


def test_a_hard_link_to_nothing_and_the_root_itself_have_no_bytes():
    found = laid([hardlink("b", "nowhere"), hardlink("c", "")], [directory("."), sized("b", 1)])
    assert (found.hidden, found.files_size) == ((), 1)


def test_what_aufs_kept_for_itself_is_no_file_of_the_image():
    lower = [
        file(".wh..wh.aufs"),
        directory(".wh..wh.plnk"),
        sized(".wh..wh.plnk/1.2", 5),
        sized(".wh..wh.plnk/3.4", 7),
        hardlink("a", ".wh..wh.plnk/1.2"),
    ]
    assert hidden(lower) == [(".wh..wh.plnk/3.4", 7, 1, 1, "unnamed")]


def test_a_marker_with_content_is_wasted_itself():
    lower, upper = [sized("a", 5)], [sized(".wh.a", 2)]
    assert hidden(lower, upper) == [("a", 5, 1, 2, "deleted"), (".wh.a", 2, 2, 2, "unnamed")]


# -- counts ----------------------------------------------------------------------------------------


def test_each_layer_is_counted():
    lower = [
        directory("a"),
        sized("a/b", 5),
        sized("c", 7),
        symlink("d", "c"),
        hardlink("e", "c"),
    ]
    upper = [directory("a"), whiteout("c"), sized("a/b", 3), sized("a/f", 2), opaque("g")]
    found = laid(lower, upper)
    assert found.levels == (
        Level(2, 1, 2, 0, 12, 1, 5, "AAAAA"),
        Level(2, 1, 0, 2, 5, 0, 0, ".DCAD"),
    )
    assert (found.files_size, found.hidden_size, found.seen_size) == (17, 5, 12)
    assert found.efficiency == 12 / 17


def test_an_image_without_bytes_wastes_none():
    assert overlay([]).efficiency == laid([directory("a")]).efficiency == 1.0


def test_the_largest_come_first_and_equal_ones_by_name():
    found = laid([sized("b", 1), sized("a", 1), sized("c", 2)], [opaque("")])
    assert [one.path for one in found.hidden] == ["c", "a", "b"]
    many = laid([sized(f"{n:02d}", n) for n in range(1, 15)])
    assert [one.size for one in many.largest] == list(range(14, 4, -1))


# -- what is deep or many --------------------------------------------------------------------------


def test_a_name_of_many_folders_needs_no_deep_stack():
    deep = "d/" * 50_000 + "f"
    assert [
        one.how
        for one in overlay([[Entry(deep, FILE, 1, 0, 0, "", 0)], tar([opaque("")]).entries]).hidden
    ] == ["emptied"]


def test_names_that_would_fill_the_memory_with_folders_are_refused():
    entries = [Entry(f"{n}/" + "d/" * 2000, "5", 0, 0, 0, "", 0) for n in range(10)]
    with pytest.raises(Mismatch, match="more members than can be kept in memory"):
        overlay([entries], Room(4_000_000))
    assert overlay([entries], Room(8_000_000)).files_size == 0


# -- compared with a real file system --------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "a/a", "a/b", "a/b/c"])
MEMBERS = st.one_of(
    st.tuples(st.just("file"), NAMES, st.integers(0, 9)),
    st.tuples(st.just("file"), NAMES, st.integers(0, 9)),
    st.tuples(st.just("folder"), NAMES, st.none()),
    st.tuples(st.just("symlink"), NAMES, st.none()),
    st.tuples(st.just("hardlink"), NAMES, NAMES),
    st.tuples(st.just("whiteout"), NAMES, st.none()),
    st.tuples(st.just("opaque"), NAMES, st.none()),
)


def member(kind, name, extra):
    made = {
        "file": lambda: sized(name, extra),
        "folder": lambda: directory(name),
        "symlink": lambda: symlink(name, "nowhere"),
        "hardlink": lambda: hardlink(name, extra),
        "whiteout": lambda: whiteout(name),
        "opaque": lambda: opaque(name),
    }
    return made[kind]()


def removed(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif path.is_symlink() or path.exists():
        path.unlink()


def unpacked(root: Path, members) -> None:
    """One layer over what is there, with the tools of the operating system."""
    for kind, name, _ in members:
        if kind == "whiteout" and is_folder(root, (root / name).parent):
            removed(root / name)
        if kind == "opaque" and is_folder(root, root / name):
            for path in (root / name).iterdir():
                removed(path)
    for kind, name, extra in members:
        if kind not in ("whiteout", "opaque"):
            placed(root, kind, root / name, extra)


def is_folder(root: Path, path: Path) -> bool:
    """Whether one gets there through folders alone."""
    steps = [step for step in (path, *path.parents) if step.is_relative_to(root)]
    return all(step.is_dir() and not step.is_symlink() for step in steps)


def placed(root: Path, kind: str, path: Path, extra) -> None:
    held = root.parent / "held"
    if kind == "hardlink" and is_folder(root, (root / extra).parent) and is_plain(root / extra):
        os.link(root / extra, held)
    for parent in reversed([p for p in path.parents if p.is_relative_to(root) and p != root]):
        if not parent.is_dir() or parent.is_symlink():
            removed(parent)
            parent.mkdir()
    if kind == "folder" and path.is_dir() and not path.is_symlink():
        return
    removed(path)
    if kind == "folder":
        path.mkdir()
    elif kind == "file":
        path.write_bytes(b"x" * extra)
    elif held.exists():
        held.rename(path)
    else:
        path.symlink_to("nowhere")


def is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


@given(layers=st.lists(st.lists(MEMBERS, min_size=1, max_size=6), min_size=2, max_size=4))
def test_what_is_seen_is_what_a_file_system_shows(tmp_path_factory, layers):
    root = tmp_path_factory.mktemp("laid") / "root"
    root.mkdir()
    for members in layers:
        unpacked(root, members)
    shown = {
        os.lstat(path).st_ino: os.lstat(path).st_size for path in root.rglob("*") if is_plain(path)
    }
    found = overlay([tar(member(*one) for one in members).entries for members in layers])
    assert found.seen_size == sum(shown.values())
    assert len(found.hidden) == sum(level.files for level in found.levels) - len(shown)
    assert sum(one.size for one in found.hidden) == found.hidden_size
    assert [one for one in found.hidden if not one.layer <= one.by] == []


def test_the_file_system_is_told_what_is_meant(tmp_path):
    (tmp_path / "root").mkdir()
    unpacked(tmp_path / "root", [("file", "a", 5), ("hardlink", "b", "a"), ("file", "c/d", 1)])
    assert (tmp_path / "root/a").samefile(tmp_path / "root/b")
    unpacked(tmp_path / "root", [("whiteout", "a", None), ("opaque", "c", None)])
    assert sorted(path.name for path in (tmp_path / "root").rglob("*")) == ["b", "c"]
