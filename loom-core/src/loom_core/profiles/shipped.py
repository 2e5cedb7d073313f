"""Profiles that come with Loom, read from ``shipped.toml``; each names the page it was taken from."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field, StringConstraints

from loom_core.types import Frozen
from loom_core.types.task import MAX_TIER


class ShippedProfile(Frozen):
    """What the maker of some models recommends for them; None is left to the server."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
    source: Annotated[str, StringConstraints(pattern=r"^https://")]
    """The page that the values are from."""
    note: str = ""
    """What the page says them for, where it has several sets."""
    ids: dict[Annotated[int, Field(ge=1, le=MAX_TIER)], tuple[str, ...]]
    """The models by tier, each as ``model_id`` gives it."""
    takes_sampling: bool = True
    """False for a model that refuses every request with a temperature."""
    temperature: Annotated[float | None, Field(ge=0.0, le=2.0)] = None
    top_p: Annotated[float | None, Field(gt=0.0, le=1.0)] = None
    top_k: Annotated[int | None, Field(ge=0)] = None
    """0 is all tokens."""
    min_p: Annotated[float | None, Field(ge=0.0, le=1.0)] = None
    repetition_penalty: Annotated[float | None, Field(gt=0.0, le=2.0)] = None

    def tier_of(self, identifier: str) -> int | None:
        """The tier of one of its models; None for any other."""
        return next((tier for tier, ids in self.ids.items() if identifier in ids), None)


class _File(Frozen):
    """The whole data file."""

    profiles: tuple[ShippedProfile, ...]


@cache
def shipped_profiles() -> Mapping[str, ShippedProfile]:
    """Every shipped profile by name; the file is read at the first call."""
    text = files("loom_core.profiles").joinpath("shipped.toml").read_text(encoding="utf-8")
    found = _File.model_validate(tomllib.loads(text)).profiles
    return {profile.name: profile for profile in found}
