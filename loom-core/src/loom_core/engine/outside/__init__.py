"""Acting on a task from outside, whoever works on it: cancel, pause, resume, steer."""
