"""Memory out of finished subtasks."""
