"""RUN --mount: what leaves no layer, and what the cache asks."""

from __future__ import annotations

import pytest

from labsim.dockerfile.mounts import Mount
from labsim.engine.builder.running import run
from labsim.engine.builder.tree import Tree
from labsim.errors import NotSimulated
from tests.engine.build_scene import Scene

FILES = {"a.txt": "a\n", "d/b.txt": "b\n"}


def names(line: str, *mounts: Mount) -> list[str]:
    layer = run(line, Tree(), mounts=mounts).layer
    return [entry.name for entry in layer.entries] if layer is not None else []


def test_what_is_written_into_a_cache_is_in_no_layer():
    cache = Mount("cache", "/c")
    assert names("echo x > /c/x && echo y > /y", cache) == ["c/", "y"]
    assert names("echo x > /c/x && echo y > /y") == ["c/x", "y"]


def test_of_a_secret_the_folder_is_left_and_no_file():
    secret = Mount("secret", name="w")
    assert names("touch /z", secret) == ["run/", "run/secrets/", "z"]


@pytest.mark.parametrize(
    ("line", "target", "kept"),
    [
        ("go build -o /app .", "/root/.cache/go-build", ["app"]),
        ("apt-get update", "/var/lib/apt", ["var/cache/apt/pkgcache.bin"]),
        ("cargo build", "/usr/local/cargo/registry", ["target/release/app"]),
    ],
)
def test_a_cache_takes_the_made_up_files_below_it(line, target, kept):
    plain, cached = (
        run(line, Tree()).layer,
        run(line, Tree(), mounts=[Mount("cache", target)]).layer,
    )
    assert plain is not None
    assert cached is not None
    inside = [entry.name for entry in cached.entries]
    assert set(kept) <= set(inside)
    assert not any(name.startswith(f"{target[1:]}/") and name[-1] != "/" for name in inside)
    assert cached.files_size < plain.files_size
    assert sum(entry.size for entry in cached.entries) == cached.files_size


def test_a_made_up_layer_whose_files_all_lie_in_caches_is_folders():
    mounts = [Mount("cache", "/go"), Mount("cache", "/root/.cache")]
    assert all(name.endswith("/") for name in names("go mod download", *mounts))


def test_a_bind_is_compared_by_its_files():
    scene = Scene("buildkit", FILES)
    text = "FROM shell\nRUN --mount=type=bind,src=d,target=/src echo x > /x\n"
    assert [step.cached for step in scene.build(text).steps] == [False]
    scene.files["a.txt"] = "other\n"
    assert [step.cached for step in scene.build(text).steps] == [True]
    scene.files["d/b.txt"] = "other\n"
    [step] = scene.build(text).steps
    assert (step.cached, step.why) == (False, "files changed: /src/b.txt")


def test_a_bind_of_a_stage_waits_for_it():
    text = (
        "FROM shell AS one\nRUN sleep 1\nCOPY a.txt /a\n"
        "FROM shell\nRUN --mount=from=one,src=/a,target=/a echo x > /x\n"
    )
    *_, first, second = Scene("buildkit", FILES).build(text).steps
    assert second.begins_us >= first.ends_us
    assert second.name == "[stage-1 2/2] RUN --mount=from=one,src=/a,target=/a echo x > /x"


def test_a_bind_of_nothing_fails():
    built = Scene("buildkit", FILES).build("FROM scratch\nRUN --mount=src=zz,target=/z x\n")
    assert built.fault == 'failed to compute cache key: "/zz" not found: not found'


def test_an_agent_is_refused_by_name():
    with pytest.raises(NotSimulated, match="type=ssh"):
        Scene("buildkit", FILES).build("FROM scratch\nRUN --mount=type=ssh x\n")


@pytest.mark.parametrize(
    ("line", "output", "code"),
    [
        ("false && echo a || echo b", ("b",), 0),
        ("exit 7; echo a", (), 7),
        ("set -e; false; echo a", (), 1),
        ("set -ex; false || true; echo a", ("a",), 0),
        ("[ -f /x ] || echo a", ("a",), 0),
        ("touch /x; [ -f /x ] && echo a", ("a",), 0),
        ("! true", (), 0),
        ("printf '%s-%s\\n' a b; echo -e 'x\\ty'", ("a-b", "x\ty"), 0),
        ("echo a > /x && echo b >> /x && cat /x", ("a", "b"), 0),
    ],
)
def test_a_line_goes_on_as_in_a_shell(line, output, code):
    ran = run(line, Tree())
    assert (tuple(one for one in ran.output if "labsim" not in one), ran.code) == (output, code)
