"""From what the settings say to a model file on disk that is known to be whole."""

import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from loom_core.contracts.provider import ProviderEnvironment
from loom_core.errors import ModelUnavailable
from loom_providers_llamacpp.assembly import Assembly
from loom_providers_llamacpp.catalogue import Catalogue, CatalogueModel
from loom_providers_llamacpp.failures import SourceFailed
from loom_providers_llamacpp.fetch_lock import fetch_lock
from loom_providers_llamacpp.gguf import is_path, resolve_path
from loom_providers_llamacpp.progress import FetchProgress
from loom_providers_llamacpp.sources.source import Source
from loom_providers_llamacpp.store import ModelStore, sha256_of

_MEGABYTE = 1_000_000
_SPARE_BYTES = 50 * _MEGABYTE
Sources = Callable[[CatalogueModel], Sequence[Source]]
"""The places to try for a model, in order."""


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """A model file that can be loaded."""

    path: Path
    entry: CatalogueModel | None
    """What the catalogue says of it; None for a file of the user's own."""


class FetchDeclined(ModelUnavailable):
    """The user said no; nothing else is tried behind their back."""


def free_bytes(directory: Path) -> int:
    """Free space on the disk of a directory."""
    return shutil.disk_usage(directory).free


class Resolver:
    """Finds models on disk, and fetches what is missing when that is allowed."""

    def __init__(
        self,
        environment: ProviderEnvironment,
        catalogue: Catalogue,
        sources: Sources,
        *,
        free_bytes: Callable[[Path], int] = free_bytes,
    ) -> None:
        """Resolve below the environment's home."""
        self._environment = environment
        self._catalogue = catalogue
        self._sources = sources
        self._free_bytes = free_bytes
        self._store = ModelStore(environment.home / "models")

    def resolve(self, reference: str, stop: threading.Event) -> ResolvedModel:
        """The file of a model; blocks while it is fetched.

        Args:
            reference: a catalogue id, the path of a GGUF file, or empty for the default.
            stop: set it to end a fetch early.

        Raises:
            ModelNotFound: the catalogue has no such id.
            ModelUnavailable: it is not here and cannot be had; says why and what to do.
            FetchStopped: it was stopped.
        """
        if is_path(reference):
            return ResolvedModel(resolve_path(reference), None)
        entry = self._catalogue.find(reference)
        try:
            return self._obtain(entry, stop)
        except FetchDeclined:
            raise
        except ModelUnavailable as error:
            if not entry.fallback:
                raise
            return self._fall_back(entry, error, stop)

    def fetch(self, model_id: str, stop: threading.Event) -> Path:
        """The file of a catalogue's model, fetched if need be; never another one. As ``resolve``."""
        return self._obtain(self._catalogue.find(model_id), stop).path

    def is_on_disk(self, reference: str) -> bool:
        """Whether a model can be loaded without fetching; looks, and hashes nothing."""
        if is_path(reference):
            return Path(reference).expanduser().is_file()
        return self._store.path_of(self._catalogue.find(reference)).is_file()

    def _fall_back(
        self, entry: CatalogueModel, error: ModelUnavailable, stop: threading.Event
    ) -> ResolvedModel:
        """The smaller model instead, said clearly."""
        smaller = self._catalogue.find(entry.fallback)
        self._environment.say(f"{error}")
        try:
            found = self._obtain(smaller, stop)
        except ModelUnavailable as second:
            raise ModelUnavailable(f"{error}; {second}") from error
        self._environment.say(
            f"using the much weaker {smaller.name} instead of {entry.name}: expect little of it"
        )
        return found

    def _obtain(self, entry: CatalogueModel, stop: threading.Event) -> ResolvedModel:
        """The file of a catalogue's model, fetched under a lock that other processes respect."""
        path = self._store.path_of(entry)
        if self._store.has(entry):
            return ResolvedModel(path, entry)
        progress = FetchProgress(entry, self._environment.say, stop)
        try:
            self._store.directory.mkdir(parents=True, exist_ok=True)
            with fetch_lock(self._store.lock_of(entry), progress):
                if not self._store.has(entry) and not self._adopt(entry):
                    self._fetch(entry, progress)
        except OSError as error:
            raise ModelUnavailable(
                f"{entry.name} cannot be kept in {self._store.directory}: "
                f"{error.strerror or error}; make room or choose another home with LOOM_HOME"
            ) from error
        return ResolvedModel(path, entry)

    def _adopt(self, entry: CatalogueModel) -> bool:
        """Whether a file without a valid marker is the model after all; a damaged one is removed."""
        path = self._store.path_of(entry)
        if not path.is_file():
            return False
        found = sha256_of(path)
        if found == entry.sha256:
            self._store.mark_verified(entry)
            return True
        self._environment.say(
            f"{path} is damaged and was removed: SHA-256 is {found}, expected {entry.sha256}"
        )
        path.unlink()
        return False

    def _fetch(self, entry: CatalogueModel, progress: FetchProgress) -> None:
        """Fetch a model from the first source that gives it."""
        sources = list(self._sources(entry))
        self._check_allowed(entry, sources)
        self._store.remove_leftovers(entry)
        problems: list[str] = []
        for source in sources:
            self._environment.say(
                f"fetching {entry.name}: {entry.size_text}, licence {entry.licence}, "
                f"from {source.label}"
            )
            progress.begin()
            try:
                self._fetch_from(source, entry, progress)
            except SourceFailed as error:
                problems.append(f"{source.label}: {error}")
                self._environment.say(f"{source.label}: {error}")
            else:
                self._environment.say(f"{entry.name} is complete and its SHA-256 is right")
                return
        raise ModelUnavailable(
            f"{entry.name} cannot be fetched ({'; '.join(problems)}); check the network, put "
            f"{entry.file} into {self._store.directory}, or configure a model"
        )

    def _fetch_from(self, source: Source, entry: CatalogueModel, progress: FetchProgress) -> None:
        """Fetch, verify and put in place from one source."""
        with Assembly(entry, self._store) as assembly:
            self._check_space(entry, assembly.position, source)
            source.fetch(assembly, progress)
            assembly.finish()

    def _check_allowed(self, entry: CatalogueModel, sources: Sequence[Source]) -> None:
        """Refuse to fetch offline, or when the user says no."""
        what_to_do = f"put {entry.file} into {self._store.directory}, or configure a model"
        if self._environment.is_offline:
            raise ModelUnavailable(
                f"{entry.name} is not on this machine and --offline forbids fetching it; {what_to_do}"
            )
        places = " or ".join(source.label for source in sources)
        question = (
            f"Fetch {entry.name} ({entry.size_text}, licence {entry.licence}) from {places} "
            f"into {self._store.directory}?"
        )
        if not self._environment.confirm(question):
            raise FetchDeclined(f"{entry.name} was not fetched, as you said; {what_to_do}")

    def _check_space(self, entry: CatalogueModel, have_bytes: int, source: Source) -> None:
        """Refuse a fetch that would fill the disk."""
        needed = entry.size_bytes - have_bytes + source.scratch_bytes + _SPARE_BYTES
        free = self._free_bytes(self._store.directory)
        if free < needed:
            raise ModelUnavailable(
                f"{entry.name} needs {needed / _MEGABYTE:.0f} MB in {self._store.directory} to be "
                f"fetched from {source.label}, {free / _MEGABYTE:.0f} MB are free; make room, or "
                "choose another home with LOOM_HOME"
            )
