"""A setting's value as it is written in a settings file, without secrets."""

import json

from pydantic import SecretStr
from pydantic_core import to_jsonable_python

from loom_core.settings import without_passwords


def format_toml(value: object) -> str:
    """The value in TOML notation, on one line; every secret is stars."""
    if isinstance(value, SecretStr):
        return json.dumps(str(value))
    # JSON is TOML for texts, numbers, truth values and lists, which are all that a setting holds.
    return without_passwords(json.dumps(to_jsonable_python(value), ensure_ascii=False))
