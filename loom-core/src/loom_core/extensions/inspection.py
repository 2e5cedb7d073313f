"""Why a part cannot be loaded, as far as reading its source can tell; none of it is run."""

import ast
from collections.abc import Iterator
from importlib.metadata import EntryPoint

from loom_core.extensions.module_names import bound_names, unconditional_imports
from loom_core.extensions.module_source import ModuleSource, find_module
from loom_core.quiet_parsing import without_warnings


class _Problem(Exception):
    """Carries the problem out of the recursion."""


class Inspector:
    """Reads the modules behind entry points; each module once."""

    def __init__(self) -> None:
        """Start knowing nothing."""
        self._trees: dict[str, ast.Module | None] = {}
        self._checked: dict[str, str | None] = {}

    def problem_of(self, value: str) -> str | None:
        """What would make loading ``module:attribute`` fail; None when nothing was found."""
        match = EntryPoint.pattern.fullmatch(value)
        if match is None or not _is_dotted_name(match["module"]):
            return f"{value!r} does not name a part; write module:attribute"
        try:
            self._check_module(match["module"])
            self._check_attribute(match["module"], match["attr"])
        except _Problem as problem:
            return str(problem)
        return None

    def _check_attribute(self, module: str, attribute: str | None) -> None:
        if attribute and not self._has_name(module, attribute.partition(".")[0]):
            raise _Problem(f"module {module!r} has no {attribute!r}")

    def _check_module(self, module: str) -> None:
        """Check a module, its parents, and what they import of their own package."""
        parts = module.split(".")
        for end in range(1, len(parts) + 1):
            self._check_once(".".join(parts[:end]))

    def _check_once(self, module: str) -> None:
        if module not in self._checked:
            self._checked[module] = None  # ends the recursion where modules import each other
            try:
                self._check_source(module)
            except _Problem as problem:
                self._checked[module] = str(problem)
        if (known := self._checked[module]) is not None:
            raise _Problem(known)

    def _check_source(self, module: str) -> None:
        source = find_module(module)
        if source is None:
            raise _Problem(f"module {module!r} is not installed")
        tree = self._trees[module] = _parse(source)
        if tree is None:
            return
        for node in unconditional_imports(tree):
            self._check_import(node, source)

    def _check_import(self, node: ast.Import | ast.ImportFrom, source: ModuleSource) -> None:
        for module, name in _imported(node, source):
            if module.partition(".")[0] != source.name.partition(".")[0]:
                self._check_installed(module, source, node.lineno)
            else:
                self._check_module(module)
                if name and not self._has_name(module, name):
                    raise _Problem(
                        f"{source.name}, line {node.lineno}: module {module!r} has no {name!r}"
                    )

    def _check_installed(self, module: str, source: ModuleSource, line: int) -> None:
        top = module.partition(".")[0]
        if find_module(top) is None:
            raise _Problem(f"{source.name}, line {line}: imports {top!r}, which is not installed")

    def _has_name(self, module: str, name: str) -> bool:
        tree = self._trees.get(module)
        names = bound_names(tree) if tree else None
        return names is None or name in names or find_module(f"{module}.{name}") is not None


def _is_dotted_name(module: str) -> bool:
    return all(part.isidentifier() for part in module.split("."))


def _parse(source: ModuleSource) -> ast.Module | None:
    if source.path is None:
        return None
    try:
        with without_warnings():
            return ast.parse(source.path.read_bytes())
    except SyntaxError as error:
        raise _Problem(f"{source.name}, line {error.lineno}: {error.msg}") from error
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        raise _Problem(f"the source of {source.name} cannot be read: {error}") from error


def _imported(
    node: ast.Import | ast.ImportFrom, source: ModuleSource
) -> Iterator[tuple[str, str | None]]:
    """Each module that an import needs, with the name that it takes from it."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name, None
        return
    module = _absolute(node, source)
    for alias in node.names:
        yield module, None if alias.name == "*" else alias.name


def _absolute(node: ast.ImportFrom, source: ModuleSource) -> str:
    if not node.level:
        return node.module or ""
    parts = source.name.split(".")
    drop = node.level - 1 if source.is_package else node.level
    if drop >= len(parts):
        raise _Problem(f"{source.name}, line {node.lineno}: relative import beyond its package")
    package = parts[: len(parts) - drop]
    return ".".join([*package, node.module] if node.module else package)
