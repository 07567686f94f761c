"""``labsim inspect``: the page and what is printed agree, exit codes, names that do harm."""

from __future__ import annotations

import io
import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

from labsim.terminal.inspection import run
from labsim.terminal.inspection.command import HELP
from tests.doors.written import Layout, docker_save, in_folder, in_tar, layer_tar, tar_of
from tests.terminal.shop import shop

PAGE = Path(__file__).parents[2] / "docs" / "inspect.md"
WEB = "shop/web:1.0"


class Typed:
    """What a command line answers."""

    def __init__(self, *words: str | Path) -> None:
        out, err = io.StringIO(), io.StringIO()
        self.exit_code = run([str(word) for word in words], out, err)
        self.out, self.err = out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    return shop(tmp_path_factory.mktemp("shop") / "shop.tar")


@pytest.fixture(scope="module")
def document(archive):
    return json.loads(
        Typed(archive, "--json", "--files", "--max-wasted", "1MB", "--max-layers", "4").out
    )


def small(tmp_path, *layers: bytes, name: str = "small.tar") -> Path:
    return in_tar(docker_save([([WEB], list(layers))]), tmp_path / name)


# -- the page --------------------------------------------------------------------------------------


def test_the_example_of_the_page_is_what_is_printed(archive, monkeypatch):
    monkeypatch.chdir(archive.parent)
    (block,) = re.findall(
        r"^```text\n\$ labsim inspect (.*?)```$", PAGE.read_text("utf-8"), re.S | re.M
    )
    command, _, printed = block.partition("\n")
    typed = Typed(*command.split())
    assert typed.out + typed.err == printed
    assert typed.exit_code == 1


def keys_of(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


def test_the_page_says_what_every_key_means_and_names_no_other(document, tmp_path):
    layout = Layout()
    layout.add(layout.manifest([layer_tar(1)]))  # with a symbolic link
    layout.add({"mediaType": "text/x", "digest": f"sha256:{'0' * 64}", "size": 1})
    path = in_folder(layout.finished(), tmp_path / "more")
    more = json.loads(Typed("--json", "--files", path).out)
    told = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.M))
    assert told == keys_of(document) | keys_of(more)


def test_the_page_names_every_option():
    options = set(re.findall(r"--[a-z-]+", HELP))
    assert options == set(re.findall(r"`(--[a-z-]+)", PAGE.read_text("utf-8"))) | {"--help"} - {
        "--help"
    }


# -- numbers ---------------------------------------------------------------------------------------


def test_the_numbers_of_the_document_add_up(document):
    for image in document["archives"][0]["images"]:
        layers = image["layers"]
        for key in (
            "packed_bytes",
            "unpacked_bytes",
            "files_bytes",
            "files",
            "wasted_bytes",
            "wasted_files",
        ):
            assert image[key] == sum(layer[key] for layer in layers), key
        assert image["wasted_bytes"] == sum(one["bytes"] for one in image["hidden"])
        assert image["wasted_files"] == len(image["hidden"])
        assert image["seen_bytes"] + image["wasted_bytes"] == image["files_bytes"]
        assert 0 <= image["seen_bytes"] / image["files_bytes"] - image["efficiency"] < 1e-4
        for layer in layers:
            files = [one for one in layer["members"] if one["kind"] == "file"]
            assert (len(files), sum(one["bytes"] for one in files)) == (
                layer["files"],
                layer["files_bytes"],
            )


def test_what_is_shared_is_counted_as_a_laptop_and_as_a_registry_keep_it(document):
    images = document["archives"][0]["images"]
    for key, size, name in (
        ("files", "files_bytes", "chain_id"),
        ("packed", "packed_bytes", "digest"),
    ):
        held = [{layer[name]: layer[size] for layer in image["layers"]} for image in images]
        found = document["sharing"][key]
        assert found["listed_bytes"] == sum(sum(one.values()) for one in held)
        assert found["stored_bytes"] == sum((held[0] | held[1]).values())
        assert sum(row["proportional_bytes"] for row in found["images"]) == found["stored_bytes"]
        both = sum(size for name, size in held[0].items() if name in held[1])
        assert {row["shared_bytes"] for row in found["images"]} == {both}
        assert [row["unique_bytes"] for row in found["images"]] == [
            sum(one.values()) - both for one in held
        ]


