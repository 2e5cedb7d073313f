"""Every setting with its table, default, unit and range. ``loom.toml`` at the root shows them all."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from loom_core.network import AllowedHost
from loom_core.settings.redaction import without_passwords
from loom_core.types.message import ModelRole
from loom_core.types.task import MAX_TIER, ApprovalMode


class Table(BaseModel):
    """One table of the settings: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, object]]:
        """The fields as they are shown: a URL without its password."""
        for name, value in super().__repr_args__():
            yield name, without_passwords(value) if isinstance(value, str) else value


class ServerSettings(Table):
    """Where ``loom serve`` listens, and how much it does at once."""

    host: str = "127.0.0.1"
    """Only this machine reaches 127.0.0.1; another address needs a certificate or a flag."""
    port: Annotated[int, Field(ge=1, le=65535)] = 9000
    names: tuple[str, ...] = ()
    """Other names under which it may be asked, such as this machine's name in a network."""
    tls_certificate: Path | None = None
    """A file with the certificate and its chain, in PEM; None serves without TLS."""
    tls_key: Path | None = None
    """A file with the certificate's key, in PEM; None is in the certificate's file."""
    max_running_tasks: Annotated[int, Field(ge=1, le=64)] = 4
    """Tasks that run at once; more wait their turn."""


class ModelSettings(Table):
    """One model: where it runs, what it is used for, and how large its window is."""

    provider: str
    """Entry-point name in ``loom.providers``: ollama, openai_compatible, openai, llamacpp, anthropic."""
    model: str = ""
    """The name the server knows it by; for llamacpp a catalogue id or the path of a GGUF file."""
    base_url: str = ""
    """The server's address; empty is the provider's default address."""
    api_key: SecretStr | None = None
    """Sent to ``base_url`` only; None reads one of the next two, else the provider's environment variable."""
    api_key_file: Path | None = None
    """A file with nothing but the key in it, which only its owner may read."""
    api_key_from_keyring: bool = False
    """Whether the system's keyring holds the key: service ``loom``, user the server's origin."""
    roles: tuple[ModelRole, ...] = tuple(ModelRole)
    tier: Annotated[int, Field(ge=1, le=MAX_TIER)] = 1
    """How capable it is, 1 to 3; a failing subtask escalates to the next tier. Not set, its profile says."""
    max_tokens: Annotated[int | None, Field(ge=1)] = None
    """Upper wish for an answer in tokens; None is all that the window leaves."""
    max_reasoning_tokens: Annotated[int | None, Field(ge=1)] = None
    """Tokens, about, that it may think before it says anything; then it is told to answer at once."""
    temperature: Annotated[float | None, Field(ge=0.0, le=2.0)] = None
    """Upper wish; None leaves it to the profile or the server."""
    context_window: Annotated[int | None, Field(ge=512)] = None
    """Tokens; None asks the server for the window that is loaded."""
    keep_alive: str = "30m"
    """How long the server keeps the model loaded after a call, where it can be told."""
    connect_timeout_seconds: Annotated[float, Field(gt=0)] = 5.0
    """How long the server may take to accept a connection."""
    load_timeout_seconds: Annotated[float, Field(gt=0)] = 900.0
    """How long the server may take to load the model, before it even reads a prompt."""
    first_token_timeout_seconds: Annotated[float, Field(gt=0)] = 600.0
    """Silence before a loaded model begins to answer; a long prompt gets the time it takes on top."""
    token_timeout_seconds: Annotated[float, Field(gt=0)] = 120.0
    """Silence inside an answer that has begun."""
    slots: Annotated[int | None, Field(ge=1, le=256)] = None
    """Requests the server works on at once; None asks the server, else 1."""
    dialect: Literal["auto", "native", "json_action", "two_stage", "text_blocks"] = "auto"
    """How actions are written: the server's tool calling, one JSON action under a schema, the name of a
    tool and then its arguments, or blocks of text. ``auto`` is what a probe found best, else what suits."""
    profile: str = ""
    """Name of a shipped or stored profile; empty finds one by the very model, ``none`` uses none."""


class WorkspaceSettings(Table):
    """Where work happens when no workspace is named; ``scratch_dir`` is not used by this version."""

    default_path: Path = Path("~/projects")
    """Where a task of the server works if it names none; the command line takes the current directory."""
    scratch_dir: Path = Path("~/.loom/scratch")


