"""The engine: one task from its plan to its end, driven by the harness and not by the model."""
