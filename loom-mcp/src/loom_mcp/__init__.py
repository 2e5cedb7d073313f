"""Loom over MCP: a server that agents give goals to, and the tools of other servers for Loom."""
