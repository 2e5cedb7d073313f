"""The command ``loom serve``: where it listens, how it starts and how it stops."""
