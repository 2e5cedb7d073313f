"""Which nodes of each language's syntax tree declare something. Names are those of tree-sitter."""

from dataclasses import dataclass
from pathlib import PurePosixPath

_BLOCKS = frozenset({"ERROR", "block", "declaration_list"})
"""Whatever holds declarations and is none; what surrounds a syntax error is looked through too."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language."""

    title: str
    module: str
    """The module of its grammar."""
    function: str = "language"
    """The function of the module that gives the grammar."""
    imports: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    """Classes and the like, which may hold declarations of their own."""
    functions: frozenset[str] = frozenset()
    wrappers: frozenset[str] = frozenset()
    """Nodes around declarations."""

    def looks_through(self, node_type: str) -> bool:
        """Whether declarations may lie directly in a node that is none."""
        return node_type in self.wrappers or node_type in _BLOCKS


_PYTHON = Grammar(
    "Python",
    "tree_sitter_python",
    imports=frozenset({"import_statement", "import_from_statement", "future_import_statement"}),
    types=frozenset({"class_definition"}),
    functions=frozenset({"function_definition"}),
    wrappers=frozenset(
        {
            "decorated_definition",
            "if_statement",
            "elif_clause",
            "else_clause",
            "try_statement",
            "except_clause",
            "finally_clause",
            "with_statement",
        }
    ),
)
_JAVASCRIPT = Grammar(
    "JavaScript",
    "tree_sitter_javascript",
    imports=frozenset({"import_statement"}),
    types=frozenset({"class_declaration", "class"}),
    functions=frozenset(
        {
            "function_declaration",
            "generator_function_declaration",
            "function_expression",
            "method_definition",
        }
    ),
    wrappers=frozenset(
        {"export_statement", "lexical_declaration", "variable_declaration", "class_body"}
    ),
)
_TYPESCRIPT = Grammar(
    "TypeScript",
    "tree_sitter_typescript",
    "language_typescript",
    imports=_JAVASCRIPT.imports | {"import_alias"},
    types=_JAVASCRIPT.types
    | {
        "abstract_class_declaration",
        "interface_declaration",
        "enum_declaration",
        "type_alias_declaration",
        "internal_module",
        "module",
    },
    functions=_JAVASCRIPT.functions
    | {"function_signature", "method_signature", "abstract_method_signature"},
    wrappers=_JAVASCRIPT.wrappers
    | {"ambient_declaration", "expression_statement", "interface_body", "statement_block"},
)
_TSX = Grammar(
    "TSX",
    "tree_sitter_typescript",
    "language_tsx",
    imports=_TYPESCRIPT.imports,
    types=_TYPESCRIPT.types,
    functions=_TYPESCRIPT.functions,
    wrappers=_TYPESCRIPT.wrappers,
)
_GO = Grammar(
    "Go",
    "tree_sitter_go",
    imports=frozenset({"import_spec"}),
    types=frozenset({"type_spec", "type_alias"}),
    functions=frozenset({"function_declaration", "method_declaration", "method_elem"}),
    wrappers=frozenset({"import_declaration", "import_spec_list", "type_declaration"}),
)
_RUST = Grammar(
    "Rust",
    "tree_sitter_rust",
    imports=frozenset({"use_declaration", "extern_crate_declaration"}),
    types=frozenset(
        {
            "struct_item",
            "enum_item",
            "union_item",
            "trait_item",
            "impl_item",
            "mod_item",
            "type_item",
        }
    ),
    functions=frozenset({"function_item", "function_signature_item", "macro_definition"}),
    wrappers=frozenset({"foreign_mod_item"}),
)
_JAVA = Grammar(
    "Java",
    "tree_sitter_java",
    imports=frozenset({"import_declaration", "package_declaration"}),
    types=frozenset(
        {
            "class_declaration",
            "interface_declaration",
            "enum_declaration",
            "record_declaration",
            "annotation_type_declaration",
        }
    ),
    functions=frozenset(
        {"method_declaration", "constructor_declaration", "compact_constructor_declaration"}
    ),
    wrappers=frozenset({"class_body", "interface_body", "enum_body", "enum_body_declarations"}),
)
_C = Grammar(
    "C",
    "tree_sitter_c",
    imports=frozenset({"preproc_include"}),
    types=frozenset({"struct_specifier", "union_specifier", "enum_specifier"}),
    functions=frozenset({"function_definition"}),
    wrappers=frozenset(
        {
            "declaration",
            "linkage_specification",
            "preproc_elif",
            "preproc_else",
            "preproc_if",
            "preproc_ifdef",
            "type_definition",
        }
    ),
)
_CPP = Grammar(
    "C++",
    "tree_sitter_cpp",
    imports=_C.imports | {"using_declaration"},
    types=_C.types | {"class_specifier", "namespace_definition", "concept_definition"},
    functions=_C.functions,
    wrappers=_C.wrappers | {"template_declaration", "field_declaration_list", "field_declaration"},
)

GRAMMARS = {
    ".py": _PYTHON,
    ".pyi": _PYTHON,
    ".js": _JAVASCRIPT,
    ".jsx": _JAVASCRIPT,
    ".mjs": _JAVASCRIPT,
    ".cjs": _JAVASCRIPT,
    ".ts": _TYPESCRIPT,
    ".mts": _TYPESCRIPT,
    ".cts": _TYPESCRIPT,
    ".tsx": _TSX,
    ".go": _GO,
    ".rs": _RUST,
    ".java": _JAVA,
    ".c": _C,
    ".h": _CPP,  # headers of C are nearly always C++ too
    ".cc": _CPP,
    ".cpp": _CPP,
    ".cxx": _CPP,
    ".hh": _CPP,
    ".hpp": _CPP,
    ".hxx": _CPP,
}
"""By the ending of a file."""


def grammar_of(path: str) -> Grammar | None:
    """The language of a file by its name; None when it is not known."""
    return GRAMMARS.get(PurePosixPath(path).suffix.lower())
