"""What a ``RUN`` leaves behind: a small table of commands, each with its files.

No command is run.  A row's files are made up (:mod:`labsim.archive.madeup`): their names, sizes and
bytes depend on the row alone, whatever packages or sources were named, so that the layers' digests
are shipped in :mod:`~labsim.engine.builder.digests`.  Where a row writes into the working directory
or to a file that the command names (``{dir}``, ``{out}``), the digests of the usual places are
shipped; elsewhere the layer is hashed once, when it is made.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from labsim.archive import Packed
from labsim.archive.madeup import Known, MadeUp
from labsim.engine.builder.digests import KNOWN

__all__ = ["PLACES", "ROWS", "Made", "Row", "made_up"]

_KB, _MB = 1_000, 1_000_000
#: 12 January 2025: when the made-up files were last written, in seconds.
_DAY = 1_736_640_000


class Row(NamedTuple):
    """A row of the table: which commands, how long they take, and what they leave.

    ``starts`` are the words that a command begins with (flags and ``sudo`` aside), separated by
    ``|``.  ``listing`` has a path and a share of the bytes in each line; ``{dir}`` is the working
    directory, ``{out}`` what ``-o`` names.
    """

    name: str
    starts: str
    seconds: float
    packed: int
    files: int
    listing: str
    says: str = ""


class Made(NamedTuple):
    """Made-up files: the row, and the place that it writes to (``""`` where it is fixed).

    ``mounted`` are the folders whose files no layer has.
    """

    row: str
    place: str = ""
    mounted: tuple[str, ...] = ()

    @property
    def listing(self) -> list[tuple[str, int]]:
        """The files that a layer has, each with its share of the bytes."""
        found = []
        for line in ROWS[self.row].listing.split("\n"):
            path, _, share = line.rpartition(" ")
            path = path.replace("{dir}", self.place).replace("{out}", self.place).lstrip("/")
            if not any(path.startswith(f"{folder}/") for folder in self.mounted):
                found.append((path, int(share)))
        return found

    @property
    def kept(self) -> float:
        """Which part of the row's bytes they are."""
        whole = self._replace(mounted=()).listing
        return sum(share for _, share in self.listing) / sum(share for _, share in whole)


