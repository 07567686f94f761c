"""Lesson 01, "Your first push": two predictions and three tasks.

The numbers that are offered come from the teaching world: its layers weigh so that every wrong way
of thinking gives a number of its own.
"""

from __future__ import annotations

from labsim.course.claims import Claim
from labsim.course.exercise import Action, Exercise, Mistake
from labsim.course.predict import Choice, Question

__all__ = ["EXERCISES", "QUESTIONS", "ROAD"]

FIRST = "cantdocpp/golang:1.0"
NEXT = "cantdocpp/golang:1.1"
LATEST = "cantdocpp/golang:latest"
ABROAD = "ghcr.io/cantdocpp/golang:latest"


def _docker(*lines: str) -> tuple[Action, ...]:
    return tuple(("docker", line) for line in lines)


#: What the lesson has done when it comes to its tasks.
ROAD: tuple[Action, ...] = (
    *_docker("run golang", "pull docker.io/library/golang:latest"),
    ("sign_up", "gopher"),
    *_docker(
        "login -u cantdocpp --password-stdin < token.txt",
        "image tag golang cantdocpp/golang:v1",
        "image ls --filter reference=golang --filter reference='*/golang'",
        "image push cantdocpp/golang:v1",
    ),
    ("build", FIRST, "base=golang", "layers=deps,src"),
    *_docker(f"image push {FIRST}"),
    ("build", NEXT, "base=golang", "layers=deps,src", "edited=src"),
    *_docker(f"image push {NEXT}"),
)

_HOW_MANY = "How many MB of layers will travel?"

QUESTIONS = (
    Question(
        "first build",
        f"You push {FIRST}. {_HOW_MANY}",
        FIRST,
        (
            Choice(342, "342 MB is what the files take. Layers travel packed.", "G-UNPACKED"),
            Choice(116, "116 MB is all layers. The registry has two already.", "G-NO-MOUNT"),
            Choice(42, "42 MB is the files of deps and src. Layers travel packed.", "G-UNPACKED"),
            Choice(16, "deps and src are new to the registry, and only they."),
            Choice(1, "1 MB is src alone. deps is new to the registry, too.", "G-ONLY-MY-LAYER"),
        ),
    ),
    Question(
        "second build",
        f"You edited one source file and push {NEXT}. {_HOW_MANY}",
        NEXT,
        (
            Choice(116, "116 MB is all layers. The registry has three already.", "G-NO-DEDUP"),
            Choice(16, "16 MB is all above the base. deps did not change.", "G-ALL-AFTER-FROM"),
            Choice(1, "src changed, so src is new to the registry, and only src."),
            Choice(0, "0 MB would need a registry that has seen the new src.", "G-SAME-TAG-SKIP"),
        ),
    ),
)  # fmt: skip

_ONE_MORE_NAME = Exercise(
    "one more name",
    f"Give the image {NEXT} a second name: {LATEST}. Do not build anything.",
    ROAD,
    (Claim("listed", LATEST), Claim("tagged", LATEST), Claim("same image", NEXT, LATEST)),
    (
        _docker(f"image tag {NEXT} cantdocpp/golang"),
        _docker("tag docker.io/cantdocpp/golang:1.1 docker.io/cantdocpp/golang:latest"),
    ),
    (
        Mistake(
            _docker(f"tag golang {LATEST}"),
            Claim("same image", NEXT, LATEST),
            (Claim("same image", "golang:latest", LATEST),),
            "G-FAKE-NAME",
            "The name is right, the image is not: compare the two IDs.",
        ),
        Mistake(
            _docker(f"tag {FIRST} {LATEST}"),
            Claim("same image", NEXT, LATEST),
            (Claim("same image", FIRST, LATEST),),
            "G-LATEST-IS-WORD",
            "latest is only a word: it stays where you put it. Which version should it name?",
        ),
        Mistake(
            _docker(f"tag {NEXT} golang"),
            Claim("listed", LATEST),
            (Claim("same image", "golang:latest", NEXT),),
            "G-IMPLICIT-USER",
            "golang alone means docker.io/library/golang. Nothing adds your user for you.",
        ),
        Mistake(
            (("build", LATEST, "base=golang", "layers=deps,src"),),
            Claim("tagged", LATEST),
            (Claim("built", LATEST),),
            "G-REBUILD",
            "A build gave it that name. A second name for an image that is there needs no build.",
        ),
        Mistake(
            _docker(f"tag {NEXT} cantdocpp/golang:lates"),
            Claim("listed", LATEST),
            (Claim("another name", NEXT),),
            "G-TYPO",
            "The image has a second name, but not this one: compare them letter by letter.",
        ),
    ),
    (r"tag\b", r"push\b", r"build\b"),
)

