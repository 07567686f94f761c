"""``docker save --help``, recorded from CLI 29.7.2."""

TEXT = """\
Usage:  docker save [OPTIONS] IMAGE [IMAGE...]

Save one or more images to a tar archive (streamed to STDOUT by default)

Aliases:
  docker image save, docker save

Options:
  -o, --output string      Write to a file, instead of STDOUT
      --platform strings   Save only the given platform(s). Formatted as
                           a comma-separated list of
                           "os[/arch[/variant]]" (e.g.,
                           "linux/amd64,linux/arm64/v8")
"""
