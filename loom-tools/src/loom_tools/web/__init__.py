"""Reading from the web under the rules of ``loom_core.network``."""
