"""Where the command line looks at tasks and acts on them: the database here, or a server somewhere."""

from loom_core.desk.protocol import Desk, OpenDesk, ServerDesk, TaskInShort

__all__ = ["Desk", "OpenDesk", "ServerDesk", "TaskInShort"]
"""``LocalDesk`` is in a module of its own, since it loads the database's library."""
