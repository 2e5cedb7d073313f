"""What holds for the tests of every distribution."""

from hypothesis import settings

# How long one example takes says more about the machine than about Loom; pytest-timeout bounds a test.
settings.register_profile("loom", deadline=None)
settings.load_profile("loom")
