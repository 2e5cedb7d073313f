"""The other side of the API: what the command line uses to reach a server."""
