"""What a human is asked in a run, what was answered, and what that allows."""
