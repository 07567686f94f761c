"""A RUN needs a program, and rm a file: the words were recorded from daemon 20.10.24."""

from __future__ import annotations

import pytest

from labsim import Lab
from labsim.archive import directory, file, symlink, tar
from labsim.engine.builder.running import run
from labsim.engine.builder.starting import not_started
from labsim.engine.builder.tree import Tree

NO_SHELL = 'exec: "/bin/sh": stat /bin/sh: no such file or directory'
NOT = "failed: unable to start container process: "
INIT = "error during container init: "


def tree(*members, whole: bool = True) -> Tree:
    made = Tree()
    made.lay(tar(members))
    made.whole = whole
    return made


SHELL = tree(file("bin/sh", b"sh"))
LINKED = tree(
    symlink("bin", "usr/bin"), symlink("usr/bin/sh", "/usr/bin/dash"), file("usr/bin/dash", b"")
)
CIRCLE = tree(symlink("bin/sh", "bash"), symlink("bin/bash", "sh"))


@pytest.mark.parametrize(
    ("words", "there", "reason"),
    [
        (["/bin/sh", "-c", "x"], Tree(), NO_SHELL),
        (["/bin/sh", "-c", "x"], SHELL, ""),
        (["/bin/sh", "-c", "x"], LINKED, ""),
        (["/bin/sh", "-c", "x"], CIRCLE, NO_SHELL),
        (["/bin/sh", "-c", "x"], tree(directory("bin/sh/")), NO_SHELL),
        (["/nosuch", "a"], SHELL, 'exec: "/nosuch": stat /nosuch: no such file or directory'),
        (["nosuch", "a"], SHELL, 'exec: "nosuch": executable file not found in $PATH'),
        (["sh", "a"], SHELL, ""),
        (["/nosuch"], tree(whole=False), ""),
    ],
)
def test_what_runc_says_of_a_program(words, there, reason):
    assert not_started(words, there, {"PATH": "/usr/bin:/bin"}) == reason


@pytest.mark.parametrize(
    ("command", "output", "code"),
    [
        ("rm /nosuch", ("rm: cannot remove '/nosuch': No such file or directory",), 1),
        ("rm -f /nosuch", (), 0),
        ("rm --force /nosuch", (), 0),
        ("rm /nosuch/*", ("rm: cannot remove '/nosuch/*': No such file or directory",), 1),
        ("rm /d", ("rm: cannot remove '/d': Is a directory",), 1),
        ("rm -f /d", ("rm: cannot remove '/d': Is a directory",), 1),
        ("rm -r /d", (), 0),
        ("rm /d/a && rm /d/a", ("rm: cannot remove '/d/a': No such file or directory",), 1),
        ("touch /x && rm /x", (), 0),
        ("rm /nosuch || echo or",
         ("rm: cannot remove '/nosuch': No such file or directory", "or"), 0),
        ("rm /nosuch; echo then",
         ("rm: cannot remove '/nosuch': No such file or directory", "then"), 0),
    ],
)  # fmt: skip
def test_rm_of_what_is_not_there_fails(command, output, code):
    ran = run(command, tree(file("d/a", b"a")))
    assert (ran.output, ran.code) == (output, code)


def test_busybox_has_its_own_words():
    there = tree(file("bin/busybox", b""))
    ran = run("cd /bin && rm ./nosuch x/y; rm /bin", there)
    assert ran.output == (
        "rm: can't remove './nosuch': No such file or directory",
        "rm: can't remove 'x/y': No such file or directory",
        "rm: '/bin' is a directory",
    )


def test_a_base_has_more_files_than_are_known():
    base = tree(file("app/a", b"a"), whole=False)
    assert run("rm /etc/motd && rm -r /root/.cache", base).code == 0
    assert run("rm /app/nosuch", base).code == 1
    assert run("cd /app && npm ci && rm -r node_modules/.cache", base).code == 0


CREATE = "failed to create shim task: OCI runtime create failed: runc create "
TASK = "failed to create task for container: "
TRIED = [
    ("classic", "DOCKER_BUILDKIT=0 ", f"{CREATE}{NOT}{NO_SHELL}: unknown\n"),
    ("containerd", "DOCKER_BUILDKIT=0 ", f"{TASK}{CREATE}{NOT}{INIT}{NO_SHELL}: unknown\n"),
    ("classic", "", "executor failed running [/bin/sh -c echo hi]: exit code: 1\n"),
    (
        "containerd",
        "",
        'process "/bin/sh -c echo hi" did not complete successfully: exit code: 1\n',
    ),
]


@pytest.mark.parametrize(("engine", "kind", "words"), TRIED)
def test_scratch_has_no_shell(engine, kind, words):
    lab = Lab(engine=engine)
    lab.write("Dockerfile", "FROM scratch\nCOPY Dockerfile /x\nRUN echo hi\n")
    built = lab.docker(f"{kind}docker build .")
    assert built.exit_code == 1
    assert built.stderr.endswith(words)
    if kind:
        assert built.stdout.splitlines()[-1].startswith(" ---> Running in ")
    else:
        init = INIT if engine == "containerd" else ""
        assert f"runc run {NOT}{init}{NO_SHELL}\n" in built.stderr


@pytest.mark.parametrize("kind", ["", "DOCKER_BUILDKIT=0 "])
@pytest.mark.parametrize(
    ("dockerfile", "code"),
    [
        ("FROM alpine AS one\nRUN touch /x\nFROM scratch\nCOPY --from=one / /\nRUN x\n", 0),
        ("FROM alpine AS one\nRUN touch /x\nFROM scratch\nCOPY --from=one /x /\nRUN x\n", 1),
        ("FROM scratch AS one\nCOPY Dockerfile /\nFROM one\nRUN x\n", 1),
        ('FROM scratch\nCOPY Dockerfile /go\nRUN ["/go"]\n', 0),
    ],
)
def test_a_stage_is_as_whole_as_what_it_is_made_of(kind, dockerfile, code):
    lab = Lab()
    lab.write("Dockerfile", dockerfile)
    assert lab.docker(f"{kind}docker build .").exit_code == code