_PUBLISH_IT = Exercise(
    "publish it",
    f"Make {LATEST} on the Hub the same image as {NEXT}.",
    (*ROAD, *_ONE_MORE_NAME.paths[0]),
    (Claim("published", LATEST), Claim("same published", NEXT, LATEST)),
    (
        _docker("push cantdocpp/golang"),
        _docker("image push --all-tags cantdocpp/golang"),
    ),
    (
        Mistake(
            _docker("push golang"),
            Claim("published", LATEST),
            (Claim("typed", "push golang"),),
            "G-NAME-IS-ADDRESS",
            "The name is the address. golang alone is the library's shelf, and that is not yours.",
        ),
        Mistake(
            (*_docker(f"tag {FIRST} {LATEST}", f"push {LATEST}"),),
            Claim("same published", NEXT, LATEST),
            (Claim("same published", FIRST, LATEST),),
            "G-FAKE-NAME",
            "Your latest is the older build. A push sends what the name names on your laptop.",
        ),
        Mistake(
            _docker(f"rmi {LATEST}", f"push {LATEST}"),
            Claim("published", LATEST),
            (Claim("typed", f"push {LATEST}"), Claim.no("listed", LATEST)),
            "G-PUSH-NAMES",
            "A push sends an image that has this name on your laptop. No image there has it yet.",
        ),
    ),
    (r"push\b",),
)

_ANOTHER_REGISTRY = Exercise(
    "another registry",
    f"Put golang:latest on another registry, as {ABROAD}. Your token works there too.",
    ROAD,
    (
        Claim("listed", ABROAD),
        Claim("same image", "golang:latest", ABROAD),
        Claim("logged in", "ghcr.io"),
        Claim("published", ABROAD),
        Claim("same published", "golang:latest", ABROAD),
    ),
    (
        _docker(
            f"tag golang {ABROAD}",
            "login ghcr.io -u cantdocpp --password-stdin < token.txt",
            f"push {ABROAD}",
        ),
        _docker(
            "login -u cantdocpp --password-stdin ghcr.io < token.txt",
            "image tag cantdocpp/golang:v1 ghcr.io/cantdocpp/golang",
            "image push ghcr.io/cantdocpp/golang",
        ),
    ),
    (
        Mistake(
            (
                *_docker(f"tag {NEXT} {ABROAD}"),
                *_docker("login ghcr.io -u cantdocpp --password-stdin < token.txt"),
                *_docker(f"push {ABROAD}"),
            ),
            Claim("same image", "golang:latest", ABROAD),
            (Claim("same image", NEXT, ABROAD),),
            "G-FAKE-NAME",
            "The name is right, the image is your own build. Which image was asked for?",
        ),
        Mistake(
            _docker(f"tag golang {ABROAD}", f"push {ABROAD}"),
            Claim("logged in", "ghcr.io"),
            (Claim("listed", ABROAD),),
            "G-LOGIN-GLOBAL",
            "A login is for one registry. Which ones does ~/.docker/config.json list?",
        ),
        Mistake(
            _docker("tag golang ghcr.io/golang", "push ghcr.io/golang"),
            Claim("listed", ABROAD),
            (Claim("listed", "ghcr.io/golang"),),
            "G-IMPLICIT-USER",
            "ghcr.io/golang has no namespace: nothing adds your user, or library, for you there.",
        ),
        Mistake(
            _docker(f"push {ABROAD}"),
            Claim("listed", ABROAD),
            (Claim("typed", f"push {ABROAD}"),),
            "G-PUSH-NAMES",
            "A push sends an image that has this name on your laptop. No image there has it yet.",
        ),
        Mistake(
            _docker(
                "login ghcr.io -u cantdocpp --password-stdin < token.txt",
                "push cantdocpp/golang:v1",
            ),
            Claim("listed", ABROAD),
            (Claim("logged in", "ghcr.io"),),
            "G-LOGIN-ROUTES",
            "A login never chooses the road. The part of the name before the first slash does.",
        ),
    ),
    # A login, or a name with a host that is not the Hub's.
    (r"login\b", r"(tag|push)\b.* (?!docker\.io/)[^ /]*\.[^ /]*/"),
)

EXERCISES = (_ONE_MORE_NAME, _PUBLISH_IT, _ANOTHER_REGISTRY)
