"""Whether this server is on its way out: what ends then was not cancelled by anybody."""


class Leaving:
    """Tells a call that is cut off by its client from one that ends with the connection."""

    def __init__(self) -> None:
        """Stay, until told otherwise."""
        self._is_set = False

    @property
    def is_set(self) -> bool:
        """Whether the client is gone or the process was told to stop."""
        return self._is_set

    def set(self) -> None:
        """Note that everything ends now."""
        self._is_set = True
