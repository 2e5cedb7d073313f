"""The only user of stevedore, imported when the first part is loaded."""

from importlib.metadata import EntryPoint

from stevedore import ExtensionManager


class OnePart(ExtensionManager[object]):
    """Loads a single entry point.

    stevedore's own scan parses the metadata of every distribution, so that one broken stranger
    would end it, and keeps a cache on disk. It is given the entry point of Loom's index instead.
    """

    def __init__(self, entry_point: EntryPoint) -> None:
        """Load it; the value, or why not, is found in the attributes."""
        self._entry_point = entry_point
        self.error: BaseException | None = None
        super().__init__(entry_point.group, on_load_failure_callback=self._keep_error)

    def list_entry_points(self) -> list[EntryPoint]:
        """The one entry point that was asked for."""
        return [self._entry_point]

    def _keep_error(
        self, _manager: ExtensionManager[object], _entry_point: EntryPoint, error: BaseException
    ) -> None:
        self.error = error


def load_entry_point(entry_point: EntryPoint) -> object:
    """Import the module and take the attribute; raises whatever the import raised."""
    loaded = OnePart(entry_point)
    if loaded.error is not None:
        raise loaded.error
    return loaded.extensions[0].plugin
