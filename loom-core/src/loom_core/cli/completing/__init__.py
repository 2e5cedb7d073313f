"""What a shell's Tab offers beyond commands and options: ids of tasks, names of models."""

from loom_core.cli.completing.names import complete_model, complete_session, complete_task

__all__ = ["complete_model", "complete_session", "complete_task"]
