"""Kinds of files by the names that ripgrep has for them."""

from loom_core.did_you_mean import did_you_mean
from loom_core.errors import ErrorCategory, ToolFailed

_GLOBS = {
    "c": "*.{c,h}",
    "cpp": "*.{cc,cpp,cxx,c++,h,hh,hpp,hxx,inl}",
    "cs": "*.cs",
    "css": "*.{css,scss,sass,less}",
    "csv": "*.{csv,tsv}",
    "docker": "{*[Dd]ockerfile*,*.dockerfile}",
    "go": "*.go",
    "html": "*.{html,htm,xhtml}",
    "java": "*.{java,jsp}",
    "js": "*.{js,jsx,mjs,cjs,vue}",
    "json": "*.{json,jsonl,ipynb}",
    "kotlin": "*.{kt,kts}",
    "lua": "*.lua",
    "make": "{[Mm]akefile,*.mk,*.mak,GNUmakefile,CMakeLists.txt}",
    "md": "*.{md,markdown,mdx,mkd}",
    "php": "*.{php,phtml}",
    "py": "*.{py,pyi}",
    "ruby": "{*.rb,*.gemspec,Gemfile,Rakefile}",
    "rust": "*.rs",
    "scala": "*.{scala,sbt}",
    "sh": "*.{sh,bash,zsh,ksh}",
    "sql": "*.sql",
    "swift": "*.swift",
    "toml": "{*.toml,Cargo.lock}",
    "ts": "*.{ts,tsx,mts,cts}",
    "txt": "*.{txt,text}",
    "xml": "*.{xml,xsd,xsl,svg}",
    "yaml": "*.{yml,yaml}",
}
_OTHER_NAMES = {
    "bash": "sh",
    "c++": "cpp",
    "csharp": "cs",
    "golang": "go",
    "javascript": "js",
    "jsx": "js",
    "kt": "kotlin",
    "markdown": "md",
    "python": "py",
    "rb": "ruby",
    "rs": "rust",
    "shell": "sh",
    "tsx": "ts",
    "typescript": "ts",
    "yml": "yaml",
}


def type_glob(name: str) -> str:
    """The glob for a kind of file. Raises ``ToolFailed`` for a kind that is not known."""
    plain = name.strip().lower().removeprefix(".")
    glob = _GLOBS.get(_OTHER_NAMES.get(plain, plain))
    if glob is None:
        hint = did_you_mean(plain, [*_GLOBS, *_OTHER_NAMES]) or f"; types: {', '.join(_GLOBS)}"
        raise ToolFailed(
            f"there is no file type {name!r}{hint} Or use glob, such as *.{plain}",
            ErrorCategory.VALIDATION,
        )
    return glob
