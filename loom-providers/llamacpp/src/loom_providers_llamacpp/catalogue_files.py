"""The catalogue's models as files: what is there, fetching and deleting."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from loom_core.contracts.model_files import ModelFile, ModelFiles
from loom_core.contracts.provider import ProviderEnvironment
from loom_core.errors import UsageError
from loom_providers_llamacpp.catalogue import Catalogue, CatalogueModel
from loom_providers_llamacpp.own_thread import run_fetch
from loom_providers_llamacpp.resolver import Resolver, Sources
from loom_providers_llamacpp.store import ModelStore
from loom_providers_llamacpp.use_lock import unused


class CatalogueFiles(ModelFiles):
    """The files of a catalogue's models in ``models`` of Loom's home."""

    def __init__(
        self, environment: ProviderEnvironment, catalogue: Catalogue, sources: Sources
    ) -> None:
        """Look below the environment's home, and fetch from these sources."""
        self._catalogue = catalogue
        self._resolver = Resolver(environment, catalogue, sources)
        self._store = ModelStore(environment.home / "models")

    def entries(self) -> Sequence[ModelFile]:
        """Every model of the catalogue, the default first."""
        return [self._entry(model) for model in self._catalogue.models]

    async def pull(self, name: str) -> Path:
        """Fetch a model and verify it."""
        return await run_fetch(lambda stop: self._resolver.fetch(name, stop))

    def remove(self, name: str) -> int:
        """Delete a model's file and what an interrupted fetch left."""
        model = self._catalogue.find(name)
        if not self._store.present_bytes(model):
            return 0
        with self._alone(model):
            path = self._store.path_of(model)
            if not path.is_file():
                return self._store.remove(model)
            with unused(path):
                return self._store.remove(model)

    @contextmanager
    def _alone(self, model: CatalogueModel) -> Generator[None]:
        """Inside, nobody fetches or checks the model. Raises ``UsageError`` when somebody does."""
        from filelock import FileLock, Timeout  # as slow to import as the rest of this distribution

        try:
            with FileLock(self._store.lock_of(model), timeout=0):
                yield
        except Timeout as error:
            raise UsageError(
                f"{model.name} is being fetched or checked by another Loom; stop that first"
            ) from error

    def _entry(self, model: CatalogueModel) -> ModelFile:
        """One model as it is now."""
        return ModelFile(
            name=model.id,
            title=f"{model.name} {model.quantisation}",
            licence=model.licence,
            size_bytes=model.size_bytes,
            present_bytes=self._store.present_bytes(model),
            state=self._store.state_of(model),
            path=self._store.path_of(model),
        )
