import pytest

from loom_core.errors import ToolFailed
from loom_tools.task_tracker import MAX_ITEMS, TaskTracker


@pytest.fixture
def call(session):
    """Calls that keep the list as the engine does."""

    async def made(**arguments):
        result = await session.call(TaskTracker, **arguments)
        session.context.kept = result.facts["kept"]
        return result.text

    return made


async def test_items_are_added_changed_and_removed(call):
    assert await call(action="list") == "(the list is empty)"
    await call(action="add", content="read\n\n write \nread")
    await call(action="update", item_id=1, status="done")
    await call(action="update", item_id=2, status="in progress", content="write it")

    assert await call(action="add", content="test") == (
        "1 [x] read\n2 [>] write it\n3 [ ] test\n1 of 3 done"
    )
    await call(action="remove", item_id=3)
    assert await call(action="add", content="again") == (
        "1 [x] read\n2 [>] write it\n4 [ ] again\n1 of 3 done"
    )


async def test_adding_twice_changes_nothing(call):
    await call(action="add", content="read")

    assert await call(action="add", content="read") == "1 [ ] read\n0 of 1 done"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"action": "ad"}, "did you mean 'add'"),
        ({"action": "frobnicate"}, "use add, update, list, remove"),
        ({"action": "update", "item_id": 1, "status": "progres"}, "did you mean 'in_progress'"),
        ({"action": "update", "item_id": 1, "status": "zzz"}, "use pending, in_progress, done"),
        ({"action": "update", "item_id": 7, "status": "done"}, "no item 7; items: 1, 2"),
        ({"action": "remove"}, "needs item_id; items: 1, 2"),
        ({"action": "update", "item_id": 1}, "needs a status or a content"),
        ({"action": "add"}, "needs content"),
        ({"action": "add", "content": "x" * 201}, "200 characters"),
    ],
)
async def test_a_wrong_call_says_what_is_right(call, arguments, said):
    await call(action="add", content="a\nb")

    with pytest.raises(ToolFailed, match=said):
        await call(**arguments)
    assert await call(action="list") == "1 [ ] a\n2 [ ] b\n0 of 2 done"


async def test_the_words_of_other_tools_are_understood(call):
    await call(action="add", content="a", status="todo")

    assert await call(action="UPDATE", item_id=1, status="Completed") == "1 [x] a\n1 of 1 done"


async def test_the_list_is_bounded(call):
    await call(action="add", content="\n".join(str(number) for number in range(MAX_ITEMS)))

    with pytest.raises(ToolFailed, match="full"):
        await call(action="add", content="one more")
