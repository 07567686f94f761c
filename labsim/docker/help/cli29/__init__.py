"""The help texts that CLI 29.7.2 words otherwise, one module a topic."""

__all__ = ["TOPICS"]

TOPICS = frozenset(
    {
        "build",
        "context",
        "create",
        "docker",
        "history",
        "image_inspect",
        "images",
        "load",
        "login",
        "pull",
        "push",
        "rmi",
        "run",
        "save",
        "volume",
    }
)
