"""One attempt at a subtask, in the form that fits the subtask and the model."""