def test_several_archives_share_too_however_they_are_packed(tmp_path, archive):
    one = small(tmp_path, tar_of(("a", b"a" * 5000)))
    layout = Layout()
    layout.add(layout.manifest([tar_of(("a", b"a" * 5000)), tar_of(("b", b"b"))], packing="zstd"))
    two = in_folder(layout.finished(), tmp_path / "two")
    found = json.loads(Typed("--json", one, two).out)
    assert [row["shared_bytes"] for row in found["sharing"]["files"]["images"]] == [5000, 5000]
    assert [row["shared_bytes"] for row in found["sharing"]["packed"]["images"]] == [0, 0]
    assert f"{two}: " in Typed(one, two).out


def test_the_same_files_give_the_same_text_in_any_process(fresh, archive):
    code = (
        "import sys; from labsim.__main__ import main; sys.exit(main(['inspect', *sys.argv[1:]]))"
    )
    for words in ((), ("--json", "--files")):
        runs = [fresh(code, str(archive), *words, PYTHONHASHSEED=seed).stdout for seed in "12"]
        assert runs[0] == runs[1] == Typed(archive, *words).out


# -- the report ------------------------------------------------------------------------------------


def test_every_file_of_every_layer_can_be_listed(tmp_path):
    layers = [
        tar_of(("etc/", None), ("etc/motd", b"m" * 1500), ("etc/old/x", b"")),
        tar_of(("etc/", None), ("etc/motd", b"n"), ("etc/new", b""), ("etc/old/.wh..wh..opq", b"")),
        tar_of(("etc/.wh.new", b"")),
        tar_of(("etc/", None)),
    ]
    lines = Typed(small(tmp_path, *layers), "--files").out.split("\n\n")
    listed = [block.split("\n") for block in lines if block.startswith("  Layer ")]
    assert listed == [
        [
            "  Layer 1",
            "    A            etc/",
            "    A    1.5 kB  etc/motd",
            "    A       0 B  etc/old/x",
        ],
        [
            "  Layer 2",
            "    C       1 B  etc/motd",
            "    A       0 B  etc/new",
            "    D            etc/old/ (what was in it)",
        ],
        ["  Layer 3", "    D            etc/new"],
        ["  Layer 4", "    nothing"],
    ]


def test_ten_hidden_files_are_named_and_the_others_counted(tmp_path):
    files = [(f"f{n:02d}", b"x" * n) for n in range(1, 13)]
    path = small(tmp_path, tar_of(*files), tar_of(*((name, b"") for name, _ in files)))
    report = Typed(path).out
    assert report.count(" 2, overwritten  f") == 10
    assert "\n    and 2 more files with 3 B\n" in report
    assert Typed(path, "--files").out.count(" 2, overwritten  f") == 12


def test_what_is_listed_and_is_no_image_is_told(tmp_path):
    layout = Layout()
    layout.add(layout.manifest([tar_of(("a", b"a"))]), WEB)
    layout.add({"mediaType": "text/x", "digest": f"sha256:{'0' * 64}", "size": 1})
    report = Typed(in_folder(layout.finished(), tmp_path / "web")).out
    assert (
        "  Listed too, and no image here:\n    manifest 000000000000: an artifact of type text/x\n"
        in report
    )


def test_an_image_without_files_and_one_without_a_name(tmp_path):
    layout = Layout()
    path = in_folder(
        layout.add(layout.manifest([tar_of(("a/", None))])).finished(), tmp_path / "web"
    )
    report = Typed(path).out
    assert "\n(no name)  linux/amd64\n" in report
    assert "\n  There are no bytes in its files.\n" in report


