"""Docker's words have one home: nothing outside ``labsim/docker/`` quotes what Docker prints."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.repository.tree import ROOT, parsed, shown, sources

#: What Docker prints during a push, a pull, a tag, a removal and a login, each unmistakable.
WORDS = (
    "Already exists", "Downloaded newer image", "Error response from daemon",
    "Image is up to date", "Layer already exists", "Login Succeeded", "Mounted from",
    "No such image", "Pull complete", "Pulling fs layer", "Pulling from",
    "Removing login credentials", "The push refers to repository", "Unable to find image",
    "Using default tag", "Verifying Checksum", "WARNING! ", "invalid reference format",
    "repository does not exist", "requires at least", "unknown flag", "unknown shorthand flag",
)  # fmt: skip
#: A name that cannot be read is refused in Docker's own sentence, so that the sentence and the
#: place where it went wrong are found by one reader.
#: The same for a Dockerfile that cannot be read.
READERS_OF_NAMES = {
    "labsim/dockerfile/flags.py",
    "labsim/dockerfile/instructions.py",
    "labsim/reference/grammar.py",
    "labsim/reference/diagnosis.py",
}


def quotes(tree: ast.Module) -> list[str]:
    """Docker's words among a module's texts; a docstring may talk about them."""
    spoken = (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    told = {ast.get_docstring(node, clean=False) for node in _documented(tree)}
    return [word for text in spoken if text not in told for word in WORDS if word in text]


def _documented(tree: ast.Module) -> list[ast.Module | ast.ClassDef | ast.FunctionDef]:
    found = [node for node in ast.walk(tree) if isinstance(node, (ast.ClassDef, ast.FunctionDef))]
    return [tree, *found]


def elsewhere() -> list[Path]:
    """Every module but Docker's own."""
    own = ROOT / "labsim" / "docker"
    return [path for path in sources() if own not in path.parents]


def test_nobody_but_docker_quotes_docker():
    found = {shown(path): quotes(parsed(path)) for path in elsewhere()}
    found = {name: words for name, words in found.items() if words}
    assert {name: words for name, words in found.items() if name not in READERS_OF_NAMES} == {}
    assert set(found) <= READERS_OF_NAMES


def test_docker_itself_says_every_one_of_them():
    own = set(sources()) - set(elsewhere())
    own |= {path for path in sources() if shown(path) in READERS_OF_NAMES}
    said = "\n".join(path.read_text(encoding="utf-8") for path in own)
    assert [word for word in WORDS if word not in said] == []


def test_the_guard_sees_a_quote_and_lets_a_docstring_talk():
    assert quotes(ast.parse('x = f"Mounted from {y}"')) == ["Mounted from"]
    assert quotes(ast.parse('"""Docker says Mounted from."""')) == []
