"""The gates on cost: ``make bench`` prints each beside its limit."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from itertools import count

import pytest

from benchmarks.ratio import Ratio, cpu_of, cpu_of_process, gate, ratio, report
from benchmarks.scenes import (
    adopted,
    build_plan,
    first_push,
    hash_floor,
    image_of,
    images_to_list,
    long_dockerfile,
    one_more_push,
    plainly,
    pulled,
    stocked,
)
from labsim import Image, Lab, docker
from labsim.dockerfile import read
from labsim.engine.snapshots import disk_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from labsim.lab.laptop import Laptop

pytestmark = pytest.mark.bench

#: Both sides of a ratio are run so often in a row, so that both find the processor's caches warm.
IN_A_ROW = 20
FIRST_COMMAND = "from labsim import Lab; Lab().docker('images').stdout"


@pytest.mark.parametrize(
    ("title", "code", "limit"),
    [("import labsim", "import labsim", 3), ("first lab.docker('images')", FIRST_COMMAND, 6)],
)
def test_a_fresh_process(title, code, limit, tmp_path):
    cpu_of_process(code, tmp_path)  # compiles

    def measure() -> Ratio:
        return ratio(
            lambda: cpu_of_process(code, tmp_path),
            lambda: cpu_of_process("pass", tmp_path),
            rounds=15,
        )

    gate(title, measure, limit, "a bare interpreter")


def each(runs: Iterable[Callable[[], object]]) -> None:
    """Run all in a row; what one leaves, a push its trace, is let go before the next."""
    for run in runs:
        run()


def test_pushes_of_eight_small_layers():
    salts = count()
    pushed: list[Image] = []

    def push() -> float:
        pushed[:] = [image_of(salt=str(next(salts))) for _ in range(IN_A_ROW)]
        for blob in (blob for image in pushed for blob in image.blobs):
            bytes(blob)  # a push begins with an image that is there, not with making one
        runs = [first_push(image).run for image in pushed]
        return cpu_of(lambda: each(runs)) / IN_A_ROW

    def floor() -> float:
        """The same bytes, so that they are as near to the processor or as far from it."""
        hashes = [hash_floor(image) for image in pushed]
        return cpu_of(lambda: each(hashes)) / IN_A_ROW

    def measure() -> Ratio:
        return ratio(push, floor, rounds=25)

    gate("push, 8 layers of 1 KiB, full trace", measure, 40, "the SHA-256 of the same bytes")


def test_one_more_push_into_a_registry_of_a_million_layers():
    few, many = stocked(1_000), stocked(1_000_000)
    numbers = iter(range(10_000))

    def measure() -> Ratio:
        return ratio(
            lambda: cpu_of(one_more_push(many, next(numbers)).run),
            lambda: cpu_of(one_more_push(few, next(numbers)).run),
            rounds=49,
        )

    gate("one more push, among 1 000 000 layers", measure, 10, "the same among 1 000")


ENGINES = ["classic", "containerd"]
PLAIN = "plain formatting of the same rows"


@pytest.fixture(scope="module")
def images():
    return images_to_list(10_000)


def listed(laptop: Laptop) -> str:
    text = docker.run("image ls", laptop).stdout
    assert text.count("\n") > 9_900
    return text


@pytest.mark.parametrize("engine", ENGINES)
def test_the_first_list_of_ten_thousand_images(engine, images):
    """On a laptop that they have just come to, a new one each time; then on one of those."""
    laptop = adopted(engine, images)
    plain = plainly(listed(laptop))

    def first() -> float:
        new = adopted(engine, images)
        return cpu_of(lambda: listed(new))

    for title, thing in (("first", first), ("next", lambda: cpu_of(lambda: listed(laptop)))):

        def measure(thing: Callable[[], float] = thing) -> Ratio:
            return ratio(thing, lambda: cpu_of(plain, repeat=10), rounds=9)

        gate(f"{title} image ls, 10 000 images, {engine}", measure, 10, PLAIN)


@pytest.mark.parametrize(
    "command", ["pull golang", "tag team/app0:v0 other:{0}", "rmi team/app{0}:v{0}"]
)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_list_after_something_has_changed(engine, command, images):
    """Each list comes after an image, or a name, has come or gone."""
    laptop, numbers = adopted(engine, images), count(1)
    plain = plainly(listed(laptop))

    def changed() -> float:
        number = next(numbers)
        assert docker.run(command.format(number), laptop).exit_code == 0
        spent = cpu_of(lambda: listed(laptop))
        if command.startswith("pull"):
            assert docker.run("rmi golang", laptop).exit_code == 0
        return spent

    def measure() -> Ratio:
        return ratio(changed, lambda: cpu_of(plain, repeat=10), rounds=7)

    gate(f"image ls after {command.split()[0]}, {engine}", measure, 10, PLAIN)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_list_says_is_found_out_by_a_pull_at_little_cost(engine):
    """What was saved on the list is spent here: the summary of an image that has just come."""
    store = pulled(engine).seat.engine
    image_id, layers = store.resolve("golang"), store.image("golang").layers

    def summary() -> None:
        for layer in layers if engine == "containerd" else ():
            disk_size(layer.tar.entries)  # which the engine remembers
        store.summary(image_id)

    def measure() -> Ratio:
        return ratio(lambda: cpu_of(summary), lambda: cpu_of(lambda: pulled(engine)), rounds=15)

    gate(f"summary of a pulled image, {engine}", measure, 0.25, "the pull")


def undo_ms(made: Callable[[], Lab]) -> float:
    """What one undo takes of three labs that are alike, the median: each has never been undone."""
    spent = []
    for _ in range(3):
        lab = made()
        assert len(lab.journal) == 100
        spent.append(cpu_of(lab.undo) * 1000)
        assert len(lab.journal) == 99
    return statistics.median(spent)


def pushed_often() -> Lab:
    """A name tagged and pushed 49 times."""
    lab = Lab()
    lab.docker("pull golang")
    for at in range(49):
        lab.docker(f"tag golang localhost:5000/team/app:{at}")
        lab.docker(f"push localhost:5000/team/app:{at}")
    lab.docker("tag golang localhost:5000/team/app:last")
    return lab


def edited_often() -> Lab:
    """49 builds, each of which sends an edited layer to the Hub."""
    lab = Lab()
    lab.docker("pull golang")
    lab.docker("login -u cantdocpp --password-stdin < token.txt")
    for at in range(49):
        lab.build(f"cantdocpp/app:{at}", base="golang", layers=["deps", "src"], edited="src")
        lab.docker(f"push cantdocpp/app:{at}")
    return lab


@pytest.mark.parametrize(("title", "made"), [("", pushed_often), (", edited builds", edited_often)])
def test_undo_of_the_hundredth_command(title, made):
    spent_ms = undo_ms(made)
    report(f"undo of the 100th command{title}", f"{spent_ms:.0f} ms", "at most 50 ms")
    assert spent_ms < 50


def test_a_large_image_needs_no_memory():
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.memory", "300"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    extra_mb = int(ran.stdout) / 1e6
    report("300 MB pulled, tagged, pushed, saved", f"{extra_mb:.1f} MB of memory", "at most 20 MB")
    assert extra_mb < 20


@pytest.mark.parametrize("builder", ["buildkit", "legacy"])
def test_a_build_of_fifty_steps(builder):
    dockerfile = long_dockerfile(50)
    build_plan(builder, dockerfile)  # what is made once is made now

    def measure() -> Ratio:
        return ratio(
            lambda: cpu_of(lambda: build_plan(builder, dockerfile)),
            lambda: cpu_of(lambda: read(dockerfile), repeat=IN_A_ROW),
            rounds=15,
        )

    gate(f"build of 50 steps, {builder}", measure, 50, "reading the same Dockerfile")
