"""Loom's verification: acceptance checks that execute, and tier 1, which decides by them."""
