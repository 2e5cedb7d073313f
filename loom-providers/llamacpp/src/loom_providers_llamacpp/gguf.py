"""A model file of the user's own, named by its path."""

from pathlib import Path

from loom_core.errors import ModelUnavailable

_MAGIC = b"GGUF"


def is_path(reference: str) -> bool:
    """Whether a setting names a file rather than a model of the catalogue."""
    return reference.lower().endswith(".gguf") or "/" in reference or "\\" in reference


def resolve_path(reference: str) -> Path:
    """The absolute path of a GGUF file. Raises ``ModelUnavailable`` when it is none."""
    path = Path(reference).expanduser().absolute()
    try:
        with path.open("rb") as file:
            begins = file.read(len(_MAGIC))
    except OSError as error:
        raise ModelUnavailable(
            f"the model file {path} cannot be read: {error.strerror}; correct the setting "
            "'model' of the llamacpp model"
        ) from error
    if begins != _MAGIC:
        raise ModelUnavailable(
            f"the model file {path} is not a GGUF file; llama.cpp loads nothing else"
        )
    return path
