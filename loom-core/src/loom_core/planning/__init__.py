"""Planning: from a goal to a valid graph of subtasks, and to the next version of it."""
