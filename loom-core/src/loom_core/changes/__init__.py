"""What a task changed, for whoever shows it: net changes, diffs, and taking them back."""
