"""``docker builder --help``, recorded from CLI 28.2.2."""

TEXT = """\
Usage:  docker builder COMMAND

Manage builds

Commands:
  build       Build an image from a Dockerfile
  prune       Remove build cache

Run 'docker builder COMMAND --help' for more information on a command.
"""
