"""Another model's look at a result: what it is shown, how it answers, and what of it counts."""
