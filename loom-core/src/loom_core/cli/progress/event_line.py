"""One event as the line or lines that a person watching a run sees; most events need none."""

from functools import singledispatch

from loom_core import events as e
from loom_core.cli.terminal.line import Line
from loom_core.cli.terminal.marks import DONE, FAILED, PENDING, RUNNING, STATE_MARKS, WARNING
from loom_core.cli.terminal.time_text import format_count, format_duration
from loom_core.events import EventBody
from loom_core.planning.stated_code import with_plain_examples
from loom_core.types import Evidence, ModelResponse, VerdictStatus

_MOST_FAILING = 5
_REPETITION = "You have this already"
"""How the engine's notice of a repeated call begins."""
_NEXT_STEPS = {
    "retry": "trying again",
    "sample": "trying other answers to the same prompt",
    "escalate": "trying again, with a stronger model if there is one",
    "replan": "asking for another plan",
    "stop": "giving up",
}


@singledispatch
def describe_event(_body: EventBody) -> list[Line]:
    """Lines for an event, safe to show once formatted; empty when it needs none."""
    return []


@describe_event.register
def _(body: e.TaskClaimed) -> list[Line]:
    return [Line("resuming", RUNNING)] if body.is_resumed else []


@describe_event.register
def _(_body: e.PlanningStarted) -> list[Line]:
    return [Line("planning", RUNNING)]


@describe_event.register
def _(body: e.PlanRejected) -> list[Line]:
    return [Line(f"the plan was not valid: {'; '.join(body.problems)}", WARNING)]


@describe_event.register
def _(body: e.PlanDegraded) -> list[Line]:
    return [Line(f"no valid plan, the whole goal is one subtask: {body.reason}", WARNING)]


@describe_event.register
def _(body: e.PlanPruned) -> list[Line]:
    return [Line(removed, PENDING) for removed in body.removed]


@describe_event.register
def _(body: e.PlanReplaced) -> list[Line]:
    return [Line(f"new plan: {body.reason}", WARNING)]


@describe_event.register
def _(body: e.PromptAssembled) -> list[Line]:
    lines = [Line(f"started with {body.model}", RUNNING)]
    if body.is_window_assumed:
        lines.append(
            Line(
                f"nobody says how large the window of {body.model} is: {body.window:,} tokens are "
                f"assumed; set models.{body.model}.context_window",
                WARNING,
            )
        )
    return lines


@describe_event.register
def _(body: e.ModelCallFinished) -> list[Line]:
    return [Line(f"{body.role.value} answered: {_describe_response(body.response)}", PENDING)]


@describe_event.register
def _(body: e.ModelCallFailed) -> list[Line]:
    return [Line(f"{body.model} gave no answer: {body.message}", WARNING)]


@describe_event.register
def _(body: e.ModelFailedOver) -> list[Line]:
    role = body.role.value
    return [Line(f"{body.model} is {role} instead of {body.instead_of}: {body.reason}", WARNING)]


@describe_event.register
def _(body: e.ModelCameBack) -> list[Line]:
    return [Line(f"{body.model} is {body.role.value} again", DONE)]


@describe_event.register
def _(body: e.ConversationCompacted) -> list[Line]:
    return [Line(describe_compaction(body), WARNING)]


@describe_event.register
def _(body: e.NudgeSent) -> list[Line]:
    # The text is meant for the model; --json has it.
    happened = "repeated itself" if body.text.startswith(_REPETITION) else "gave no usable action"
    return [Line(f"the model {happened}; told to go on", WARNING)]


@describe_event.register
def _(body: e.ChecksRun) -> list[Line]:
    failing = [item for item in body.evidence if item.status is not VerdictStatus.PASSED]
    passed = len(body.evidence) - len(failing)
    total = format_count(len(body.evidence), "check")
    lines = [Line(f"{passed} of {total} passed so far", PENDING)]
    lines += map(describe_evidence, failing[:_MOST_FAILING])
    if len(failing) > _MOST_FAILING:
        lines.append(Line(f"… and {len(failing) - _MOST_FAILING:,} more", indent=1))
    return lines


@describe_event.register
def _(body: e.ToolCallStarted) -> list[Line]:
    if not body.unkept:
        return []
    return [Line(f"too large to be restored by undo if changed: {', '.join(body.unkept)}", WARNING)]


@describe_event.register
def _(body: e.ToolCallDenied) -> list[Line]:
    return [Line(f"{body.tool} denied by {body.by}: {body.reason}", FAILED)]


@describe_event.register
def _(body: e.StepInDoubt) -> list[Line]:
    return [Line(f"{body.tool}: nobody can tell whether it ran; it is not repeated", WARNING)]


@describe_event.register
def _(body: e.ApprovalRequested) -> list[Line]:
    reason = f" ({body.reason})" if body.reason else ""
    return [Line(f"needs a yes{reason}: {body.what}", WARNING)]


@describe_event.register
def _(body: e.ApprovalDecided) -> list[Line]:
    answer = "approved" if body.approved else "denied"
    return [Line(f"{answer} by {body.by} {body.reason}", DONE if body.approved else FAILED)]


@describe_event.register
def _(body: e.QuestionAsked) -> list[Line]:
    options = f" ({', '.join(body.options)})" if body.options else ""
    return [Line(f"asks: {body.question}{options}", WARNING)]


@describe_event.register
def _(body: e.QuestionAnswered) -> list[Line]:
    return [Line(f"answered by {body.by}: {body.answer}", DONE)]


@describe_event.register
def _(body: e.InstructionGiven) -> list[Line]:
    return [Line(f"instruction by {body.by}: {body.text}", WARNING)]


