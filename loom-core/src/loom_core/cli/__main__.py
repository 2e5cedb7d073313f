"""``python -m loom_core.cli``: the command line of the very installation that runs."""

from loom_core.cli.main import main

main()
