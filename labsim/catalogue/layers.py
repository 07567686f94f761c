"""The layers of the catalogue: what is in them and exactly how large they are.

The six of the teaching world have round numbers, so that each wrong idea about them gives a
different sum; the others are near what the familiar images weigh.  MB is 10⁶ bytes.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from labsim.archive.madeup import Known, MadeUp
from labsim.catalogue.digests import KNOWN
from labsim.image import Layer

__all__ = ["LAYERS", "Recipe", "layer", "recipe"]

_KB, _MB = 1_000, 1_000_000


class Recipe(NamedTuple):
    """Sizes in bytes, the day the files are from, and the files: one a line, with a share each.

    ``edited`` is the file that changes when a learner edits the layer.
    """

    packed: int
    files: int
    mtime: int
    listing: str
    edited: str = ""


#: 12 January 2025, a week before the teaching world begins.
_DAY = 1_736_640_000

_OS = """
bin/bash 12
etc/debian_version 1
etc/os-release 1
etc/passwd 1
usr/bin/apt 2
usr/bin/dpkg 3
usr/bin/openssl 9
usr/bin/perl 38
usr/lib/locale/C.utf8/LC_CTYPE 4
usr/lib/x86_64-linux-gnu/libapt-pkg.so.6.0 22
usr/lib/x86_64-linux-gnu/libc.so.6 19
usr/lib/x86_64-linux-gnu/libcrypto.so.3 47
usr/lib/x86_64-linux-gnu/libstdc++.so.6 22
usr/share/zoneinfo/tzdata.zi 1
var/lib/dpkg/status 2
"""

_GO = """
usr/local/go/VERSION 1
usr/local/go/bin/go 130
usr/local/go/bin/gofmt 28
usr/local/go/pkg/tool/linux_amd64/asm 45
usr/local/go/pkg/tool/linux_amd64/compile 262
usr/local/go/pkg/tool/linux_amd64/link 74
usr/local/go/pkg/tool/linux_amd64/vet 81
usr/local/go/src/crypto/tls/handshake_server.go 4
usr/local/go/src/fmt/print.go 3
usr/local/go/src/net/http/server.go 12
usr/local/go/src/runtime/proc.go 21
"""

_DEPS = """
go/pkg/mod/cache/download/sumdb/sum.golang.org/latest 1
go/pkg/mod/github.com/go-chi/chi/v5@v5.2.0/mux.go 12
go/pkg/mod/github.com/jackc/pgx/v5@v5.7.2/conn.go 31
go/pkg/mod/golang.org/x/crypto@v0.32.0/ssh/server.go 25
go/pkg/mod/golang.org/x/text@v0.21.0/collate/tables.go 88
go/pkg/mod/google.golang.org/protobuf@v1.36.2/proto/decode.go 19
"""

_SRC = """
app/Dockerfile 1
app/README.md 2
app/go.mod 1
app/go.sum 4
app/main.go 9
app/server/routes.go 14
app/server/routes_test.go 17
app/web/logo.png 52
"""

_BIN = """
app/server 115
app/server.sha256 1
"""

_MUS = """
bin/busybox 41
etc/alpine-release 1
etc/apk/repositories 1
lib/apk/db/installed 2
lib/ld-musl-x86_64.so.1 31
usr/lib/libcrypto.so.3 2
"""

_SCM = """
etc/ssl/certs/ca-certificates.crt 2
usr/bin/curl 3
usr/bin/git 38
usr/bin/hg 2
usr/bin/ssh 9
usr/bin/svn 5
usr/lib/python3/dist-packages/mercurial/localrepo.py 14
"""

_GCC = """
usr/bin/make 2
usr/bin/x86_64-linux-gnu-ld.bfd 19
usr/include/c++/12/bits/stl_vector.h 1
usr/lib/gcc/x86_64-linux-gnu/12/cc1 280
usr/lib/gcc/x86_64-linux-gnu/12/cc1plus 294
usr/lib/gcc/x86_64-linux-gnu/12/lto1 272
usr/lib/x86_64-linux-gnu/libpq.a 8
"""

_PYTHON = """
usr/local/bin/python3.13 1
usr/local/lib/libpython3.13.so.1.0 63
usr/local/lib/python3.13/asyncio/base_events.py 1
usr/local/lib/python3.13/lib-dynload/_ssl.so 2
usr/local/lib/python3.13/site-packages/pip/__init__.py 1
usr/local/lib/python3.13/typing.py 2
"""

_NODE = """
usr/local/bin/node 118
usr/local/include/node/v8.h 3
usr/local/lib/node_modules/corepack/dist/corepack.js 4
usr/local/lib/node_modules/npm/lib/npm.js 9
"""

_NGINX = """
etc/nginx/conf.d/default.conf 1
etc/nginx/nginx.conf 1
usr/lib/nginx/modules/ngx_http_js_module.so 31
usr/lib/x86_64-linux-gnu/libxml2.so.2 18
usr/sbin/nginx 16
usr/share/nginx/html/index.html 1
"""

_POSTGRES = """
usr/lib/llvm16/lib/libLLVM-16.so.1 176
usr/lib/postgresql/17/bin/initdb 2
usr/lib/postgresql/17/bin/postgres 96
usr/lib/postgresql/17/lib/bitcode/postgres.index.bc 22
usr/share/postgresql/17/extension/plpgsql.control 1
"""

LAYERS = {
    # the teaching world
    "os": Recipe(30 * _MB, 80 * _MB, _DAY, _OS),
    "go": Recipe(70 * _MB, 220 * _MB, _DAY, _GO),
    "deps": Recipe(
        15 * _MB, 40 * _MB, _DAY, _DEPS, "go/pkg/mod/github.com/jackc/pgx/v5@v5.7.2/conn.go"
    ),
    "src": Recipe(1 * _MB, 2 * _MB, _DAY, _SRC, "app/main.go"),
    "bin": Recipe(6 * _MB, 12 * _MB, _DAY, _BIN, "app/server"),
    "mus": Recipe(4 * _MB, 8 * _MB, _DAY, _MUS),
    # what python and node both stand on
    "scm": Recipe(24 * _MB, 64 * _MB, _DAY, _SCM),
    "gcc": Recipe(64 * _MB, 211 * _MB, _DAY, _GCC),
    "python": Recipe(19 * _MB, 54 * _MB, _DAY, _PYTHON),
    "python-links": Recipe(
        1_400, 2_400, _DAY, "usr/local/bin/idle 1\nusr/local/bin/pydoc 1\nusr/local/bin/python 1"
    ),
    "node-user": Recipe(1_400, 3_800, _DAY, "etc/group 1\netc/passwd 2\netc/shadow 1"),
    "node": Recipe(48 * _MB, 152 * _MB, _DAY, _NODE),
    "yarn": Recipe(
        1_250 * _KB,
        5_320 * _KB,
        _DAY,
        "opt/yarn-v1.22.22/bin/yarn.js 1\nopt/yarn-v1.22.22/lib/cli.js 9",
    ),
    "nginx": Recipe(28 * _MB, 76 * _MB, _DAY, _NGINX),
    "nginx-scripts": Recipe(
        3_300,
        8_100,
        _DAY,
        "docker-entrypoint.d/20-envsubst-on-templates.sh 3\n"
        "docker-entrypoint.d/30-tune-worker-processes.sh 4\ndocker-entrypoint.sh 2",
    ),
    "redis-user": Recipe(1_500, 4_100, _DAY, "etc/group 1\netc/passwd 2\netc/shadow 1"),
    "gosu": Recipe(
        1_460 * _KB, 4_200 * _KB, _DAY, "usr/local/bin/gosu 40\nusr/local/share/gosu/LICENSE 1"
    ),
    "redis": Recipe(
        15 * _MB, 42 * _MB, _DAY, "usr/local/bin/redis-cli 19\nusr/local/bin/redis-server 48"
    ),
    "redis-script": Recipe(
        1_400, 1_900, _DAY, "usr/local/bin/docker-entrypoint.sh 5\nusr/local/etc/redis/README 1"
    ),
    "postgres-user": Recipe(1_600, 4_300, _DAY, "etc/group 1\netc/passwd 2\netc/shadow 1"),
    "locale": Recipe(
        8_100 * _KB,
        25 * _MB,
        _DAY,
        "usr/lib/locale/locale-archive 3\nusr/share/i18n/locales/en_US 1",
    ),
    "postgres": Recipe(108 * _MB, 305 * _MB, _DAY, _POSTGRES),
    "postgres-scripts": Recipe(
        6_300,
        14_900,
        _DAY,
        "usr/local/bin/docker-ensure-initdb.sh 2\nusr/local/bin/docker-entrypoint.sh 13",
    ),
    "busybox": Recipe(
        2_150 * _KB, 4_270 * _KB, 1_727_136_000, "bin/busybox 30\netc/passwd 1\nlib/libc.so.6 52"
    ),
    "hello": Recipe(2_400, 13_300, 1_683_000_000, "hello 12\nhello.txt 1"),
}


def recipe(name: str, edition: int = 1) -> MadeUp:
    """How the bytes of a layer are made; ``KeyError`` for a name that is none.

    Each ``edition`` after the first has its one editable file changed once more: the sizes stay,
    the digests do not.
    """
    found = LAYERS[name]
    files = [line.rsplit(" ", 1) for line in found.listing.split("\n") if line]
    return MadeUp(
        f"labsim/{name}",
        found.packed,
        found.files,
        [(path, int(share)) for path, share in files],
        found.mtime,
        [(found.edited, edition - 1)] if edition > 1 else (),
    )


@cache
def layer(name: str, edition: int = 1) -> Layer:
    """A layer of the catalogue; its digests are shipped for the first few editions.

    >>> layer("os").packed_size, layer("os").files_size
    (30000000, 80000000)
    """
    shipped = KNOWN.get((name, edition))
    known = Known.of(*shipped) if shipped else None
    return Layer.from_packed(recipe(name, edition).packed(known))
