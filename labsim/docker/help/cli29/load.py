"""``docker load --help``, recorded from CLI 29.7.2."""

TEXT = """\
Usage:  docker load [OPTIONS]

Load an image from a tar archive or STDIN

Aliases:
  docker image load, docker load

Options:
  -i, --input string       Read from tar archive file, instead of STDIN
      --platform strings   Load only the given platform(s). Formatted as
                           a comma-separated list of
                           "os[/arch[/variant]]" (e.g.,
                           "linux/amd64,linux/arm64/v8").
  -q, --quiet              Suppress the load output
"""
