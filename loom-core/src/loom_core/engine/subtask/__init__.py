"""One subtask over all its attempts: execute, verify, try again, remember."""
