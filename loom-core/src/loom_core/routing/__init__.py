"""Routing: which model a call goes to, and when."""

from loom_core.routing.health import another_may_do
from loom_core.routing.route import DEFAULT_WINDOW, JUDGING_TIER, Route
from loom_core.routing.router import Choice, Router

__all__ = ["DEFAULT_WINDOW", "JUDGING_TIER", "Choice", "Route", "Router", "another_may_do"]
