"""``docker build``: an image of a Dockerfile and a folder, by BuildKit or the legacy builder.

BuildKit builds unless the line begins with ``DOCKER_BUILDKIT=0``.  The help is that of CLI 28.2.2
without its buildx plugin, which lists the legacy builder's flags; BuildKit's own are taken too.
"""

from __future__ import annotations

from labsim.docker.builds.reading import tags_of
from labsim.docker.grammar import Call, Command, Count
from labsim.docker.help import Flag

__all__ = ["COMMAND"]

_FLAGS = (
    "build-arg", "file", "label", "no-cache", "platform", "progress", "provenance", "pull",
    "quiet", "rm", "force-rm", "secret", "tag", "target",
)  # fmt: skip
#: What BuildKit takes and the legacy builder's help does not list.
_BUILDKIT = (
    Flag("progress", kind="string"), Flag("output", "o", "string"), Flag("secret", kind="strings"),
    Flag("ssh", kind="string"), Flag("load"), Flag("push"), Flag("builder", kind="string"),
    Flag("cache-to", kind="string"), Flag("no-cache-filter", kind="string"),
    Flag("provenance", kind="string"), Flag("sbom", kind="string"), Flag("attest", kind="string"),
    Flag("annotation", kind="string"), Flag("build-context", kind="string"),
    Flag("check"), Flag("metadata-file", kind="string"), Flag("call", kind="string"),
)  # fmt: skip


def build(call: Call) -> int:
    """Build with the one or the other."""
    tags = tags_of(call)
    if call.env.get("DOCKER_BUILDKIT") == "0" and "buildx" not in call.path:
        from labsim.docker.builds import legacy

        return legacy.build(call, tags)
    from labsim.docker.builds import buildkit

    return buildkit.build(call, tags)


COMMAND = Command("build", Count(1, 1), build, frozenset(_FLAGS), hidden=_BUILDKIT)
