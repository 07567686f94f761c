"""``docker logout --help``, recorded from CLI 28.2.2."""

TEXT = """\
Usage:  docker logout [SERVER]

Log out from a registry.
If no server is specified, the default is defined by the daemon.
"""