class ExecutionSettings(Table):
    """How subtasks are run."""

    max_subtask_retries: Annotated[int, Field(ge=0, le=10)] = 3
    """Attempts after the first one."""
    max_samples: Annotated[int, Field(ge=0, le=16)] = 3
    """Samples of one prompt that checks choose from before a stronger model is asked; 0 is none."""
    max_loop_iterations: Annotated[int, Field(ge=1, le=10_000)] = 50
    """Model calls of all attempts of one subtask together, looked at before each new attempt.

    Planning has a bound of its own: three calls for each version of a plan.
    """
    max_subtask_iterations: Annotated[int, Field(ge=1, le=1_000)] = 20
    """Model calls of one attempt."""
    max_parallel_subtasks: Annotated[int, Field(ge=1, le=256)] = 3
    max_replans: Annotated[int, Field(ge=0, le=20)] = 3
    flag_for_human: Literal["attended", "always", "never"] = "attended"
    """When a human is asked about a subtask that has used up its attempts and new plans: with somebody
    at the terminal, always, or never, which fails it. Independent work goes on meanwhile."""
    auto_approve_confidence_threshold: Annotated[float, Field(ge=0.0, le=1.0)] = 0.8
    subtask_timeout_seconds: Annotated[float, Field(gt=0)] = 1800.0
    """Wall time of one attempt, running out of which is stalled; and of each plugin that is asked to
    plan, to replan or to verify, running out of which fails."""
    max_subtask_tokens: Annotated[int, Field(ge=1000)] = 400_000
    """Prompt and answer tokens of one attempt; running out is stalled."""
    max_task_tokens: Annotated[int | None, Field(ge=1)] = None
    """Prompt and answer tokens of a whole task, planning and verification included; None is no limit.
    Running out pauses the task, which goes on when it is resumed with more."""
    max_task_calls: Annotated[int | None, Field(ge=1)] = None
    """Calls of models of a whole task, in the same way."""
    max_task_seconds: Annotated[float | None, Field(gt=0)] = None
    """Time that a whole task is worked on, that of a human's answers included, in the same way."""


class VerificationSettings(Table):
    """Which tiers of verification run, where a plan asks for them."""

    tier1_enabled: bool = True
    tier2_enabled: bool = True
    tier3_enabled: bool = False
    tier3_vote_count: Annotated[int, Field(ge=1, le=15)] = 3
    """Reviews in a vote, of which more than half decide."""


class MemorySettings(Table):
    """Where tasks, journal and memory are kept."""

    database_path: Path = Path("~/.loom/loom.db")
    database_url: str = ""
    """An SQLAlchemy URL; wins over the path when set."""
    durability: Literal["process", "effects", "power"] = "effects"
    """What survives a power cut: nothing more than a killed process does; steps with effects; all."""
    extractor: Literal["auto", "always", "never"] = "auto"
    """Whether a model notes discoveries after a subtask; ``auto`` asks one of tier 2 or more, or one
    whose table names its roles."""
    earlier_entries: Annotated[int, Field(ge=0, le=20)] = 3
    """Entries of earlier tasks in the same workspace that a subtask is told, if they concern it."""


class ApprovalSettings(Table):
    """Who says yes before a gated action."""

    mode: ApprovalMode = ApprovalMode.AUTO
    unattended: Literal["wait", "deny"] = "wait"
    """What becomes of a gated call when nobody is there: it waits for ``loom approve`` while
    independent work goes on, or it is denied and the model is told."""


def _host(text: str) -> str:
    """An entry of a list of hosts, once it can be read as one."""
    return str(AllowedHost.parse(text))


class SandboxSettings(Table):
    """How commands are confined."""

    backend: Literal["auto", "bubblewrap", "landlock", "none"] = "auto"
    """``auto`` takes the strongest that works here; ``none`` asks before every command that
    may do more than look."""
    network: bool = False
    """Whether commands in the sandbox may use the network, all of it unless hosts are listed."""
    allowed_hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()
    """The only hosts that they may reach, whatever ``network`` says: a name, or ``*.`` and a name for
    all below it, each with ``:PORT`` if not 443. Public addresses only; needs bubblewrap."""
    max_memory_bytes: Annotated[int | None, Field(ge=64 * 1024**2)] = None
    """Memory that the processes of one command may take together; None is half of the machine's."""
    max_processes: Annotated[int, Field(ge=8, le=100_000)] = 512
    """Processes that one command may have at once."""


class UndoSettings(Table):
    """How long what undo restores from is kept; contents of unfinished tasks always are."""

    keep_days: Annotated[int, Field(ge=1, le=36_500)] = 30
    """Contents that no task has needed for so many days are deleted."""
    max_bytes: Annotated[int, Field(ge=0)] = 5_000_000_000
    """More than that is deleted, the oldest first; 0 keeps only what unfinished tasks need."""


