"""One module a command; its attribute ``command`` is what the command table loads."""
