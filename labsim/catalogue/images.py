"""The images of the catalogue: which layers, made by which steps, started how.

Versions and dates are those of the middle of January 2025; nothing here ever becomes newer.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from labsim.catalogue.layers import layer
from labsim.errors import UnknownImage
from labsim.image import Config, History, Image, Layer

__all__ = ["IMAGES", "image"]

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_APT = "RUN /bin/sh -c apt-get update && apt-get install -y"
#: What the images of languages stand on: tools to fetch sources, then tools to compile them.
_SCM = (f"{_APT} curl git mercurial ssh # buildkit", "scm")
_GCC = (f"{_APT} gcc g++ make libpq-dev # buildkit", "gcc")


class Recipe(NamedTuple):
    """One image: its tags, the image it stands on, and its own steps.

    A step is what made it and the layer that came of it; a step without a layer only changed the
    config.
    """

    tags: tuple[str, ...]
    created: str
    steps: tuple[tuple[str, str], ...]
    base: str = ""
    env: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    working_dir: str = ""
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    stop_signal: str = ""


#: Repository (of ``library/``) to image: every familiar name stands for one image here.
IMAGES = {
    "debian": Recipe(
        ("stable", "latest"),
        "2025-01-13T00:00:00Z",
        (("# debian.sh --arch 'amd64' out/ 'stable' '@1736726400'", "os"),),
        env=(f"PATH={_PATH}",),
        cmd=("bash",),
    ),
    "alpine": Recipe(
        ("3", "latest"),
        "2025-01-08T12:07:30Z",
        (
            ("ADD alpine-minirootfs-3.21.2-x86_64.tar.gz / # buildkit", "mus"),
            ('CMD ["/bin/sh"]', ""),
        ),
        env=(f"PATH={_PATH}",),
        cmd=("/bin/sh",),
    ),
    "golang": Recipe(
        ("1.23", "latest"),
        "2025-01-16T18:26:42Z",
        (
            ("ENV GOLANG_VERSION=1.23.5", ""),
            ("ENV GOTOOLCHAIN=local", ""),
            ("ENV GOPATH=/go", ""),
            (f"ENV PATH=/go/bin:/usr/local/go/bin:{_PATH}", ""),
            ("COPY /target/ / # buildkit", "go"),
            ("WORKDIR /go", ""),
        ),
        base="debian",
        env=(
            f"PATH=/go/bin:/usr/local/go/bin:{_PATH}",
            "GOLANG_VERSION=1.23.5",
            "GOTOOLCHAIN=local",
            "GOPATH=/go",
        ),
        cmd=("bash",),
        working_dir="/go",
    ),
    "python": Recipe(
        ("3.13", "3", "latest"),
        "2025-01-14T02:11:09Z",
        (
            _SCM,
            _GCC,
            ("ENV LANG=C.UTF-8", ""),
            ("ENV PYTHON_VERSION=3.13.1", ""),
            ("RUN /bin/sh -c ./configure && make -j2 && make install # buildkit", "python"),
            (
                "RUN /bin/sh -c for src in idle3 pydoc3 python3; do ln -s $src; done # buildkit",
                "python-links",
            ),
            ('CMD ["python3"]', ""),
        ),
        base="debian",
        env=(f"PATH=/usr/local/bin:{_PATH}", "LANG=C.UTF-8", "PYTHON_VERSION=3.13.1"),
        cmd=("python3",),
    ),
    "node": Recipe(
        ("22", "lts", "latest"),
        "2025-01-15T21:40:55Z",
        (
            _SCM,
            _GCC,
            (
                "RUN /bin/sh -c groupadd --gid 1000 node && useradd --uid 1000 node # buildkit",
                "node-user",
            ),
            ("ENV NODE_VERSION=22.13.0", ""),
            (
                "RUN /bin/sh -c tar -xJf node-v22.13.0-linux-x64.tar.xz -C /usr/local # buildkit",
                "node",
            ),
            ("ENV YARN_VERSION=1.22.22", ""),
            ("RUN /bin/sh -c tar -xzf yarn-v1.22.22.tar.gz -C /opt/ # buildkit", "yarn"),
            ('CMD ["node"]', ""),
        ),
        base="debian",
        env=(f"PATH={_PATH}", "NODE_VERSION=22.13.0", "YARN_VERSION=1.22.22"),
        cmd=("node",),
    ),
    "nginx": Recipe(
        ("1.27", "latest"),
        "2025-01-14T10:25:01Z",
        (
            ("ENV NGINX_VERSION=1.27.3", ""),
            (
                "RUN /bin/sh -c apt-get update && apt-get install -y nginx=1.27.3-1 # buildkit",
                "nginx",
            ),
            ("COPY docker-entrypoint.sh docker-entrypoint.d/ / # buildkit", "nginx-scripts"),
            ('ENTRYPOINT ["/docker-entrypoint.sh"]', ""),
            ("EXPOSE map[80/tcp:{}]", ""),
            ("STOPSIGNAL SIGQUIT", ""),
            ('CMD ["nginx" "-g" "daemon off;"]', ""),
        ),
        base="debian",
        env=(f"PATH={_PATH}", "NGINX_VERSION=1.27.3"),
        entrypoint=("/docker-entrypoint.sh",),
        cmd=("nginx", "-g", "daemon off;"),
        ports=("80/tcp",),
        stop_signal="SIGQUIT",
    ),
    "redis": Recipe(
        ("7.4", "7", "latest"),
        "2025-01-14T03:02:47Z",
        (
            (
                "RUN /bin/sh -c groupadd -r redis && useradd -r -g redis redis # buildkit",
                "redis-user",
            ),
            ("RUN /bin/sh -c wget -O /usr/local/bin/gosu && gosu --version # buildkit", "gosu"),
            ("ENV REDIS_VERSION=7.4.2", ""),
            ("RUN /bin/sh -c make -C /usr/src/redis install # buildkit", "redis"),
            ("VOLUME [/data]", ""),
            ("COPY docker-entrypoint.sh /usr/local/bin/ # buildkit", "redis-script"),
            ('ENTRYPOINT ["docker-entrypoint.sh"]', ""),
            ("EXPOSE map[6379/tcp:{}]", ""),
            ('CMD ["redis-server"]', ""),
        ),
        base="debian",
        env=(f"PATH={_PATH}", "REDIS_VERSION=7.4.2"),
        entrypoint=("docker-entrypoint.sh",),
        cmd=("redis-server",),
        working_dir="/data",
        ports=("6379/tcp",),
        volumes=("/data",),
    ),
    "postgres": Recipe(
        ("17", "latest"),
        "2025-01-14T04:18:20Z",
        (
            (
                "RUN /bin/sh -c groupadd -r postgres && useradd -r -g postgres postgres # buildkit",
                "postgres-user",
            ),
            ("RUN /bin/sh -c wget -O /usr/local/bin/gosu && gosu --version # buildkit", "gosu"),
            ("RUN /bin/sh -c localedef -i en_US -c -f UTF-8 en_US.UTF-8 # buildkit", "locale"),
            ("ENV PG_MAJOR=17", ""),
            (
                "RUN /bin/sh -c apt-get update && apt-get install -y postgresql-17 # buildkit",
                "postgres",
            ),
            ("VOLUME [/var/lib/postgresql/data]", ""),
            (
                "COPY docker-entrypoint.sh docker-ensure-initdb.sh /usr/local/bin/ # buildkit",
                "postgres-scripts",
            ),
            ('ENTRYPOINT ["docker-entrypoint.sh"]', ""),
            ("EXPOSE map[5432/tcp:{}]", ""),
            ('CMD ["postgres"]', ""),
        ),
        base="debian",
        env=(f"PATH={_PATH}:/usr/lib/postgresql/17/bin", "LANG=en_US.utf8", "PG_MAJOR=17"),
        entrypoint=("docker-entrypoint.sh",),
        cmd=("postgres",),
        ports=("5432/tcp",),
        volumes=("/var/lib/postgresql/data",),
        stop_signal="SIGINT",
    ),
    "busybox": Recipe(
        ("1.37", "stable", "latest"),
        "2024-09-26T21:31:42Z",
        (("BusyBox 1.37.0 (glibc), Debian 12", "busybox"),),
        cmd=("sh",),
    ),
    "hello-world": Recipe(
        ("linux", "latest"),
        "2023-05-02T16:49:27Z",
        (("COPY hello / # buildkit", "hello"), ('CMD ["/hello"]', "")),
        env=(f"PATH={_PATH}",),
        cmd=("/hello",),
    ),
}


@cache
def image(name: str) -> Image:
    """The image of a familiar name, with or without one of its tags.

    >>> image("golang:1.23").size, image("golang") is image("golang:1.23")
    (300000000, True)
    """
    repository, _, tag = name.partition(":")
    found = IMAGES.get(repository)
    if found is None or (tag and tag not in found.tags):
        raise UnknownImage(f"the catalogue has no image {name!r}", name)
    return image(repository) if tag else _made(found)


def _made(recipe: Recipe) -> Image:
    layers, history = _stack(recipe)
    config = Config.make(
        [layer.diff_id for layer in layers],
        created=recipe.created,
        history=history,
        env=recipe.env,
        cmd=recipe.cmd,
        entrypoint=recipe.entrypoint,
        working_dir=recipe.working_dir,
        exposed_ports=recipe.ports,
        volumes=recipe.volumes,
        stop_signal=recipe.stop_signal,
    )
    return Image(config, layers)


def _stack(recipe: Recipe) -> tuple[list[Layer], list[History]]:
    """Layers and history, those of the base first."""
    layers, history = _stack(IMAGES[recipe.base]) if recipe.base else ([], [])
    for words, name in recipe.steps:
        comment = "buildkit.dockerfile.v0" if "buildkit" in words else ""
        history.append(History(recipe.created, words, comment=comment, empty_layer=not name))
        if name:
            layers.append(layer(name))
    return layers, history
