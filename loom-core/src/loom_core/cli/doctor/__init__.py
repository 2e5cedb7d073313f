"""What ``loom doctor`` looks at, one kind of thing a module."""
