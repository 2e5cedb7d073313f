"""What spans say of calls of models and tools, of approvals and of verdicts."""

from collections.abc import Mapping

from loom_core import events as e
from loom_core.settings.shape import ModelSettings
from loom_core.types import ModelResponse, ToolResult
from loom_telemetry import content, names
from loom_telemetry.tracing import Attributes


class Describer:
    """Makes attributes, with texts of models and tools or without."""

    def __init__(self, *, shows_content: bool) -> None:
        """Leave texts out unless they are wanted."""
        self._shows_content = shows_content
        self.models: Mapping[str, ModelSettings] = {}
        """What the names of models stand for."""

    def asked(self, call: e.ModelCallStarted) -> dict[str, str]:
        """Which model is asked, and as what; who serves it where the settings say so."""
        known = self.models.get(call.model)
        return {
            names.OPERATION: "chat",
            names.REQUEST_MODEL: (known.model if known else "") or call.model,
            names.MODEL: call.model,
            names.ROLE: call.role.value,
            **({names.PROVIDER: known.provider} if known else {}),
        }

    def answered(self, response: ModelResponse) -> Attributes:
        """What an answer took."""
        usage = response.usage
        said: Attributes = {
            names.RESPONSE_MODEL: response.model,
            names.FINISH_REASONS: (response.finish_reason.value,),
            names.INPUT_TOKENS: usage.prompt_tokens,
            names.OUTPUT_TOKENS: usage.completion_tokens,
            names.CACHED_TOKENS: usage.cached_tokens,
            names.FIRST_CHUNK_SECONDS: response.timings.first_token_seconds,
        }
        if not self._shows_content:
            return said
        return {**said, names.OUTPUT_MESSAGES: content.answer(response)}

    def prompted(self, prompt: e.PromptAssembled) -> Attributes:
        """What every request of an attempt begins with."""
        if not self._shows_content:
            return {}
        return {
            names.SYSTEM_INSTRUCTIONS: content.instructions(prompt.prompt),
            names.INPUT_MESSAGES: content.messages(prompt.prompt),
        }

    def called(self, call: e.ToolCallStarted) -> Attributes:
        """Which tool is called."""
        said: Attributes = {
            names.OPERATION: "execute_tool",
            names.TOOL_NAME: call.tool,
            names.TOOL_TYPE: "function",
            names.TOOL_CALL_ID: call.call_id,
        }
        if not self._shows_content:
            return said
        return {**said, names.TOOL_ARGUMENTS: content.arguments(call.arguments)}

    def resulted(self, result: ToolResult) -> Attributes:
        """What a tool gave."""
        return {names.TOOL_RESULT: result.text} if self._shows_content else {}


def judged(verdict: e.VerdictReached) -> Attributes:
    """How an outcome was judged, and by whom."""
    return {
        names.EVALUATION_NAME: verdict.verdict.verifier,
        names.EVALUATION_LABEL: verdict.verdict.status.value,
        names.EVALUATION_SCORE: verdict.verdict.confidence,
    }


def error_of(result: ToolResult) -> str:
    """The kind of what went wrong; empty when nothing did."""
    if not result.is_error:
        return ""
    return result.category.value if result.category else "error"
