"""What the benchmarks share: a model that costs nothing, a server in its own process, hand loops."""
