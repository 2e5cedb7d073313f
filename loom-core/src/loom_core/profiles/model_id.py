"""One name for a model, whoever serves it.

Ollama's tag ``qwen3:8b-q4_K_M``, the repository ``unsloth/Qwen3-8B-GGUF:Q4_K_M``, the file
``Qwen3-8B-UD-Q4_K_XL-00001-of-00002.gguf`` and LM Studio's ``qwen/qwen3-8b`` are all ``qwen3-8b``.
"""

import re

_SHARD = re.compile(r"-\d{5}-of-\d{5}$")
_QUANTISATION = re.compile(
    r"[-.](?:ud-)?(?:i?q\d+(?:-(?:k|[01]|nl|xxs|xs|s|m|l|xl))*|[bf]{1,2}(?:p)?(?:8|16|32)|mxfp4|nvfp4"
    r"|int[48]|[48]bit|w[48]a(?:8|16))(?=-|$)"
)
_PACKAGING = {
    "awq",
    "dwq",
    "gguf",
    "gptq",
    "i1",
    "instruct",
    "it",
    "latest",
    "mlx",
    "qat",
    "unsloth",
}


def model_id(name: str) -> str:
    """The model in a name, without who packed it, how it is quantised and that it is instructed.

    Lower case; the last part of a path or repository; ``:``, ``_`` and spaces read as ``-``; then the
    extension ``.gguf``, the number of a shard, the quantisation and words of packaging are dropped,
    and so are ``instruct``, ``it`` and ``latest``, which a tag of Ollama leaves out as well. What is
    left must be known exactly: nothing is ever matched by a part of a name.
    """
    last = re.split(r"[/\\]", name.strip().lower().rstrip("/\\"))[-1]
    text = _SHARD.sub("", re.sub(r"[:_@ ]+", "-", last.removesuffix(".gguf")))
    plain = _QUANTISATION.sub("", text)
    return "-".join(word for word in plain.split("-") if word and word not in _PACKAGING)
