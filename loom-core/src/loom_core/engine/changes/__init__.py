"""What calls changed in the workspace: found, taken back, and deleted when it is old."""
