"""``docker trust key --help``, recorded from CLI 28.2.2."""

TEXT = """\
Usage:  docker trust key COMMAND

Manage keys for signing Docker images

Commands:
  generate    Generate and load a signing key-pair
  load        Load a private key file for signing

Run 'docker trust key COMMAND --help' for more information on a command.
"""
