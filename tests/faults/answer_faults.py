"""Faults in what the model says: the server is fine, the answer is not what was agreed."""

import json
from collections.abc import Callable
from typing import Any

from server_fault import Ends, ServerFault

from loom_core.testing import FaultKind, Reply, ScriptedCall

ANSWER_FAULTS: list[ServerFault] = []


def fault(name: str, ends: Ends, change: Callable[[ScriptedCall], Reply], **how: Any) -> None:
    """Put a fault into the table; ``change`` is given the right call of each turn."""

    def changed(reply: Reply) -> Reply:
        (call,) = reply.tool_calls
        return change(call)

    ANSWER_FAULTS.append(ServerFault(name, ends, change=changed, **how))


def as_json(call: ScriptedCall, *, names: tuple[str, str] = ("name", "arguments")) -> str:
    return json.dumps({names[0]: call.name, names[1]: call.arguments})


def as_text(name: str, write: Callable[[ScriptedCall], str]) -> None:
    """A call written as text: it may be read or not, and cut in half it must not run."""
    fault(name, Ends.SOMEHOW, lambda call: Reply(text=write(call)))
    fault(
        f"{name}_cut_off",
        Ends.BADLY,
        lambda call: Reply(text=(text := write(call))[: text.index(_marker(call)) + 2]),
    )


def _marker(call: ScriptedCall) -> str:
    """What the last argument's value begins with."""
    assert isinstance(call.arguments, dict)
    return str(list(call.arguments.values())[-1])[:2]


def _in_xml(call: ScriptedCall) -> str:
    assert isinstance(call.arguments, dict)
    parts = "".join(
        f"<parameter={key}>\n{value}\n</parameter>\n" for key, value in call.arguments.items()
    )
    return f"<tool_call>\n<function={call.name}>\n{parts}</function>\n</tool_call>"


def _in_python(call: ScriptedCall) -> str:
    assert isinstance(call.arguments, dict)
    return (
        f"[{call.name}({', '.join(f'{key}={value!r}' for key, value in call.arguments.items())})]"
    )


as_text("call_as_bare_json", as_json)
as_text("call_in_a_fence", lambda call: f"Sure!\n```json\n{as_json(call)}\n```\nDone.")
as_text("call_in_tool_call_tags", lambda call: f"<tool_call>\n{as_json(call)}\n</tool_call>")
as_text("call_after_a_mistral_mark", lambda call: f"[TOOL_CALLS][{as_json(call)}]")
as_text(
    "call_after_a_llama_mark",
    lambda call: f"<|python_tag|>{as_json(call, names=('name', 'parameters'))}<|eom_id|>",
)
as_text("call_as_xml_parameters", _in_xml)
as_text("call_as_python", _in_python)

fault(
    "call_in_the_reasoning_only",
    Ends.BADLY,
    lambda call: Reply(reasoning=f"I should call {as_json(call)}", text="Done, the file is there."),
)
fault(
    "reasoning_that_never_closes",
    Ends.BADLY,
    lambda call: Reply(text="<think>The user wants a file. Let me think about it. I should"),
)
fault(
    "special_tokens_leak",
    Ends.BADLY,
    lambda call: Reply(text="<|im_end|>\n<|im_start|>assistant\n<|endoftext|>"),
)


def with_arguments(name: str, ends: Ends, make: Callable[[ScriptedCall], Any], **how: Any) -> None:
    """The right call with other arguments; a string goes out as it is."""
    fault(
        name,
        ends,
        lambda call: Reply(tool_calls=(call.model_copy(update={"arguments": make(call)}),)),
        **how,
    )


def _typed(call: ScriptedCall, value: Any) -> dict[str, Any]:
    assert isinstance(call.arguments, dict)
    return dict.fromkeys(call.arguments, value)


with_arguments("arguments_of_the_wrong_type", Ends.BADLY, lambda call: _typed(call, {"a": [1]}))
with_arguments("arguments_are_null", Ends.BADLY, lambda call: _typed(call, None))
with_arguments("arguments_are_a_list", Ends.BADLY, lambda call: '["hello.txt", "hi"]')
with_arguments("arguments_are_empty", Ends.BADLY, lambda call: "")
with_arguments("arguments_are_missing", Ends.BADLY, lambda call: {})
with_arguments("arguments_are_prose", Ends.BADLY, lambda call: "the file hello.txt with hi")
with_arguments(
    "arguments_are_encoded_twice", Ends.SOMEHOW, lambda call: json.dumps(call.arguments_text)
)
with_arguments("arguments_hold_nan", Ends.BADLY, lambda call: '{"path": NaN, "summary": NaN}')
with_arguments(
    "arguments_hold_half_a_character",
    Ends.SOMEHOW,
    lambda call: call.arguments_text.replace("hi", "hi \\ud83d", 1),
)
with_arguments(
    "arguments_cut_off_though_it_says_stop",
    Ends.BADLY,
    lambda call: call.arguments_text[: call.arguments_text.index(_marker(call), 12) + 2],
)
with_arguments(
    "arguments_twice_in_a_row", Ends.SOMEHOW, lambda call: call.arguments_text + call.arguments_text
)
with_arguments(
    "arguments_with_others_that_there_are_not",
    Ends.SOMEHOW,
    lambda call: {**call.arguments, "reasoning": "because", "force": True},  # type: ignore[dict-item]
)


def named(name: str, ends: Ends, tool: str) -> None:
    """The right call under another name."""
    fault(name, ends, lambda call: Reply(tool_calls=(call.model_copy(update={"name": tool}),)))


named("tool_that_there_is_not", Ends.BADLY, "summon_file_from_the_void")
named("tool_without_a_name", Ends.BADLY, "")
named("tool_named_by_a_sentence", Ends.BADLY, "I would like to write; the file")

fault(
    "text_and_no_call",
    Ends.BADLY,
    lambda call: Reply(text="I have created the file hello.txt. It says hi. All done!"),
)
fault("no_answer_at_all", Ends.BADLY, lambda call: Reply())
fault("nothing_but_spaces", Ends.BADLY, lambda call: Reply(text=" \n\t "))
fault(
    "model_refuses",
    Ends.BADLY,
    lambda call: Reply(
        text="I cannot help with that.", tool_calls=(call,), finish_reason="refused"
    ),
    apis=("openai", "anthropic"),
)
fault(
    "call_cut_off_by_length",
    Ends.BADLY,
    lambda call: Reply(tool_calls=(call,), fault={"kind": FaultKind.TRUNCATED_ARGUMENTS}),
    mends=True,
)
fault(
    "same_text_over_and_over",
    Ends.BADLY,
    lambda call: Reply(text="the file the file " * 600),
    mends=True,
)
fault(
    "calls_with_the_same_id",
    Ends.SOMEHOW,
    lambda call: Reply(
        tool_calls=(
            ScriptedCall(id="one", name="list_directory", arguments={"path": "."}),
            call.model_copy(update={"id": "one"}),
        )
    ),
)
fault(
    "many_calls_at_once",
    Ends.SOMEHOW,
    lambda call: Reply(
        tool_calls=(
            *(ScriptedCall(name="list_directory", arguments={"path": "."}) for _ in range(5)),
            call,
        )
    ),
)
fault(
    "a_claim_beside_a_call_that_cannot_be_read",
    Ends.BADLY,
    lambda call: Reply(
        tool_calls=(
            ScriptedCall(name="write_file", arguments='{"path": "hello.txt", "content": "hi'),
            ScriptedCall(name="complete", arguments={"summary": "the file is written"}),
        )
    ),
)
