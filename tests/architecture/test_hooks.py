"""Every hook is called through the façade, by the engine, and is documented for authors of plugins."""

import ast

import pytest

from loom_core import hookspecs
from loom_core.hooks import Hooks

HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("loom_"))
QUESTIONS = ["When:", "How often:", "May return:", "Exception:", "Arguments:"]


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_is_called_by_the_facade(core, hook):
    callers = {
        source.module
        for source in core
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and node.slice.value == hook
    }

    assert callers == {"loom_core.hooks.facade"}


@pytest.mark.parametrize("hook", HOOKS)
def test_the_facade_method_is_called(core, hook):
    method = hook.removeprefix("loom_")
    assert hasattr(Hooks, method)

    callers = {
        source.module
        for source in core
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method
        and ast.unparse(node.func.value).endswith("hooks")
    }

    assert callers


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_answers_the_five_questions(hook):
    text = " ".join(getattr(hookspecs, hook).__doc__.split()).lower()

    assert [question for question in QUESTIONS if question.lower() not in text] == []


@pytest.mark.parametrize("hook", HOOKS)
def test_hook_is_documented_for_authors(root, hook):
    assert f"`{hook}`" in (root / "docs" / "plugins.md").read_text()
