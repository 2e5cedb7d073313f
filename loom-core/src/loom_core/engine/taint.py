"""What each subtask has seen of strangers and of the user, which decides what it may send away.

Text of a stranger may give orders to a model, and a model may obey: so nothing that the model says is
believed. A subtask that has seen both a stranger's text and private data asks before each call that
can send something off the machine. Everything here follows from the journal, so that a resumed task
knows the same.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from loom_core.contracts.tool import Intent, Risk, Tool
from loom_core.events import (
    ChecksRun,
    Event,
    EventBody,
    PlanCreated,
    PlanReplaced,
    PromptAssembled,
    ToolCallFinished,
    TurnStarted,
    VerdictReached,
)
from loom_core.sandbox import Sandbox
from loom_core.types import Evidence, Plan, VerdictStatus

EGRESS_REASON = "it can send data off this machine, and this subtask has read text of strangers"
"""Why a call asks that would be free otherwise."""

_MOST_NAMED = 8

_FROM_THE_GOAL = frozenset({"trivial", "degraded"})
"""Sources of a plan that is the user's goal, word for word."""


class Taint(NamedTuple):
    """What a subtask has seen."""

    untrusted: bool = False
    """Text that a stranger may have written."""
    private: bool = False
    """Contents of files, output of commands."""

    def with_(self, other: "Taint") -> "Taint":
        """What both have seen."""
        return Taint(self.untrusted or other.untrusted, self.private or other.private)


EARLIER_TASKS = "earlier tasks"
"""Stands for the tasks before where others name a subtask; no subtask can be called so."""

CLEAN = Taint()
_BOTH = Taint(untrusted=True, private=True)


class TaintLedger:
    """The taints of one task's subtasks; a taint is never taken back."""

    def __init__(self, tools: Mapping[str, Tool[Any]], events: Iterable[Event] = ()) -> None:
        """Know the tools, whose labels say what their results hold, and what the journal tells."""
        self._tools = tools
        self._own: dict[str, Taint] = {EARLIER_TASKS: _BOTH}
        self._sources: dict[str, set[str]] = {}
        for event in events:
            self.note(event.subtask_id, event.body)

    def note(self, subtask_id: str, body: EventBody) -> None:
        """Take in one record."""
        match body:
            case PlanCreated(plan=plan, source=source):
                self._follow(plan)
                if source not in _FROM_THE_GOAL:
                    # Whoever planned has read names and AGENTS.md, and wrote what the subtasks read.
                    self._add_all(plan, Taint(untrusted=True))
            case PlanReplaced(plan=plan):
                self._follow(plan)
                self._inherit_everything(plan)
            case PromptAssembled():
                self._add(subtask_id, _of_prompt(body))
                self.recall(subtask_id, body.recalled_from)
            case TurnStarted(seen=seen, images=images) if seen or images:
                self._add(
                    subtask_id, _BOTH
                )  # files of the workspace, which strangers may have written
            case ToolCallFinished(tool=name):
                self._add(subtask_id, self._of_result(name, is_error=body.result.is_error))
            case ChecksRun(evidence=evidence):
                self._add(subtask_id, _of_evidence(evidence))
            case VerdictReached(verdict=verdict):
                self._add(subtask_id, _of_evidence(verdict.evidence))
            case _:
                pass

    def recall(self, subtask_id: str, sources: Iterable[str]) -> None:
        """Note that a subtask was told what others left in memory."""
        self._sources.setdefault(subtask_id, set()).update(sources)

    def of(self, subtask_id: str) -> Taint:
        """What a subtask has seen by itself or through those whose results it builds on."""
        taint, waiting, met = CLEAN, [subtask_id], {subtask_id}
        while waiting and taint != _BOTH:
            name = waiting.pop()
            taint = taint.with_(self._own.get(name, CLEAN))
            new = self._sources.get(name, set()) - met
            met |= new
            waiting.extend(new)
        return taint

    def egress_reason(
        self, subtask_id: str, tool: Tool[Any], sandbox: Sandbox, intent: Intent
    ) -> str:
        """Why a call must ask before it may send something away; empty when it need not.

        A command reads by itself what it sends, so that for it one of the two labels is enough. One
        that asks already because nothing confines it asks for that alone. A list of hosts only bounds
        where it could send to: a host that takes packages from everybody takes secrets as well.
        """
        taint = self.of(subtask_id)
        is_command = tool.risk is Risk.EXECUTE and sandbox.has_network
        if intent.is_local or (is_command and intent.is_gated and not sandbox.is_confining):
            return ""
        if is_command:
            return _reason_of_command(taint, sandbox)
        if tool.egress or tool.risk is Risk.NETWORK:
            return EGRESS_REASON if taint == _BOTH else ""
        return ""

    def _follow(self, plan: Plan) -> None:
        """A subtask reads the results of those it depends on."""
        for subtask in plan.subtasks:
            self.recall(subtask.id, subtask.depends_on)

    def _inherit_everything(self, plan: Plan) -> None:
        """A new plan was written by a model that was told how the subtasks before fared."""
        seen = Taint(untrusted=True)
        for taint in self._own.values():
            seen = seen.with_(taint)
        self._add_all(plan, seen)

    def _add_all(self, plan: Plan, taint: Taint) -> None:
        for subtask in plan.subtasks:
            self._add(subtask.id, taint)

    def _add(self, subtask_id: str, taint: Taint) -> None:
        self._own[subtask_id] = self._own.get(subtask_id, CLEAN).with_(taint)

    def _of_result(self, name: str, *, is_error: bool) -> Taint:
        """What a result may hold. A tool that is not there any more may have given anything."""
        tool = self._tools.get(name)
        if tool is None:
            return CLEAN if is_error else _BOTH
        return Taint(untrusted=tool.untrusted_input, private=tool.reads_private)


def _reason_of_command(taint: Taint, sandbox: Sandbox) -> str:
    """Why a command that has a network must ask, with where it leads; empty when it need not."""
    if taint == CLEAN:
        return ""
    read = "text of strangers" if taint.untrusted else "private data"
    more = len(sandbox.allowed_hosts) - _MOST_NAMED
    hosts = ", ".join(sandbox.allowed_hosts[:_MOST_NAMED]) + (
        f" and {more} more" if more > 0 else ""
    )
    where = f"to servers of {hosts}" if hosts else "off this machine"
    return f"it can send data {where}, and this subtask has read {read}"


def _of_prompt(body: PromptAssembled) -> Taint:
    """What the beginning of a conversation shows."""
    return _BOTH if body.seen else Taint(untrusted=body.shows_names)


def _of_evidence(evidence: Iterable[Evidence]) -> Taint:
    """What a model is told of checks that did not pass; some quote a file or an output."""
    quotes = any(
        item.shows_content and item.status is not VerdictStatus.PASSED for item in evidence
    )
    return _BOTH if quotes else CLEAN