@describe_event.register
def _(_body: e.InstructionDelivered) -> list[Line]:
    return [Line("the model is told of the instruction", RUNNING)]


@describe_event.register
def _(body: e.VerdictReached) -> list[Line]:
    verdict = body.verdict
    lines = [Line(f"{verdict.status.value} ({verdict.verifier})", STATE_MARKS[verdict.status])]
    return [*lines, *map(describe_evidence, verdict.evidence), *map(Line, verdict.notes)]


@describe_event.register
def _(body: e.AttemptFailed) -> list[Line]:
    next_step = _NEXT_STEPS.get(body.next_step, body.next_step)
    reason = with_plain_examples(body.reason)
    return [Line(f"attempt failed, {next_step}: {reason}", FAILED)]


@describe_event.register
def _(body: e.AttemptRolledBack) -> list[Line]:
    if not body.changes and not body.kept:
        return []
    kept = f"; left as they are: {', '.join(body.kept)}" if body.kept else ""
    return [Line(f"{format_count(len(body.changes), 'change')} taken back{kept}", WARNING)]


@describe_event.register
def _(body: e.SamplesCompared) -> list[Line]:
    return [describe_samples(body)]


@describe_event.register
def _(_body: e.UndoStarted) -> list[Line]:
    return [Line("undo started", RUNNING)]


@describe_event.register
def _(body: e.ChangesUndone) -> list[Line]:
    return [Line(f"undone: {format_count(len(body.taken_back), 'change')} of files", WARNING)]


@describe_event.register
def _(body: e.ChangesRedone) -> list[Line]:
    return [Line(f"undo taken back: {format_count(len(body.taken_back), 'change')}", WARNING)]


@describe_event.register
def _(body: e.SubtaskCompleted) -> list[Line]:
    return [Line(f"completed: {body.summary}" if body.summary else "completed", DONE)]


@describe_event.register(e.SubtaskFailed)
@describe_event.register(e.SubtaskBlocked)
@describe_event.register(e.SubtaskStalled)
@describe_event.register(e.SubtaskSkipped)
@describe_event.register(e.SubtaskParked)
def _(body: e.SubtaskFailed | e.SubtaskBlocked | e.SubtaskStalled | e.SubtaskSkipped) -> list[Line]:
    state = type(body).__name__.removeprefix("Subtask").lower()
    return [Line(f"{state}: {body.reason}", STATE_MARKS.get(state, WARNING))]


@describe_event.register
def _(body: e.ExtractionFailed) -> list[Line]:
    return [Line(f"nothing could be remembered: {body.error}", WARNING)]


@describe_event.register
def _(body: e.LessonsApplied) -> list[Line]:
    return [
        Line(f"lesson {lesson.pattern_id}: {lesson.effect}", PENDING) for lesson in body.lessons
    ]


@describe_event.register
def _(body: e.MemoryForgotten) -> list[Line]:
    return [Line(f"the user deleted entry {body.entry_id} ({body.kind}) from memory", PENDING)]


@describe_event.register
def _(body: e.HookFailed) -> list[Line]:
    return [Line(f"plugin {body.plugin} failed in {body.hook}: {body.error}", WARNING)]


def describe_evidence(evidence: Evidence, *, indent: int = 1) -> Line:
    """One check with what it saw."""
    detail = f": {evidence.detail}" if evidence.detail else ""
    check = with_plain_examples(evidence.check)
    return Line(f"{check}{detail}", STATE_MARKS[evidence.status], indent=indent)


def describe_samples(body: e.SamplesCompared, *, indent: int = 0) -> Line:
    """How near each sample came, and which of them is the result."""
    near = ", ".join(f"{one.passed} of {one.checks}" for one in body.samples)
    tried = f"{format_count(len(body.samples), 'sample')} of one prompt, checks passed: {near}"
    end = f"attempt {body.chosen} was chosen" if body.chosen else "none was good enough"
    return Line(f"{tried}; {end}", DONE if body.chosen else WARNING, indent=indent)


def describe_compaction(body: e.ConversationCompacted) -> str:
    """What was done to a conversation that grew too long."""
    what = (
        f"{format_count(len(body.results), 'long result')} left out"
        if body.way == "stubs"
        else "older turns summed up"
    )
    size = f"{body.tokens_before:,} to about {body.tokens_after:,} tokens"
    return f"the conversation was made shorter, {what}: about {size}"


def _describe_response(response: ModelResponse) -> str:
    usage, seconds = response.usage, response.timings.total_seconds
    first_token_seconds = response.timings.first_token_seconds
    writing_seconds = seconds - first_token_seconds
    parts = [f"{usage.completion_tokens:,} tokens in {format_duration(seconds)}"]
    if first_token_seconds > 0 and writing_seconds > 0:
        parts.append(
            f"first token after {format_duration(first_token_seconds)}, then "
            f"{usage.completion_tokens / writing_seconds:.0f} tokens/s"
        )
    parts.append(f"{usage.cache_share:.0%} of {usage.prompt_tokens:,} prompt tokens cached")
    return ", ".join(parts)


@describe_event.register
def _(body: e.TurnStarted) -> list[Line]:
    return [Line(body.text, RUNNING)]


@describe_event.register
def _(body: e.TurnSteered) -> list[Line]:
    return [Line(f"told the model: {body.text}", RUNNING)]


@describe_event.register
def _(body: e.TurnAnswered) -> list[Line]:
    return [Line(body.text, DONE)] if body.text else []


@describe_event.register
def _(body: e.TurnInterrupted | e.TurnFailed) -> list[Line]:
    return [Line(f"no answer: {body.reason}", FAILED)]


@describe_event.register
def _(_body: e.SessionSummarized) -> list[Line]:
    return [Line("older turns became a summary, to fit the window", WARNING)]