# -- thresholds ------------------------------------------------------------------------------------

LOWER = tar_of(("a", b"a" * 60), ("b", b"b" * 40))
UPPER = tar_of(("a", b"A" * 100))


@pytest.mark.parametrize(
    ("option", "kept", "broken", "sentence"),
    [
        ("max-wasted", "60", "59", "60 B in files are wasted, more than the 59 B of"),
        ("min-efficiency", "0.7", "0.700000001", "its efficiency is 0.7000, below"),
        ("max-size", "200", "199", "its files come to 200 B, more than the 199 B of"),
        ("max-layers", "2", "1", "it has 2 layers, more than the 1 of --max-layers"),
    ],
)
def test_a_threshold_is_kept_to_the_byte(tmp_path, option, kept, broken, sentence):
    path = small(tmp_path, LOWER, UPPER)
    good, bad = Typed(path, f"--{option}", kept), Typed(path, f"--{option}", broken)
    assert (good.exit_code, good.err) == (0, "")
    assert (bad.exit_code, bad.out) == (1, good.out)
    assert bad.err.startswith(f"labsim inspect: {path}: {WEB} linux/amd64: {sentence}")
    (told,) = json.loads(Typed(path, "--json", f"--{option}", broken).out)["broken"]
    assert told["threshold"] == option
    assert Fraction(str(told["limit"])) == Fraction(broken)


def test_the_files_to_blame_are_named(tmp_path):
    path = small(tmp_path, LOWER, UPPER)
    assert Typed(path, "--max-wasted", "1").err.splitlines()[1:] == [
        "    60 B  in layer 1, overwritten by layer 2  a"
    ]
    assert Typed(path, "--max-size", "1").err.splitlines()[1:] == [
        "    100 B  in layer 2                          a",
        "     60 B  in layer 1, overwritten by layer 2  a",
        "     40 B  in layer 1                          b",
    ]
    assert Typed(path, "--max-layers", "1").err.splitlines()[1:] == ["    layer 2  100 B  COPY 1"]
    broken = json.loads(Typed(path, "--json", "--max-size", "1", "--max-layers", "0").out)["broken"]
    assert [[one["path"] for one in row["files"]] for row in broken] == [["a", "a", "b"], []]
    assert [row["layers"] for row in broken] == [[], [1, 2]]


def test_amounts_that_look_alike_are_told_to_the_byte(tmp_path):
    path = small(tmp_path, tar_of(("a", b"a" * 1_500_010)))
    assert (
        "come to 1,500,010 B, more than the 1,500,000 B of"
        in Typed(path, "--max-size", "1.5MB").err
    )


def test_each_image_is_judged_by_itself(archive):
    told = Typed(archive, "--max-wasted", "100", "--json")
    assert [one["image"] for one in json.loads(told.out)["broken"]] == [WEB, "shop/worker:1.0"]
    assert Typed(archive, "--max-wasted", "300").err.count("labsim inspect: ") == 1


# -- exit codes and words --------------------------------------------------------------------------


def test_what_cannot_be_read_is_2_and_prints_nothing_else(tmp_path, archive):
    (tmp_path / "notes.txt").write_text("dear diary")
    for words in (
        (tmp_path / "none.tar",),
        (archive, tmp_path / "notes.txt"),
        (archive, "--limit", "1kB"),
    ):
        typed = Typed(*words)
        assert (typed.exit_code, typed.out) == (2, "")
        assert typed.err.startswith("labsim inspect: ")
        assert typed.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "the following arguments are required: FILE"),
        (("x", "--nonsense"), "unrecognized arguments: --nonsense"),
        (("x", "--max-wasted", "much"), "'much' is no number of bytes: write it like 500, 20kB or"),
        (("x", "--max-wasted", "9" * 400), "is no number of bytes"),
        (("x", "--min-efficiency", "95%"), "'95%' is no ratio from 0 to 1: write it like 0.95"),
        (("x", "--min-efficiency", "1.5"), "'1.5' is no ratio from 0 to 1"),
        (("x", "--max-layers", "-1"), "argument --max-layers: "),
        (("x", "--max-layers", "few"), "'few' is no number of layers"),
        (("x", "--platform", "amd64"), "'amd64' is no platform: write it as linux/amd64"),
    ],
)
def test_words_that_make_no_sense_are_one_sentence_and_2(words, sentence):
    typed = Typed(*words)
    assert (typed.exit_code, typed.out) == (2, "")
    assert sentence in typed.err
    assert typed.err.count("\n") == 1


