"""The benchmark's own checker of an answer, without the rest of its package."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from case_list import Case

_MODEL = "loom"


class Judge:
    """Says whether an answer is right."""

    def __init__(self, data: Path) -> None:
        """Import the checker from an unpacked wheel.

        It imports the handlers of every model and parsers of other languages, none of which it
        needs for Python; they are replaced by empty ones, so that nothing has to be installed.
        """
        sys.path.insert(0, str(data))
        _replace(
            "bfcl_eval.constants.model_config",
            MODEL_CONFIG_MAPPING={_MODEL: SimpleNamespace(underscore_to_dot=False)},
        )
        convertors = "bfcl_eval.eval_checker.ast_eval.type_convertor"
        for language in ("java", "js"):
            name = f"{language}_type_converter"
            _replace(f"{convertors}.{name}", **{name: None})
        from bfcl_eval.constants.enums import Language
        from bfcl_eval.eval_checker.ast_eval.ast_checker import (
            ast_checker,
        )

        self._check = ast_checker
        self._language = Language.PYTHON

    def problem(self, case: Case, calls: list[dict[str, Any]], category: str) -> str:
        """What is wrong with the calls; empty when they are right."""
        if category == "irrelevance":
            return "called a function although none fits" if calls else ""
        if not calls:
            return "called nothing"
        try:
            found = self._check(
                case.functions, calls, case.wanted, self._language, category, _MODEL
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            return f"the checker could not read it: {error!r}"
        return "" if found["valid"] else str(found.get("error"))


def _replace(name: str, **attributes: object) -> None:
    """Put an empty module in place of one that is not needed."""
    module = ModuleType(name)
    module.__dict__.update(attributes)
    sys.modules[name] = module
