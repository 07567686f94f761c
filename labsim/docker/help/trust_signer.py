"""``docker trust signer --help``, recorded from CLI 28.2.2."""

TEXT = """\
Usage:  docker trust signer COMMAND

Manage entities who can sign Docker images

Commands:
  add         Add a signer
  remove      Remove a signer

Run 'docker trust signer COMMAND --help' for more information on a command.
"""
