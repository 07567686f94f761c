"""RUN without a machine: which commands leave what, and what is said of the others."""

from __future__ import annotations

import pytest

from labsim.archive import Tar, tar
from labsim.archive.madeup import MadeUp
from labsim.engine.builder.digests import KNOWN
from labsim.engine.builder.effects import ROWS, Made, made_up
from labsim.engine.builder.running import NOTHING, run
from labsim.engine.builder.tree import Tree
from tools import build_page, run_digests


def left(command: str, there: Tree | None = None, **options) -> dict[str, bytes]:
    layer = run(command, there or Tree(), **options).layer
    if layer is None:
        return {}
    found = Tree()
    found.lay(layer)
    return {name: bytes(node.content) for name, node in found.items() if node.kind == "0"}


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("echo hi > /x", {"x": b"hi\n"}),
        ("echo -n 'a b' >/x && echo c >> /x", {"x": b"a bc\n"}),
        ('echo "$A-${B:-2}" > x', {"w/x": b"1-2\n"}),
        ("touch a b; touch /c", {"w/a": b"", "w/b": b"", "c": b""}),
        ("cd /y && touch z", {"y/z": b""}),
        ("echo 1 > /x && rm /x", {}),
        ("sudo touch /x", {"x": b""}),
        ("A=2 touch /x", {"x": b""}),
        ("set -eux; touch /x || true", {"x": b""}),
        ("mkdir -p /a/b", {}),
        ("true", {}),
    ],
)
def test_small_commands_do_what_they_say(command, files):
    assert left(command, working_dir="/w", env={"A": "1"}) == files


def test_mkdir_makes_every_folder_on_the_way():
    layer = run("mkdir -p /a/b c", Tree(), working_dir="/w").layer
    assert layer is not None
    assert [entry.name for entry in layer.entries] == ["a/", "a/b/", "w/", "w/c/"]


def test_rm_leaves_whiteouts_for_what_lies_below():
    there = Tree()
    there.lay(made_up((Made("apt-update"),)).tar)
    layer = run("rm -rf /var/lib/apt/lists/*", there).layer
    assert layer is not None
    assert all("/.wh." in entry.name for entry in layer.entries)
    assert layer.files_size == 0
    assert run("rm -rf /nothing", there).layer is None


def test_what_is_removed_in_the_same_run_never_was():
    whole = run("apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*", Tree())
    assert whole.made == (Made("apt-install"),)
    assert run("apt-get update && apt-get install -y curl", Tree()).made == (
        Made("apt-update"),
        Made("apt-install"),
    )


@pytest.mark.parametrize(
    ("command", "made"),
    [
        ("apt-get install -y --no-install-recommends git", Made("apt-install")),
        ("DEBIAN_FRONTEND=noninteractive apt-get -y install git", Made("apt-install")),
        ("pip install --no-cache-dir -r requirements.txt", Made("pip-install")),
        ("python -m pip install x", Made("pip-install")),
        ("npm ci", Made("npm-install", "w")),
        ("yarn", Made("npm-install", "w")),
        ("yarn build", Made("npm-build", "w")),
        ("npm run build", Made("npm-build", "w")),
        ("go mod download", Made("go-download")),
        ("CGO_ENABLED=0 go build -o /bin/app ./cmd", Made("go-build", "bin/app")),
        ("go build", Made("go-build", "w/app")),
        ("gcc -O2 -o app main.c", Made("compile", "w/app")),
        ("gcc main.c", Made("compile", "w/a.out")),
        ("curl -fsSL -o /tmp/x https://example.com/x", Made("curl", "tmp/x")),
        ("curl -O https://example.com/y.tgz", Made("curl", "w/y.tgz")),
        ("wget https://example.com/z.tgz", Made("curl", "w/z.tgz")),
        ("apk add --no-cache git", Made("apk-add")),
        ("make -j4 all", Made("make", "w")),
    ],
)
def test_a_command_of_the_table_leaves_its_row(command, made):
    assert run(command, Tree(), working_dir="/w").made == (made,)


@pytest.mark.parametrize("command", ["./setup.sh", "useradd me", "systemctl start x"])
def test_anything_else_changes_nothing_and_says_so(command):
    ran = run(command, Tree())
    assert ran.layer is None
    assert ran.output[0].startswith(NOTHING)


def test_curl_to_nowhere_leaves_no_file():
    ran = run("curl https://example.com", Tree())
    assert ran.layer is None
    assert "to no file" in ran.output[0]


def test_files_of_both_kinds_make_one_layer():
    layer = run("apt-get update && echo done > /done", Tree()).layer
    assert layer is not None
    again = Tar(bytes(layer))
    assert again.entries == layer.entries
    assert layer.digest == again.digest
    assert bytes(layer.content("done")) == b"done\n"
    assert layer.files_size == ROWS["apt-update"].files + 5


def test_a_layer_of_the_table_is_known_without_making_it(monkeypatch):
    def refused(*_):
        raise AssertionError("a made-up byte was made")

    made_up.cache_clear()
    monkeypatch.setattr(MadeUp, "_noise", refused)
    for key, made in run_digests.layers():
        packed = made_up(made)
        assert packed.tar.digest.hex == KNOWN[key][1]
        assert packed.size == sum(ROWS[one.row].packed for one in made)
        assert packed.tar.files_size == sum(ROWS[one.row].files for one in made)
    made_up.cache_clear()


def test_elsewhere_it_is_made_once():
    packed = made_up((Made("compile", "some/where/else"),))
    assert "compile@some/where/else" not in KNOWN
    assert packed.tar.entries[0].name.startswith("some/")
    assert tar([]).digest != packed.tar.digest


def test_every_row_is_shipped_and_small_ones_hash_to_what_is_shipped():
    keys = dict(run_digests.layers())
    assert keys.keys() == KNOWN.keys()
    for key in ("compile@server", "npm-build@app", "apk-update"):
        assert run_digests.computed(keys[key]) == KNOWN[key]


@pytest.mark.slow
def test_every_digest_that_is_shipped_is_that_of_the_bytes():
    assert run_digests.main(["--check"]) == 0


def test_the_page_shows_the_table_as_it_is():
    text = build_page.PAGE.read_text(encoding="utf-8")
    assert build_page.page(text) == text
    assert "`apt-get install`" in text
