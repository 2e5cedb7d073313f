"""Tasks that run in the server's own loop, several at once."""
