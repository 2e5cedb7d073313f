"""Which git commands a model may give, and how they are run."""
