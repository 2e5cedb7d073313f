"""How one attempt to fetch a model ends early; neither leaves this distribution."""


class SourceFailed(Exception):
    """A source did not give the file; the text says why, and the next source is tried."""


class FetchStopped(Exception):
    """The fetch was cancelled; what was fetched is kept and continued next time."""
