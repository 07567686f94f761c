"""``docker context --help``, recorded from CLI 29.7.2."""

TEXT = """\
Usage:  docker context COMMAND

Manage contexts

Commands:
  create      Create a context
  export      Export a context to a tar archive FILE or a tar stream on STDOUT.
  import      Import a context from a tar or zip file
  inspect     Display detailed information on one or more contexts
  ls          List contexts
  rm          Remove one or more contexts
  show        Print the name of the current context
  update      Update a context
  use         Set the default docker context

Run 'docker context COMMAND --help' for more information on a command.
"""
