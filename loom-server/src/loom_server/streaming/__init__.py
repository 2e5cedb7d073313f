"""Events of tasks as server-sent events: from the beginning, or from where a client stopped."""
