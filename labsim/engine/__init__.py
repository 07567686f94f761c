"""The laptop: what is on it, what it remembers, and what it can be told to do."""
