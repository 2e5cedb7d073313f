"""All sources put together, the stronger over the weaker."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import ValidationError

from loom_core.errors import SettingsError
from loom_core.settings.environment import environment_layers
from loom_core.settings.home import DEFAULT_HOME, expand_user, is_inside_project
from loom_core.settings.key_binding import refuse_borrowed_keys
from loom_core.settings.keys import KeyPath, dotted, known_keys, nested
from loom_core.settings.layer import Layer, read_layer
from loom_core.settings.origin import Origin, Source
from loom_core.settings.restricted import preferences_of
from loom_core.settings.shape import Settings, Table
from loom_core.settings.toml_file import SettingsFile, read_settings_file
from loom_core.settings.trust import TrustStore

FILE_NAME = "loom.toml"


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings and where each of them came from."""

    settings: Settings
    origins: Mapping[str, Origin]
    """By key, such as ``server.port``, for every value that is no built-in default."""
    home: Path
    """Loom's home directory."""

    def origin(self, key: str) -> Origin:
        """Where the value of a key came from."""
        return self.origins.get(key, Origin(Source.DEFAULT))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where and as whom Loom was started."""

    cwd: Path
    home: Path
    environ: Mapping[str, str]


def load_settings(
    *,
    cwd: Path,
    home: Path,
    environ: Mapping[str, str],
    flags: Mapping[str, object] | None = None,
    config_file: Path | None = None,
    reads_project: bool = True,
) -> LoadedSettings:
    """Read all sources, check them and put them together, tables merged key by key.

    From the weakest: built-in defaults, ``loom.toml`` in ``cwd`` (not of its parents), ``loom.toml`` in
    ``home``, ``config_file``, ``LOOM_TABLE__KEY`` variables, flags. A missing file is an empty one.

    Args:
        cwd: the current directory.
        home: Loom's home, from ``home_directory``.
        environ: the environment, from ``process_environment``.
        flags: values by dotted key, such as ``{"approval.mode": "manual"}``; None is not given.
        config_file: the file of ``--config``, read in place of the project's; naming it is trust.
        reads_project: whether the project's file counts; a command that only looks can do without.

    Raises:
        SettingsError: a source is broken or has an unknown key or a wrong value.
        UntrustedSettings: a file that the project's author wrote sets more than preferences.
    """
    place = _Place(cwd, home, environ)
    layers = list(_file_layers(place, config_file, reads_project=reads_project))
    names = {path[1] for layer in layers for path in layer.values if path[0] == "models"}
    layers += environment_layers(environ, cwd=cwd, model_names=sorted(names))
    layers += _flag_layers(flags or {}, cwd)
    return _merge(layers, place)


def _file_layers(
    place: _Place, config_file: Path | None, *, reads_project: bool
) -> Iterator[Layer]:
    user = read_settings_file(place.home / FILE_NAME)
    project = (
        None if config_file or not reads_project else read_settings_file(place.cwd / FILE_NAME)
    )
    home_is_own = not is_inside_project(place.home, place.cwd, place.environ)
    if project and not (user and user.path == project.path):
        yield _project_layer(project, place.home, home_is_own=home_is_own)
    if user:
        yield _user_layer(user, home_is_own=home_is_own)
    if config_file:
        named = read_settings_file(config_file)
        if named is None:
            raise SettingsError(f"{config_file}: no such settings file; check the path of --config")
        yield _layer_of(named, Source.CONFIG)


def _project_layer(file: SettingsFile, home: Path, *, home_is_own: bool) -> Layer:
    layer = _layer_of(file, Source.PROJECT)
    if home_is_own and TrustStore(home).is_trusted(file.path, sha256=file.sha256):
        return layer
    advice = (
        f"read it, then run `loom trust {file.path}`, or name it with --config for this run only"
    )
    if not home_is_own:
        advice = f"LOOM_HOME {home} is inside the project and cannot hold trust: set it elsewhere"
    return preferences_of(layer, advice)


def _user_layer(file: SettingsFile, *, home_is_own: bool) -> Layer:
    layer = _layer_of(file, Source.USER)
    if home_is_own:
        return layer
    return preferences_of(layer, "LOOM_HOME is inside the project: set it elsewhere")


def _layer_of(file: SettingsFile, source: Source) -> Layer:
    return read_layer(file.tables, Origin(source, str(file.path)), file.path.parent)


def _flag_layers(flags: Mapping[str, object], cwd: Path) -> Iterator[Layer]:
    for key, value in flags.items():
        if value is not None:
            tree = nested(tuple(key.split(".")), value)
            yield read_layer(tree, Origin(Source.FLAG), cwd, is_text=True)


def _merge(layers: Sequence[Layer], place: _Place) -> LoadedSettings:
    values = dict(_default_paths(place))
    origins: dict[KeyPath, Origin] = {}
    for layer in layers:
        for path, value in layer.values.items():
            is_path = isinstance(value, Path)
            values[path] = _expand(value, layer, path, place) if is_path else value
            origins[path] = layer.origin
    refuse_borrowed_keys(origins)
    settings = _build(values, origins)
    return LoadedSettings(
        settings, {dotted(path): origin for path, origin in origins.items()}, place.home
    )


def _default_paths(place: _Place) -> Iterator[tuple[KeyPath, object]]:
    """The built-in paths made absolute; those in ``~/.loom`` follow Loom's home."""
    defaults = Settings()
    for path in known_keys():
        table = getattr(defaults, path[0])
        value = getattr(table, path[1], None) if isinstance(table, Table) else None
        if isinstance(value, Path):
            inside_home = value.is_relative_to(DEFAULT_HOME)
            yield (
                path,
                (
                    place.home / value.relative_to(DEFAULT_HOME)
                    if inside_home
                    else expand_user(value, place.environ)
                ),
            )


def _expand(value: Path, layer: Layer, path: KeyPath, place: _Place) -> Path:
    try:
        return layer.base / expand_user(value, place.environ)
    except SettingsError as error:
        raise SettingsError(f"{layer.origin}: {dotted(path)}: {error}") from error


def _build(values: Mapping[KeyPath, object], origins: Mapping[KeyPath, Origin]) -> Settings:
    tree: dict[str, object] = {}
    for path, value in values.items():
        table = tree
        for part in path[:-1]:
            table = cast("dict[str, object]", table.setdefault(part, {}))
        if value == {}:
            table.setdefault(path[-1], {})
        else:
            table[path[-1]] = value
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        raise _incomplete(error, origins) from None


def _incomplete(error: ValidationError, origins: Mapping[KeyPath, Origin]) -> SettingsError:
    """Values were checked before: what is left is a table that lacks a key."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = tuple(str(part) for part in first["loc"])
    beside = [str(origin) for key, origin in origins.items() if key[: len(path) - 1] == path[:-1]]
    where = beside[0] if beside else "settings"
    if first["type"] == "missing":
        return SettingsError(f"{where}: {dotted(path)} is missing; every {path[0]} table needs it")
    return SettingsError(f"{where}: {dotted(path)}: {first['msg']}")
