"""What is known of a model beside its settings: shipped from model cards, or measured here."""

from loom_core.profiles.finding import ModelProfile, find_profile, with_tiers
from loom_core.profiles.measured import (
    DialectName,
    DialectScore,
    Enforcement,
    MeasuredProfile,
    ParallelRun,
)
from loom_core.profiles.shipped import ShippedProfile, shipped_profiles
from loom_core.profiles.store import ProfileStore

__all__ = [
    "DialectName",
    "DialectScore",
    "Enforcement",
    "MeasuredProfile",
    "ModelProfile",
    "ParallelRun",
    "ProfileStore",
    "ShippedProfile",
    "find_profile",
    "shipped_profiles",
    "with_tiers",
]
