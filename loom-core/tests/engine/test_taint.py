"""What a subtask has seen, and what it may send away for that."""

from types import SimpleNamespace

import pytest

from loom_core import events as e
from loom_core.contracts.tool import Intent, Risk
from loom_core.engine.taint import CLEAN, EGRESS_REASON, Taint, TaintLedger
from loom_core.types import Evidence, Plan, Subtask, ToolResult, VerdictStatus

BOTH = Taint(untrusted=True, private=True)
UNTRUSTED = Taint(untrusted=True)


def tool(risk=Risk.READ, **labels):
    facts = {"reads_private": False, "untrusted_input": False, "egress": False, **labels}
    return SimpleNamespace(risk=risk, **facts)


TOOLS = {
    "read": tool(reads_private=True, untrusted_input=True),
    "page": tool(Risk.NETWORK, untrusted_input=True, egress=True),
    "own": tool(reads_private=True),
    "shell": tool(Risk.EXECUTE, reads_private=True, untrusted_input=True),
    "mail": tool(Risk.WRITE, egress=True),
    "write": tool(Risk.WRITE),
}
CONFINED = SimpleNamespace(is_confining=True, has_network=False, allowed_hosts=())
WITH_NETWORK = SimpleNamespace(is_confining=True, has_network=True, allowed_hosts=())
WITH_HOSTS = SimpleNamespace(
    is_confining=True, has_network=True, allowed_hosts=("a.org", "*.b.org")
)
NONE = SimpleNamespace(is_confining=False, has_network=True, allowed_hosts=())


def result(name, *, is_error=False):
    return e.ToolCallFinished(
        step=1, call_id="c", tool=name, result=ToolResult(text="t", is_error=is_error)
    )


def prompt(**said):
    return e.PromptAssembled(model="m", dialect="native", prompt=(), **said)


def plan(*pairs, version=1):
    subtasks = tuple(Subtask(id=name, description="d", depends_on=needs) for name, needs in pairs)
    return Plan(subtasks=subtasks, version=version)


def ledger(*records):
    made = TaintLedger(TOOLS)
    for subtask_id, body in records:
        made.note(subtask_id, body)
    return made


@pytest.mark.parametrize(
    ("body", "taint"),
    [
        (result("read"), BOTH),
        (result("read", is_error=True), BOTH),
        (result("page"), UNTRUSTED),
        (result("own"), Taint(private=True)),
        (result("write"), CLEAN),
        (result("gone"), BOTH),
        (result("never-was", is_error=True), CLEAN),
        (prompt(shows_names=False), CLEAN),
        (prompt(shows_names=True), UNTRUSTED),
        (prompt(), UNTRUSTED),
        (prompt(shows_names=False, seen={"a": "1"}), BOTH),
        (e.ToolCallDenied(step=1, call_id="c", tool="read", reason="r", by="b"), CLEAN),
    ],
)
def test_a_record_taints_its_subtask_alone(body, taint):
    seen = ledger(("a", body))

    assert seen.of("a") == taint
    assert seen.of("b") == CLEAN


@pytest.mark.parametrize(
    ("status", "shows_content", "taint"),
    [
        (VerdictStatus.FAILED, True, BOTH),
        (VerdictStatus.UNVERIFIED, True, BOTH),
        (VerdictStatus.FAILED, False, CLEAN),
        (VerdictStatus.PASSED, True, CLEAN),
    ],
)
def test_what_a_failed_check_quotes_taints(status, shows_content, taint):
    evidence = (Evidence(check="c", status=status, detail="d", shows_content=shows_content),)

    assert ledger(("a", e.ChecksRun(step=1, evidence=evidence))).of("a") == taint


def test_a_taint_flows_along_dependencies_and_memory():
    needs = plan(("a", ()), ("b", ("a",)), ("c", ("b",)), ("d", ()), ("e", ()))
    seen = ledger(
        ("", e.PlanCreated(plan=needs, source="trivial")),
        ("a", result("read")),
        ("d", prompt(shows_names=False, recalled_from=("c",))),
    )

    assert [seen.of(name) for name in "abcde"] == [BOTH, BOTH, BOTH, BOTH, CLEAN]


