"""Tar: the same bytes on every machine, read by every tool, and read with suspicion."""

from __future__ import annotations

import io
import tarfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsim.archive import (
    Member,
    Tar,
    directory,
    file,
    hardlink,
    is_opaque,
    opaque,
    pack,
    symlink,
    tar,
    unpack,
    whited_out,
    whiteout,
)
from labsim.blob import Blob
from labsim.errors import Mismatch

SMALL = tar([directory("app"), file("app/hello.txt", b"hello\n", mtime=1_700_000_000)])


def listed(data: bytes) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return archive.getmembers()


# -- writing ---------------------------------------------------------------------------------------


def test_the_bytes_of_an_archive_are_these_for_ever():
    assert SMALL.digest.short == "7b2774e0148c"
    assert (pack(SMALL).digest.short, pack(SMALL).size) == ("e88f6aa97c9b", 282)


def test_the_standard_library_reads_what_is_written():
    members = [
        directory("app", mode=0o700),
        file("app/run.sh", b"#!/bin/sh\n", mode=0o755, mtime=99),
        symlink("app/latest", "run.sh"),
        hardlink("app/again", "app/run.sh"),
    ]
    folder, script, soft, hard = listed(bytes(tar(members)))
    assert (folder.name, folder.isdir(), folder.mode) == ("app", True, 0o700)
    assert (script.name, script.size, script.mode, script.mtime) == ("app/run.sh", 10, 0o755, 99)
    assert (soft.issym(), soft.linkname, hard.islnk(), hard.linkname) == (
        True,
        "run.sh",
        True,
        "app/run.sh",
    )
    assert {member.uid for member in (folder, script)} == {0}


def test_an_archive_is_not_padded_beyond_its_two_records_of_zeros():
    assert tar([]).size == 1024
    assert tar([file("a", b"x")]).size == 512 + 512 + 1024


@pytest.mark.parametrize(
    "name",
    [
        "a" * 100,
        "a" * 101,
        "folder/" * 20 + "file",
        "d" * 155 + "/" + "f" * 100,
        "d" * 156 + "/" + "f" * 100,
        "d/" + "f" * 101,
        "häuser/straße-" + "ß" * 60,
        "x" * 1000,
        "x" * 983,
    ],
)
def test_long_names_survive_whatever_their_length(name):
    made = tar([file(name, b"1"), symlink("link", name), file("next")])
    assert [member.name for member in listed(bytes(made))] == [name, "link", "next"]
    assert listed(bytes(made))[1].linkname == name
    entries = Tar(bytes(made)).entries
    assert [entry.name for entry in entries] == [name, "link", "next"]
    assert entries[1].link == name
    assert entries == made.entries


def test_what_a_header_cannot_say_is_refused():
    with pytest.raises(Mismatch, match="NUL"):
        tar([file("a\0b")])
    with pytest.raises(Mismatch, match="8 GiB"):
        tar([file("huge", Blob.generated(lambda: iter(()), 8**11))])


def test_files_size_counts_the_files_and_nothing_else():
    made = tar([directory("d"), file("d/a", b"12345"), hardlink("d/b", "d/a"), file("d/c", b"1")])
    assert made.files_size == Tar(bytes(made)).files_size == 6


def test_the_content_of_a_file_can_be_had():
    assert bytes(SMALL.content("app/hello.txt")) == b"hello\n"
    with pytest.raises(KeyError):
        SMALL.content("app")


# -- reading ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_archives_of_every_usual_style_are_read(style):
    out = io.BytesIO()
    long = "long/" * 20 + "name" if style == tarfile.USTAR_FORMAT else "long" * 60
    with tarfile.open(fileobj=out, mode="w", format=style) as archive:
        member = tarfile.TarInfo(long)
        member.size, member.mtime = 3000, 12345
        archive.addfile(member, io.BytesIO(b"x" * 3000))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = (
            tarfile.SYMTYPE,
            "t" * (90 if style == tarfile.USTAR_FORMAT else 120),
        )
        archive.addfile(link)
    first, second = Tar(out.getvalue()).entries
    assert (first.name, first.size, first.mtime, first.kind) == (long, 3000, 12345, "0")
    assert second.link == link.linkname


