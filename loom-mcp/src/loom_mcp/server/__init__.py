"""``loom mcp-serve``: goals, their state and what came of them, for any MCP client."""
