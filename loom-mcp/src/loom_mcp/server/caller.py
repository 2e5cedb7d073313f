"""Who called: what the client can do, and how it is told and asked."""

from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitRequest, ElicitRequestFormParams, ElicitResult
from pydantic import ValidationError

from loom_core.cli.progress.task_progress import TaskProgress

_SMALL = 0.001
"""By how much progress grows where no subtask ended: it has to grow with every notification."""


class Caller:
    """One request of one client."""

    def __init__(self, context: ServerRequestContext[Any, Any]) -> None:
        """Speak in the context of the request."""
        self._context = context
        self._told = 0.0

    @property
    def can_answer(self) -> bool:
        """Whether the client says that it can put forms to somebody."""
        capabilities = self._context.session.client_capabilities
        return capabilities is not None and capabilities.elicitation is not None

    @property
    def can_be_asked_now(self) -> bool:
        """Whether it takes questions while the call runs; else the call ends with them and is made again."""
        return self._context.session.can_send_request

    async def tell(self, progress: TaskProgress, text: str) -> None:
        """Notify of progress, if the client wants to know."""
        self._told = max(self._told + _SMALL, float(progress.finished_count))
        total = float(len(progress.subtasks)) or None
        if total is not None and self._told > total:
            total = None
        await self._context.session.report_progress(self._told, total, text)

    async def ask(self, form: ElicitRequest) -> ElicitResult:
        """Put a form to whoever is there. An answer that cannot be read is none."""
        assert isinstance(form.params, ElicitRequestFormParams)  # noqa: S101 - forms.py makes no other
        try:
            return await self._context.session.elicit_form(
                form.params.message, form.params.requested_schema, self._context.request_id
            )
        except (MCPError, ValidationError):
            return ElicitResult(action="cancel")
