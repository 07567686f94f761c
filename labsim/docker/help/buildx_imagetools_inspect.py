"""``docker buildx imagetools inspect --help``, after buildx 0.24's reference pages: not recorded."""

TEXT = """\
Usage:  docker buildx imagetools inspect [OPTIONS] NAME

Show details of an image in the registry

Options:
      --builder string   Override the configured builder instance
  -D, --debug            Enable debug logging
      --format string    Format the output using the given Go template (default "{{.Manifest}}")
      --raw              Show original, unformatted JSON manifest
"""
