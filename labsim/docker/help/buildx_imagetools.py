"""``docker buildx imagetools --help``, after buildx 0.24's reference pages: not recorded."""

TEXT = """\
Usage:  docker buildx imagetools COMMAND

Commands to work on images in registry

Options:
      --builder string   Override the configured builder instance
  -D, --debug            Enable debug logging

Commands:
  create      Create a new image based on source images
  inspect     Show details of an image in the registry

Run 'docker buildx imagetools COMMAND --help' for more information on a command.
"""
