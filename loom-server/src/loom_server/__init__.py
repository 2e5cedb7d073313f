"""Loom as a service: REST, live events and the guard before both."""
