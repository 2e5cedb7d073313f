"""A request that is refused before a route sees it."""

from starlette.responses import JSONResponse


class Refused(Exception):
    """Carries the answer out of the checks."""

    def __init__(
        self, status: int, error: str, detail: str, headers: dict[str, str] | None = None
    ) -> None:
        """Refuse with this status.

        Args:
            status: of HTTP.
            error: what went wrong, in a word for programs.
            detail: what, which and what to do, for people.
            headers: more headers of the answer.
        """
        super().__init__(detail)
        self.status = status
        self.error = error
        self.headers = headers

    def response(self) -> JSONResponse:
        """The answer, in the form that every error has."""
        content = {"error": self.error, "detail": str(self), "task_id": None}
        return JSONResponse(content, status_code=self.status, headers=self.headers)