@pytest.mark.parametrize(
    ("source", "taint"), [("trivial", CLEAN), ("degraded", CLEAN), ("planner", UNTRUSTED)]
)
def test_a_plan_that_a_model_wrote_is_the_word_of_strangers(source, taint):
    assert ledger(("", e.PlanCreated(plan=plan(("a", ())), source=source))).of("a") == taint


def test_a_new_plan_inherits_what_the_old_one_has_seen():
    seen = ledger(
        ("", e.PlanCreated(plan=plan(("a", ())), source="trivial")),
        ("a", result("read")),
        ("", e.PlanReplaced(plan=plan(("b", ()), version=2), reason="r")),
    )

    assert seen.of("b") == BOTH


@pytest.mark.parametrize(
    ("name", "sandbox", "taint", "asks"),
    [
        ("page", CONFINED, CLEAN, False),
        ("page", CONFINED, UNTRUSTED, False),
        ("page", CONFINED, Taint(private=True), False),
        ("page", CONFINED, BOTH, True),
        ("mail", CONFINED, BOTH, True),
        ("write", CONFINED, BOTH, False),
        ("read", NONE, BOTH, False),
        ("shell", CONFINED, BOTH, False),
        ("shell", WITH_NETWORK, CLEAN, False),
        ("shell", WITH_NETWORK, UNTRUSTED, True),
        ("shell", NONE, UNTRUSTED, True),
    ],
)
def test_what_can_send_asks_once_it_could_send_what_it_must_not(name, sandbox, taint, asks):
    seen = TaintLedger(TOOLS)
    seen._add("a", taint)

    reason = seen.egress_reason("a", TOOLS[name], sandbox, Intent(preview="p"))

    assert reason == (EGRESS_REASON if asks else "")


@pytest.mark.parametrize(
    ("sandbox", "taint", "reason"),
    [
        (WITH_HOSTS, CLEAN, ""),
        (
            WITH_HOSTS,
            UNTRUSTED,
            "to servers of a.org, *.b.org, and this subtask has read text of strangers",
        ),
        (
            WITH_HOSTS,
            Taint(private=True),
            "to servers of a.org, *.b.org, and this subtask has read private data",
        ),
        (
            WITH_NETWORK,
            Taint(private=True),
            "off this machine, and this subtask has read private data",
        ),
    ],
)
def test_a_command_with_a_network_asks_after_either_and_says_where_it_leads(sandbox, taint, reason):
    seen = TaintLedger(TOOLS)
    seen._add("a", taint)

    said = seen.egress_reason("a", TOOLS["shell"], sandbox, Intent(preview="p"))

    assert said == (f"it can send data {reason}" if reason else "")


def test_a_long_list_is_named_by_its_first_hosts():
    many = tuple(f"h{number}.org" for number in range(10))
    seen = TaintLedger(TOOLS)
    seen._add("a", UNTRUSTED)
    sandbox = SimpleNamespace(**{**vars(WITH_HOSTS), "allowed_hosts": many})

    said = seen.egress_reason("a", TOOLS["shell"], sandbox, Intent(preview="p"))

    assert "h6.org, h7.org and 2 more, and this subtask" in said


@pytest.mark.parametrize(
    ("intent", "sandbox"),
    [
        (Intent(preview="p", is_local=True), WITH_NETWORK),
        (Intent(preview="p", is_gated=True), NONE),
    ],
)
def test_a_command_that_sends_nothing_or_asks_for_more_is_not_asked_about_twice(intent, sandbox):
    seen = ledger(("a", result("read")))

    assert seen.egress_reason("a", TOOLS["shell"], sandbox, intent) == ""


def test_a_gate_of_its_own_does_not_hide_that_a_confined_command_can_send():
    seen = ledger(("a", result("read")))
    gated = Intent(preview="p", is_gated=True)

    assert seen.egress_reason("a", TOOLS["shell"], WITH_NETWORK, gated) == EGRESS_REASON