def test_options_may_stand_anywhere(tmp_path, archive):
    one = small(tmp_path, LOWER)
    typed = Typed(one, "--platform", "linux/amd64", archive, "--json")
    assert [found["path"] for found in json.loads(typed.out)["archives"]] == [
        str(one),
        str(archive),
    ]


def test_help_says_how_it_is_typed_and_opens_no_lab(labsim, tmp_path):
    for words in (("--help",), ("-h",), ("x", "--help")):
        page = labsim("inspect", *words)
        assert (page.returncode, page.stdout, page.stderr) == (0, HELP, "")
    assert not (tmp_path / "my.lab").exists()
    assert "  labsim inspect FILE...      " in labsim("help").stdout


def test_it_is_a_word_of_the_command_and_of_the_prompt(labsim, archive, tmp_path):
    broken = labsim("inspect", str(archive), "--max-layers", "4")
    assert broken.returncode == 1
    assert broken.stdout == Typed(archive).out
    assert broken.stderr.startswith(
        f"labsim inspect: {archive}: {WEB} linux/amd64: it has 5 layers"
    )
    assert not (tmp_path / "my.lab").exists()
    prompt = labsim("shell", stdin=f"inspect {archive} --max-layers 4\n")
    assert (prompt.returncode, prompt.stdout) == (1, broken.stdout)
    assert labsim("inspect", "none.tar").returncode == 2


# -- names that do harm ----------------------------------------------------------------------------


def test_a_name_that_would_move_the_cursor_is_shown_as_it_is_written(tmp_path):
    evil = ("\x1b[2Jclear", "two\nlines", "caf\udce9", "right\u202eleft")
    path = small(
        tmp_path, tar_of(*((name, b"x") for name in evil)), tar_of(*((name, b"") for name in evil))
    )
    typed = Typed(path, "--files", "--max-wasted", "0")
    for text in (typed.out, typed.err):
        assert all(line.isprintable() for line in text.splitlines())
        for shown in (r"\x1b[2Jclear", r"two\nlines", r"caf\xe9", r"right\u202eleft"):
            assert shown in text
    paths = [
        one["path"]
        for one in json.loads(Typed(path, "--json").out)["archives"][0]["images"][0]["hidden"]
    ]
    assert sorted(paths) == sorted(["\x1b[2Jclear", "two\nlines", r"caf\xe9", "right\u202eleft"])


def test_texts_of_a_config_do_no_harm_either(tmp_path):
    files = docker_save([([WEB], [LOWER])])
    name = next(name for name in files if name.endswith(".json") and name != "manifest.json")
    config = json.loads(files.pop(name))
    config["os"] = "li\x1bnux\ud800"
    config["history"][0]["created_by"] = "RUN \x07\n" + "x" * 100
    files["evil.json"] = json.dumps(config).encode()
    files["manifest.json"] = files["manifest.json"].replace(name.encode(), b"evil.json")
    path = in_tar(files, tmp_path / "evil.tar")
    assert all(line.isprintable() for line in Typed(path).out.splitlines())
    assert r"li\x1bnux\ud800/amd64" in Typed(path).out
    assert Typed(path, "--json").out.encode("utf-8")


def test_a_sentence_of_refusal_is_one_line_too(tmp_path):
    path = small(tmp_path, tar_of(("../\x1b[2J\n", b"x")))
    typed = Typed(path)
    assert typed.exit_code == 2
    assert typed.err.rstrip("\n").isprintable()
