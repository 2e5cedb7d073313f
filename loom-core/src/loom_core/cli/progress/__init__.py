"""A task's story, folded from its events, and the ways to show it."""
