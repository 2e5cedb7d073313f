"""The agent of the protocol: its methods, and the threads that are open."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC
from importlib.metadata import version
from pathlib import Path

from acp import PROTOCOL_VERSION, RequestError
from acp.helpers import ContentBlock
from acp.interfaces import Client
from acp.schema import (
    AgentCapabilities,
    ClientCapabilities,
    CloseSessionResponse,
    Implementation,
    InitializeResponse,
    ListSessionsResponse,
    LoadSessionResponse,
    NewSessionResponse,
    PromptCapabilities,
    PromptResponse,
    ResumeSessionResponse,
    SessionCapabilities,
    SessionCloseCapabilities,
    SessionConfigOptionSelect,
    SessionInfo,
    SessionListCapabilities,
    SessionResumeCapabilities,
    SetSessionConfigOptionResponse,
    SetSessionModeResponse,
)

from loom_acp.choices import ANY_MODEL, MODEL, mode_named, model_option, modes_of
from loom_acp.conversation import Conversation
from loom_acp.engine import Engine
from loom_acp.prompt_blocks import said_in
from loom_core.cli.cowork.desk import Desk
from loom_core.cowork import latest_sessions
from loom_core.did_you_mean import did_you_mean
from loom_core.errors import LoomError, UsageError
from loom_core.sanitize import sanitize_line

_INVALID, _FAILED, _NOT_FOUND = -32602, -32603, -32002


class LoomAgent:
    """Answers the requests of one editor; every method is named in the protocol."""

    def __init__(self, engine: Engine) -> None:
        """Serve from this engine, which is built when the first thread needs it."""
        self._engine = engine
        self._client: Client | None = None
        self._has_forms = False
        self._open: dict[str, Conversation] = {}

    def on_connect(self, conn: Client) -> None:
        """Keep the editor, to which updates and questions go."""
        self._client = conn

    async def initialize(
        self,
        protocol_version: int,
        client_capabilities: ClientCapabilities | None = None,
        **_more: object,
    ) -> InitializeResponse:
        """Agree on the version and say what this agent can."""
        asking = client_capabilities.elicitation if client_capabilities else None
        self._has_forms = asking is not None and asking.form is not None
        return InitializeResponse(
            protocol_version=PROTOCOL_VERSION,
            agent_capabilities=AgentCapabilities(
                load_session=True,
                prompt_capabilities=PromptCapabilities(image=True, embedded_context=True),
                session_capabilities=SessionCapabilities(
                    list=SessionListCapabilities(),
                    resume=SessionResumeCapabilities(),
                    close=SessionCloseCapabilities(),
                ),
            ),
            agent_info=Implementation(name="loom", title="Loom", version=version("loom-acp")),
        )

    async def new_session(
        self, cwd: str, mcp_servers: Sequence[object] | None = None, **_more: object
    ) -> NewSessionResponse:
        """Begin a session in a directory."""
        with _told():
            self._pass_over(mcp_servers)
            conversation = await self._opened(_directory(cwd), "")
            option = await self._model_option(conversation)
        session = conversation.session
        conversation.offer_commands()  # last: the editor must know the session first
        return NewSessionResponse(
            session_id=session.task.id,
            modes=modes_of(session.task.approval_mode),
            config_options=[option],
        )

    async def load_session(
        self,
        cwd: str,
        session_id: str,
        mcp_servers: Sequence[object] | None = None,
        **_more: object,
    ) -> LoadSessionResponse:
        """Take a session up again, and tell all that happened in it."""
        with _told():
            conversation = await self._again(cwd, session_id, mcp_servers)
            await conversation.replay()
            option = await self._model_option(conversation)
        mode = conversation.session.task.approval_mode
        conversation.offer_commands()
        return LoadSessionResponse(modes=modes_of(mode), config_options=[option])

    async def resume_session(
        self,
        cwd: str,
        session_id: str,
        mcp_servers: Sequence[object] | None = None,
        **_more: object,
    ) -> ResumeSessionResponse:
        """Take a session up again whose past the editor knows."""
        with _told():
            conversation = await self._again(cwd, session_id, mcp_servers)
            option = await self._model_option(conversation)
        mode = conversation.session.task.approval_mode
        conversation.offer_commands()
        return ResumeSessionResponse(modes=modes_of(mode), config_options=[option])

    async def list_sessions(self, cwd: str | None = None, **_more: object) -> ListSessionsResponse:
        """The newest sessions of a directory, or of all."""
        with _told():
            loom = await self._engine.loom()
            records = await latest_sessions(loom.store, Path(cwd) if cwd else None)
        return ListSessionsResponse(
            sessions=[
                SessionInfo(
                    session_id=record.id,
                    cwd=record.workspace,
                    title=sanitize_line(record.goal),
                    updated_at=record.updated_at.astimezone(UTC).isoformat(),
                )
                for record in records
            ]
        )

    async def close_session(self, session_id: str, **_more: object) -> CloseSessionResponse:
        """Stop what a session does and forget it here; it can be loaded again."""
        conversation = self._conversation(session_id)
        del self._open[session_id]
        await conversation.close()
        return CloseSessionResponse()

    async def set_session_mode(
        self, session_id: str, mode_id: str, **_more: object
    ) -> SetSessionModeResponse:
        """Let another approval mode decide, from the next turn on."""
        with _told():
            self._conversation(session_id).session.approve_by(mode_named(mode_id))
        return SetSessionModeResponse()

    async def set_config_option(
        self,
        config_id: str,
        session_id: str,
        value: str | bool,  # noqa: FBT001  # the SDK hands it over by name
        **_more: object,
    ) -> SetSessionConfigOptionResponse:
        """Let another model answer, from the next turn on."""
        conversation = self._conversation(session_id)
        with _told():
            if config_id != MODEL:
                raise UsageError(f"there is no option {config_id!r}; {MODEL!r} is the only one")
            names = list((await (await self._engine.loom()).router()).models)
            name = str(value)
            if name not in {ANY_MODEL, *names}:
                raise UsageError(f"there is no model {name!r}{did_you_mean(name, names)}")
            conversation.session.model = "" if name == ANY_MODEL else name
        option = model_option(conversation.session.model, names)
        return SetSessionConfigOptionResponse(config_options=[option])

    async def prompt(
        self, session_id: str, prompt: list[ContentBlock], **_more: object
    ) -> PromptResponse:
        """Carry out what the user said, and tell what happens meanwhile."""
        conversation = self._conversation(session_id)
        with _told():
            said = said_in(prompt, conversation.session.workspace)
            return PromptResponse(stop_reason=await conversation.prompt(said))

    async def cancel(self, session_id: str, **_more: object) -> None:
        """Stop the turn of a session; of one that is not open there is none."""
        conversation = self._open.get(session_id)
        if conversation is not None:
            conversation.cancel()

    async def close(self) -> None:
        """Stop and close every session."""
        for conversation in [*self._open.values()]:
            await conversation.close()
        self._open.clear()

    async def _again(
        self, cwd: str, session_id: str, mcp_servers: Sequence[object] | None
    ) -> Conversation:
        """A session of the journal, opened anew where it was open."""
        self._pass_over(mcp_servers)
        directory = _directory(cwd)
        was_open = self._open.pop(session_id, None)
        if was_open is not None:
            await was_open.close()
        return await self._opened(directory, session_id)

    async def _opened(self, directory: Path, resume: str) -> Conversation:
        """A session with somebody to show and ask. Raises ``LoomError``."""
        if self._client is None:
            raise RequestError.internal_error({"details": "there is no connection"})
        loom, desk = await self._engine.loom(), Desk()
        session = await loom.session(
            directory, listener=desk.listen, resume=resume, approval_mode=self._engine.mode
        )
        if session.workspace.root != directory:
            raise UsageError(
                f"session {session.task.id} belongs to {session.workspace.root}; open it there"
            )
        conversation = Conversation(loom, session, self._client, desk, has_forms=self._has_forms)
        self._open[session.task.id] = conversation
        return conversation

    async def _model_option(self, conversation: Conversation) -> SessionConfigOptionSelect:
        """The choice of the model, as it stands."""
        router = await (await self._engine.loom()).router()
        return model_option(conversation.session.model, router.models)

    def _conversation(self, session_id: str) -> Conversation:
        """An open session. Raises ``RequestError``."""
        conversation = self._open.get(session_id)
        if conversation is None:
            raise RequestError(
                _NOT_FOUND,
                f"session {sanitize_line(session_id)!r} is not open; create or load it first",
            )
        return conversation

    def _pass_over(self, mcp_servers: Sequence[object] | None) -> None:
        """Say that servers of tools are not used."""
        if mcp_servers:
            names = ", ".join(sanitize_line(str(getattr(one, "name", "?"))) for one in mcp_servers)
            self._engine.say(f"MCP servers of the editor are not used: {names}")


def _directory(cwd: str) -> Path:
    """The directory that an editor names. Raises ``UsageError`` for a relative path."""
    path = Path(cwd)
    if not path.is_absolute():
        raise UsageError(f"cwd must be an absolute path, not {cwd!r}")
    return path.resolve()


@contextmanager
def _told() -> Generator[None]:
    """Tell the editor what went wrong, in the words that Loom has for it."""
    try:
        yield
    except UsageError as error:
        raise RequestError(_INVALID, sanitize_line(str(error))) from error
    except LoomError as error:
        raise RequestError(_FAILED, sanitize_line(str(error))) from error
