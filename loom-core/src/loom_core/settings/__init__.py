"""The settings of one run: read once from files, environment and flags, checked, and frozen.

The only package that reads the process's environment.
"""

from loom_core.settings.display import redacted
from loom_core.settings.environment import process_environment
from loom_core.settings.home import home_directory, refuse_home_inside_project
from loom_core.settings.known_secrets import known_secrets
from loom_core.settings.loading import LoadedSettings, load_settings
from loom_core.settings.origin import Origin, Source
from loom_core.settings.redaction import without_passwords
from loom_core.settings.shape import ModelSettings, Settings
from loom_core.settings.trust import TrustStore

__all__ = [
    "LoadedSettings",
    "ModelSettings",
    "Origin",
    "Settings",
    "Source",
    "TrustStore",
    "home_directory",
    "known_secrets",
    "load_settings",
    "process_environment",
    "redacted",
    "refuse_home_inside_project",
    "without_passwords",
]
