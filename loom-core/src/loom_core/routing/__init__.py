"""Routing: which model a call goes to, and when."""

from loom_core.routing.route import DEFAULT_WINDOW, Route
from loom_core.routing.router import Router

__all__ = ["DEFAULT_WINDOW", "Route", "Router"]
