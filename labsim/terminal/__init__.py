"""The lab in a shell: what a notebook offers in cells, typed at a prompt."""