class LearningSettings(Table):
    """What finished tasks teach those that come after."""

    enabled: bool = True
    """Whether lessons are taken and used."""
    scope: Literal["project", "global"] = "project"
    """Whose plans and corrections a task is shown: those of its own workspace, or of all."""
    max_templates: Annotated[int, Field(ge=0, le=5)] = 2
    """Earlier plans of like goals that a planner is shown."""
    max_instructions: Annotated[int, Field(ge=0, le=20)] = 5
    """Corrections of the user that models are told; the newest count."""
    trial_tasks: Annotated[int, Field(ge=1, le=100)] = 5
    """Tasks that have a plan or a correction before it is judged whether it helps."""
    keep_days: Annotated[int, Field(ge=1, le=36_500)] = 90
    """Lessons that only one task taught are deleted after so many days."""


class LoggingSettings(Table):
    """What Loom says about itself on stderr."""

    level: Literal["debug", "info", "warning", "error"] = "warning"
    format: Literal["auto", "text", "json"] = "auto"
    """Lines for people, or a JSON object a line; ``auto`` is JSON where a server logs, else text."""


def _server_name(name: str) -> str:
    """The name of an MCP server, once it can stand before the name of a tool."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", name):
        raise ValueError(
            "a name has up to 40 letters, digits, _ and -, and begins with neither of the last"
        )
    return name


class McpServerSettings(Table):
    """One MCP server whose tools models may use: a program to start, or an address."""

    command: str = ""
    """The program that is started and spoken to over its standard input and output."""
    args: tuple[str, ...] = ()
    """Its arguments."""
    env: dict[str, SecretStr] = {}
    """Variables that it gets beside PATH, HOME and the like; it gets no others of Loom's own."""
    confined: bool = True
    """Whether the command runs in the sandbox, which needs bubblewrap; False runs it as a program of
    yours, which may do all that you may."""
    network: bool = False
    """Whether a confined command may use the network, which ``--offline`` forbids."""
    readable: tuple[Path, ...] = ()
    """Directories and files that a confined command may read, beside installed programs and its own."""
    writable: tuple[Path, ...] = ()
    """Directories that a confined command may write, beside its own."""
    url: str = ""
    """The address of a server over streamable HTTP, instead of a command."""
    headers: dict[str, SecretStr] = {}
    """Sent to that address only, such as Authorization."""
    enabled: bool = True
    tools: tuple[str, ...] = ()
    """The only tools of it that are used; empty means all."""
    risk: Literal["network", "write", "read"] = "network"
    """What its tools can do: ``network`` asks before every call; ``write`` changes at most the workspace,
    and is asked about like an edit; ``read`` changes nothing."""
    is_local: bool = False
    """Whether it sends nothing off this machine: then a call does not ask for what was read before, and
    it may be used offline."""
    start_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0
    """How long it may take to start and to say which tools it has."""
    timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """How long a call may take; then the server is stopped."""


class McpSettings(Table):
    """MCP servers of others."""

    servers: dict[Annotated[str, AfterValidator(_server_name)], McpServerSettings] = {}


class WebhookSettings(Table):
    """How whoever asked for a task over HTTP is told of its end."""

    secrets: tuple[SecretStr, ...] = ()
    """What messages are signed with, ``whsec_`` and base64 of 24 to 64 bytes; each of them signs."""
    private_hosts: tuple[str, ...] = ()
    """Hosts that may be told although their addresses are private, and without TLS."""
    max_attempts: Annotated[int, Field(ge=1, le=20)] = 9
    """Attempts at a message, over about a day, before it is given up."""


class TelemetrySettings(Table):
    """Where spans of what Loom does are sent; needs the distribution loom-telemetry."""

    endpoint: str = ""
    """Address of a collector that speaks OTLP over HTTP; empty sends nothing anywhere."""
    headers: dict[str, SecretStr] = {}
    """Sent to that address only, such as Authorization."""
    content: bool = False
    """Whether prompts, answers, arguments and results of tools go along; without, only what is counted."""


class PluginSettings(Table):
    """Which installed plugins are left out."""

    disabled: tuple[str, ...] = ()
    """Entry-point names that are never loaded, in any group."""


class Settings(Table):
    """All settings, read once at start and passed in."""

    server: ServerSettings = ServerSettings()
    models: dict[str, ModelSettings] = {}
    workspace: WorkspaceSettings = WorkspaceSettings()
    execution: ExecutionSettings = ExecutionSettings()
    verification: VerificationSettings = VerificationSettings()
    memory: MemorySettings = MemorySettings()
    approval: ApprovalSettings = ApprovalSettings()
    sandbox: SandboxSettings = SandboxSettings()
    undo: UndoSettings = UndoSettings()
    learning: LearningSettings = LearningSettings()
    mcp: McpSettings = McpSettings()
    logging: LoggingSettings = LoggingSettings()
    webhooks: WebhookSettings = WebhookSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    plugins: PluginSettings = PluginSettings()
