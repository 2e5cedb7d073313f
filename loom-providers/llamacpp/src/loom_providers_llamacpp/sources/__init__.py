"""Where the bytes of a model can be had."""
