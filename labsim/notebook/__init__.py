"""The lab in a notebook: ``%docker``, completion, and pictures that can be moved.

``%load_ext labsim`` registers the magics; the names below show things.  Where no widget can be
drawn each shows its text or its still picture, which says the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsim.notebook.shown import (
    be_the_registry,
    build_steps,
    check,
    compare,
    conversation,
    digest_tree,
    dockerfile_bench,
    filter_names,
    image_shelf,
    key_ring,
    lab_bar,
    lab_map,
    layer_graph,
    layer_picture,
    ledger,
    name_splitter,
    predict,
    push_fork,
    push_replay,
    registry_browser,
    registry_shelves,
    reveal,
    terminal,
)

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = [
    "be_the_registry",
    "build_steps",
    "check",
    "compare",
    "conversation",
    "digest_tree",
    "dockerfile_bench",
    "layer_graph",
    "filter_names",
    "image_shelf",
    "key_ring",
    "lab_bar",
    "lab_map",
    "layer_picture",
    "ledger",
    "load_ipython_extension",
    "name_splitter",
    "predict",
    "push_fork",
    "push_replay",
    "registry_browser",
    "registry_shelves",
    "reveal",
    "terminal",
]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register ``%docker`` and ``%%docker``, their completion, and how values show themselves."""
    from labsim.notebook import completion, formatters, magics

    magics.register(shell)
    completion.register(shell)
    formatters.register(shell)