def test_numbers_in_gnu_binary_form_are_read():
    raw = bytearray(bytes(file("big", b"").header))
    raw[124:136] = b"\x80" + (5).to_bytes(11, "big")
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw)
    assert Tar(bytes(raw) + b"hello".ljust(512, b"\0") + bytes(1024)).files_size == 5


def test_a_link_has_no_content_whatever_size_its_header_says():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
        link = tarfile.TarInfo("b")
        link.type, link.linkname, link.size = tarfile.LNKTYPE, "a", 4096
        archive.addfile(link)
        archive.addfile(tarfile.TarInfo("c"))
    found = Tar(out.getvalue())
    assert [(entry.name, entry.size) for entry in found.entries] == [("a", 0), ("b", 0), ("c", 0)]


def damaged(change) -> bytes:
    data = bytearray(bytes(SMALL))
    change(data)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "it is empty"),
        (b"hello", "truncated"),
        (b"\1" * 1024, "a number"),
        (b"1" * 1024, "checksum"),
        (bytes(SMALL)[:900], "truncated"),
        (bytes(SMALL)[:1500], "truncated"),
        (bytes(SMALL) + b"more", "bytes follow the end"),
        (damaged(lambda data: data.__setitem__(5, 1)), "checksum"),
        (damaged(lambda data: data.__setitem__(slice(148, 156), b"99999999")), "a number"),
    ],
)
def test_what_is_no_whole_archive_is_refused_in_one_sentence(data, sentence):
    with pytest.raises(Mismatch, match=sentence) as refused:
        unpack(Blob(data))
    assert "\n" not in str(refused.value)


def test_a_pax_header_that_lies_about_its_lengths_is_refused():
    made = bytes(tar([file("x" * 300)]))
    with pytest.raises(Mismatch, match="pax header"):
        Tar.read(Blob(made.replace(b"310 path", b"999 path", 1)))


def test_an_extension_that_asks_for_much_memory_is_refused():
    huge = Member("x", "x", Blob.generated(lambda: iter(()), 1 << 21)).header
    with pytest.raises(Mismatch, match="too long"):
        Tar.read(Blob(huge + bytes(1024)))


GOOD = bytes(tar([directory("d"), file("d/" + "n" * 200, b"12345"), symlink("s", "t" * 120)]))


@given(
    st.lists(
        st.tuples(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=12)), max_size=5
    ),
    st.integers(0, len(GOOD)),
)
def test_whatever_the_bytes_an_archive_is_read_or_a_mismatch(changes, stop):
    data = bytearray(GOOD)
    for at, noise in changes:
        data[at : at + len(noise)] = noise
    for start in range(0, 3584, 512):  # right checksums, so that the damage is looked at
        data[start + 148 : start + 156] = b" " * 8
        data[start + 148 : start + 156] = b"%06o\0 " % sum(data[start : start + 512])
    with suppress(Mismatch):
        entries = Tar.read(Blob(bytes(data[:stop]))).entries
        assert all(entry.size >= 0 for entry in entries)


def test_numbers_without_end_are_refused():
    made = bytes(tar([file("x" * 5000)]))
    for lie in (b"9" * 4500 + b" path=", b"5010 size=" + b"9" * 4900):
        with pytest.raises(Mismatch):
            Tar.read(Blob(made.replace(made[512 : 512 + len(lie)], lie, 1)))


# -- whiteouts -------------------------------------------------------------------------------------


def test_whiteouts_are_empty_files_with_telling_names():
    made = tar([whiteout("etc/motd"), opaque("var/cache/"), whiteout("top")])
    assert [entry.name for entry in made.entries] == [
        "etc/.wh.motd",
        "var/cache/.wh..wh..opq",
        ".wh.top",
    ]
    assert made.files_size == 0
    assert [whited_out(entry.name) for entry in made.entries] == ["etc/motd", None, "top"]
    assert [is_opaque(entry.name) for entry in made.entries] == [False, True, False]
