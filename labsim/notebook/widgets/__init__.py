"""Pictures that can be moved: a shell, and what fills it."""
