"""What a running task has learned, for the subtasks that come after."""
