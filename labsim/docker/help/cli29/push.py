"""``docker push --help``, recorded from CLI 29.7.2."""

TEXT = """\
Usage:  docker push [OPTIONS] NAME[:TAG]

Upload an image to a registry

Aliases:
  docker image push, docker push

Options:
  -a, --all-tags          Push all tags of an image to the repository
      --platform string   Push a platform-specific manifest as a
                          single-platform image to the registry.
                          Image index won't be pushed, meaning that other
                          manifests, including attestations won't be
                          preserved.
                          'os[/arch[/variant]]': Explicit platform (eg.
                          linux/amd64)
  -q, --quiet             Suppress verbose output
"""
