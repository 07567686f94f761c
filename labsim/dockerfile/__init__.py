r"""Dockerfiles: what somebody wrote, read as Docker reads it.

==========================  ==================================================================
:mod:`~.source`             lines, continuations, comments, parser directives, here-documents
:mod:`~.arguments`          what follows an instruction's name: words, pairs, JSON, flags
:mod:`~.instructions`       one value for each instruction, checked
:mod:`~.stages`             instructions as build stages, with the ARGs in front of them
:mod:`~.expansion`          ``$NAME``, ``${NAME:-word}`` and their like, in an environment
:mod:`~.ignore`             the patterns of ``.dockerignore``
==========================  ==================================================================

Two readers, one grammar: BuildKit's frontend knows here-documents, the legacy builder does not.
What is wrong is said in the sentence and with the line that Docker 20.10.24 says it with.

>>> [stage] = read("FROM golang AS build\nRUN go build \\\n  ./cmd\n").stages
>>> stage.name, [step.text for step in stage.steps]
('build', ['RUN go build   ./cmd'])

Sources: the Dockerfile reference; moby/buildkit ``frontend/dockerfile`` (``parser``,
``instructions``, ``shell``); each sentence checked against daemon 20.10.24.
"""

from __future__ import annotations

from labsim.dockerfile.expansion import Expander, expand
from labsim.dockerfile.ignore import Ignore
from labsim.dockerfile.instructions import Instruction, Pair
from labsim.dockerfile.stages import Dockerfile, Stage, read

__all__ = ["Dockerfile", "Expander", "Ignore", "Instruction", "Pair", "Stage", "expand", "read"]