_TABLE = (
    Row("apt-update", "apt-get update|apt update|aptitude update", 4.1, 17_200 * _KB, 19_400 * _KB,
        "var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_main_Packages.lz4 17\n"
        "var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_InRelease 1\n"
        "var/cache/apt/pkgcache.bin 3",
        "Reading package lists..."),
    Row("apt-install", "apt-get install|apt install|aptitude install|apt-get -y install",
        11.4, 13 * _MB, 38 * _MB,
        "usr/bin/made-up-tool 3\nusr/lib/x86_64-linux-gnu/libmadeup.so.1 7\n"
        "usr/share/doc/made-up/copyright 1\nvar/lib/dpkg/status 1\nvar/log/dpkg.log 1",
        "Setting up made-up packages ..."),
    Row("apt-upgrade", "apt-get upgrade|apt upgrade|apt-get dist-upgrade|apt full-upgrade",
        16.0, 24 * _MB, 61 * _MB,
        "usr/lib/x86_64-linux-gnu/libc.so.6 4\nusr/lib/x86_64-linux-gnu/libssl.so.3 2\n"
        "var/lib/dpkg/status 1",
        "Processing triggers for libc-bin ..."),
    Row("apk-update", "apk update", 1.2, 2_100 * _KB, 2_300 * _KB,
        "var/cache/apk/APKINDEX.main.tar.gz 2\nvar/cache/apk/APKINDEX.community.tar.gz 5",
        "OK: distinct packages available"),
    Row("apk-add", "apk add|apk upgrade", 2.3, 4_200 * _KB, 9_800 * _KB,
        "usr/bin/made-up-tool 3\nusr/lib/libmadeup.so.1 6\nlib/apk/db/installed 1",
        "OK: packages installed"),
    Row("dnf-install", "dnf install|yum install|microdnf install|dnf -y install|yum -y install",
        14.2, 31 * _MB, 92 * _MB,
        "usr/bin/made-up-tool 3\nusr/lib64/libmadeup.so.1 9\nvar/lib/rpm/rpmdb.sqlite 4\n"
        "var/cache/dnf/packages.solv 6",
        "Complete!"),
    Row("pip-install",
        "pip install|pip3 install|python -m pip install|python3 -m pip install|uv pip install"
        "|uv sync|poetry install|pipenv install",
        8.7, 18 * _MB, 46 * _MB,
        "usr/local/lib/python3.13/site-packages/madeup/__init__.py 1\n"
        "usr/local/lib/python3.13/site-packages/madeup/_core.so 22\n"
        "usr/local/lib/python3.13/site-packages/madeup-1.0.dist-info/RECORD 1",
        "Successfully installed made-up-1.0"),
    Row("npm-install",
        "npm ci|npm install|npm i|yarn install|yarn|pnpm install|pnpm i|bun install",
        9.5, 21 * _MB, 64 * _MB,
        "{dir}/node_modules/.package-lock.json 1\n{dir}/node_modules/made-up/index.js 8\n"
        "{dir}/node_modules/made-up/dist/bundle.js 30",
        "added 212 packages in 9s"),
    Row("npm-build",
        "npm run build|yarn build|yarn run build|pnpm build|pnpm run build|npx vite build|npx tsc",
        6.2, 900 * _KB, 2_600 * _KB,
        "{dir}/dist/index.html 1\n{dir}/dist/assets/index.js 20\n{dir}/dist/assets/index.css 4",
        "built in 6.2s"),
    Row("go-download", "go mod download|go get|go mod tidy", 6.0, 15 * _MB, 40 * _MB,
        "go/pkg/mod/cache/download/sumdb/sum.golang.org/latest 1\n"
        "go/pkg/mod/github.com/made/up@v1.0.0/up.go 30"),
    Row("go-build", "go build|go install", 13.3, 9 * _MB, 22 * _MB,
        "{out} 12\nroot/.cache/go-build/00/made-up-d 10"),
    Row("cargo-build", "cargo build|cargo install", 31.0, 26 * _MB, 74 * _MB,
        "{dir}/target/release/app 9\n{dir}/target/release/deps/libmadeup.rlib 44\n"
        "usr/local/cargo/registry/index/made-up 6",
        "Finished `release` profile [optimized] target(s)"),
    Row("maven", "mvn package|mvn install|mvn verify|mvn clean|./mvnw package|mvn -B package",
        24.0, 33 * _MB, 58 * _MB,
        "{dir}/target/app.jar 18\nroot/.m2/repository/made/up/1.0/up-1.0.jar 40",
        "[INFO] BUILD SUCCESS"),
    Row("gradle", "gradle build|./gradlew build|gradle bootJar|./gradlew bootJar", 27.0,
        44 * _MB, 71 * _MB,
        "{dir}/build/libs/app.jar 18\nroot/.gradle/caches/made-up.jar 53",
        "BUILD SUCCESSFUL in 27s"),
    Row("dotnet", "dotnet restore|dotnet build|dotnet publish", 15.0, 12 * _MB, 31 * _MB,
        "{dir}/out/app.dll 4\nroot/.nuget/packages/made.up/1.0.0/lib/made.up.dll 27"),
    Row("make", "make|cmake|ninja|./configure", 5.4, 1_500 * _KB, 4_200 * _KB,
        "{dir}/build/app 30\n{dir}/build/app.o 12"),
    Row("compile", "gcc|g++|cc|c++|clang|clang++|rustc|javac|ghc", 1.4, 420 * _KB, 1_100 * _KB,
        "{out} 10\nvar/cache/made-up/app.o 1"),
    Row("curl", "curl|wget", 2.0, 6_400 * _KB, 8_000 * _KB,
        "{out} 80\nvar/cache/made-up/hsts 1"),
    Row("git-clone", "git clone", 2.6, 3_100 * _KB, 5_200 * _KB,
        "{dir}/made-up/.git/objects/pack/pack-made-up.pack 30\n{dir}/made-up/README.md 1"),
)  # fmt: skip
ROWS = {row.name: row for row in _TABLE}
#: Where rows usually write: the places whose digests are shipped.
PLACES = {
    "{dir}": ("app", "src", "usr/src/app", "work"),
    "{out}": (
        "app/app", "app/server", "main", "out/app", "server", "src/app", "usr/local/bin/app",
        "tmp/download",
    ),
}  # fmt: skip


@lru_cache(maxsize=256)
def made_up(made: tuple[Made, ...]) -> Packed:
    """The packed layer with the files of these rows."""
    key = "+".join(f"{one.row}@{one.place}" if one.place else one.row for one in made)
    shipped = KNOWN.get(key) if all(one.kept == 1 for one in made) else None
    return recipe(made).packed(Known.of(*shipped) if shipped else None)


def recipe(made: tuple[Made, ...]) -> MadeUp:
    """How those files are made: sizes add up, and two rows share no file."""
    files: dict[str, int] = {}
    for one in made:
        for path, share in one.listing:
            files[path] = files.get(path, 0) + share * ROWS[one.row].files // 1000
    rows = [(ROWS[one.row], one.kept) for one in made]
    return MadeUp(
        f"labsim/run/{'+'.join(row.name for row, _ in rows)}",
        sum(round(row.packed * kept) for row, kept in rows),
        sum(round(row.files * kept) for row, kept in rows),
        [(path, max(1, share)) for path, share in files.items()],
        _DAY,
        exact=all(kept == 1 for _, kept in rows),
    )


def place_of(row: Row) -> str:
    """Which place a row's files are in: ``{dir}``, ``{out}``, or none."""
    return next((sign for sign in PLACES if sign in row.listing), "")
