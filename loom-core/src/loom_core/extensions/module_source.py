"""Where a module's source is, found without importing it or any of its parents."""

from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """A module that would be found by an import."""

    name: str
    path: Path | None
    """Its source file; None when it has none that can be read (compiled, namespace package)."""
    is_package: bool


def find_module(name: str) -> ModuleSource | None:
    """The module that importing a dotted name would run; None when there is none.

    ``importlib.util.find_spec`` imports the parents of a dotted name, so only the first part is
    asked of it and the rest is looked for in the packages' directories.
    """
    try:
        spec = _find(name)
    except (ImportError, ValueError, KeyError, AttributeError):
        # Nested namespace packages and modules without a spec: only an import could tell.
        return ModuleSource(name, None, is_package=True)
    if spec is None:
        return None
    is_source = spec.has_location and spec.origin is not None and spec.origin.endswith(".py")
    path = Path(spec.origin) if is_source and spec.origin else None
    return ModuleSource(name, path, spec.submodule_search_locations is not None)


def _find(name: str) -> ModuleSpec | None:
    top, *rest = name.split(".")
    spec = find_spec(top)
    so_far = top
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return None
        so_far = f"{so_far}.{part}"
        spec = PathFinder.find_spec(so_far, list(spec.submodule_search_locations))
    return spec
