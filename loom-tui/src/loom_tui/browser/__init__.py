"""``loom tui --serve``: the whole screen in a browser of this machine, and nobody else's."""
