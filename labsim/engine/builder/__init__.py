"""Dockerfile and context in, image out: two builders, and the cache that each has.

=========================  =================================================================
:mod:`~.tree`              files: those of the context, those of layers laid over each other
:mod:`~.copying`           ``COPY`` and ``ADD``: what goes where, and what the cache compares
:mod:`~.commands`          a shell's command line, cut into commands
:mod:`~.running`           ``RUN``: what those would leave behind
:mod:`~.mounting`          ``RUN --mount``: what the cache asks about it
:mod:`~.effects`           the table of commands whose files are made up
:mod:`~.settings`          ``ENV``, ``CMD`` and the others: the config while it grows
:mod:`~.bench`             a stage while it is built
:mod:`~.buildkit`          BuildKit: a graph of results
:mod:`~.naming`            what it calls its steps
:mod:`~.legacy`            the legacy builder: a chain of images
:mod:`~.cache`             what both find again, and why not
:mod:`~.documents`         the configs that they write
:mod:`~.attesting`         what a store of blobs gets: a manifest, and an attestation beside it
:mod:`~.order`             what is asked for, and what came of it
=========================  =================================================================

A build is a function of its order, its cache and the time: it speaks to nobody.  Bases are fetched
before it begins.
"""

from __future__ import annotations

from labsim.engine.builder.cache import BuildCache
from labsim.engine.builder.order import Built, Order, Step
from labsim.engine.builder.tree import Context, ContextFile

__all__ = ["BuildCache", "Built", "Context", "ContextFile", "Order", "Step"]
