"""From a request to calls of functions, with models that have no tool calling worth using."""

from loom_core.calling.choosing import MAX_CALLS, Ask, Chosen, choose_calls
from loom_core.calling.relevance import FITTING, relevance

__all__ = ["FITTING", "MAX_CALLS", "Ask", "Chosen", "choose_calls", "relevance"]
