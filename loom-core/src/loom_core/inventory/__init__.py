"""What there is on this machine for Loom to work with, for whoever shows it."""
