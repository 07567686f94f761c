"""``docker help --help``, recorded from CLI 28.2.2."""

TEXT = """\
Usage:  docker help [command]

Help about the command
"""
