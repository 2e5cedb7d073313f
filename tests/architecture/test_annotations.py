"""What the types of public functions say."""

import ast

ANY_JSON = "any JSON value; the caller reads it field by field"

ALLOWED_ANY = {
    "loom_providers_ollama.http_client: HttpClient.ask": ANY_JSON,
    "loom_providers_ollama.http_client: HttpClient.get": ANY_JSON,
    "loom_providers_openai.http_client: HttpClient.get": ANY_JSON,
}
"""Public functions that take or give Any, each with the reason."""


def public_functions(tree, prefix=""):
    """Functions and methods that others may call, with their qualified names."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from public_functions(node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            is_overload_of_operator = node.name.startswith("__") and node.name.endswith("__")
            if is_overload_of_operator or not node.name.startswith("_"):
                yield f"{prefix}{node.name}", node


def annotations(function):
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [argument.annotation for argument in every] + [function.returns]


def is_any(annotation):
    """Whether it is Any, alone or in a union; ``dict[str, Any]`` is what JSON is read into."""
    if isinstance(annotation, ast.BinOp):
        return is_any(annotation.left) or is_any(annotation.right)
    return isinstance(annotation, ast.Name | ast.Attribute) and ast.unparse(annotation).endswith(
        "Any"
    )


def test_public_signatures_say_their_types(sources):
    found = {
        f"{source.module}: {name}"
        for source in sources
        for name, function in public_functions(source.tree)
        if any(is_any(annotation) for annotation in annotations(function))
    }

    assert found == set(ALLOWED_ANY)
