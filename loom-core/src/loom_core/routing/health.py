"""What is known of the health of servers and models, from how calls to them ended."""

from loom_core.errors import (
    ModelError,
    ModelNotFound,
    ModelNotLoaded,
    ModelOverloaded,
    ModelTimeout,
    ModelUnavailable,
    ModelUnreachable,
)
from loom_core.routing.circuit import Circuit

_OF_SERVER = (ModelUnreachable, ModelOverloaded, ModelTimeout)
_OF_MODEL = (ModelNotFound, ModelNotLoaded, ModelUnavailable)


def another_may_do(error: ModelError) -> bool:
    """Whether an error is about the server or the model, so that another model may do the work.

    A key that is refused, a prompt that is too long or bad output are for the user, the harness or
    a retry: another model would only hide them.
    """
    return isinstance(error, _OF_SERVER + _OF_MODEL)


class HealthRecord:
    """A circuit for every server and for every model on it."""

    def __init__(self) -> None:
        """Start with all of them well."""
        self._circuits: dict[str, Circuit] = {}

    def trouble(self, server: str, model: str) -> ModelError | None:
        """Why a model is to be left alone now; None when it may be asked."""
        for name in (server, _model_key(server, model)):
            circuit = self._circuits.get(name)
            if circuit is not None and not circuit.allows():
                return circuit.error
        return None

    def begin(self, server: str, model: str) -> None:
        """Note that a model is about to be asked."""
        for name in (server, _model_key(server, model)):
            if (circuit := self._circuits.get(name)) is not None:
                circuit.probe()

    def note(self, server: str, model: str, error: ModelError | None) -> None:
        """Note how a call ended. An error of neither server nor model means that both answer."""
        if error is None or not another_may_do(error):
            for name in (server, _model_key(server, model)):
                if (circuit := self._circuits.get(name)) is not None:
                    circuit.succeed()
            return
        name = server if isinstance(error, _OF_SERVER) else _model_key(server, model)
        self._circuits.setdefault(name, Circuit()).fail(error)


def _model_key(server: str, model: str) -> str:
    """What a model's own circuit is kept under."""
    return f"{server} {model}"
