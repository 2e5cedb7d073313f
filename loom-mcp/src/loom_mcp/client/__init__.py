"""MCP servers of others, whose tools a model may find and use."""
