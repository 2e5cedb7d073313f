"""How a Markdown document is arranged, and whether a file went elsewhere as it was."""

import pytest

from loom_core.types import VerdictStatus
from loom_verifiers.checks.document import DocumentHas
from loom_verifiers.checks.same_as import FileSameAs

PASSED, FAILED, UNVERIFIED = VerdictStatus.PASSED, VerdictStatus.FAILED, VerdictStatus.UNVERIFIED
TEXT = """\
# Packing List

Take:

- [ ] tent
- [x] stove

Steps
-----
1. go
2. come

| a | b |
| --- | --- |
| 1 | 2 |

```sh
# no heading
```
"""


@pytest.mark.parametrize(
    ("expected", "status"),
    [
        ("heading", PASSED),
        ("heading 1 = packing list", PASSED),
        ("heading = Steps", PASSED),
        ("heading 2 = Packing List", FAILED),
        ("heading = no heading", FAILED),
        ("box 2", PASSED),
        ("box 3", FAILED),
        ("number 2", PASSED),
        ("item 4", PASSED),
        ("item", PASSED),
        ("table", PASSED),
        ("code", PASSED),
        ("picture", UNVERIFIED),
    ],
)
async def test_the_elements_of_a_document_are_counted(look, tmp_path, expected, status):
    (tmp_path / "a.md").write_text(TEXT)

    assert (await DocumentHas().run("a.md", expected, look)).status is status


async def test_a_document_that_is_not_there_has_nothing(look):
    assert (await DocumentHas().run("a.md", "heading", look)).status is FAILED


async def test_a_copy_is_compared_byte_for_byte(look, tmp_path):
    (tmp_path / "a.txt").write_text("one\n")
    (tmp_path / "b.txt").write_text("one\n")
    (tmp_path / "c.txt").write_text("one")

    assert (await FileSameAs().run("b.txt", "a.txt", look)).status is PASSED
    assert (await FileSameAs().run("c.txt", "a.txt", look)).status is FAILED
    assert (await FileSameAs().run("d.txt", "a.txt", look)).status is FAILED
    assert (await FileSameAs().run("b.txt", "gone.txt", look)).status is UNVERIFIED
