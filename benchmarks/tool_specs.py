"""What the descriptions of the tools cost: tokens of every registered tool's spec.

    python benchmarks/tool_specs.py --embedded

A spec is counted as it goes to a model with tool calling of its own: name, description and
parameters as compact JSON. *estimate* is the core's own, which is on the careful side. With
``--embedded`` the tokenizer of the embedded model counts too; that loads the model.
"""

import argparse
import asyncio
import json
import os
from contextlib import aclosing
from importlib.metadata import entry_points
from pathlib import Path

from loom_core.contracts.provider import Provider, ProviderEnvironment
from loom_core.prompts.sections import estimate_tokens
from loom_core.settings.shape import ModelSettings
from loom_core.types import Message, ModelRequest, Role

MOST_TOKENS = 1500


def main() -> int:
    """Count and print the table; 1 when all tools together cost too much."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--embedded", action="store_true")
    options = parser.parse_args()
    specs = {point.name: spec(point.load()) for point in entry_points(group="loom.tools")}
    texts = {**specs, f"all {len(specs)}": "[" + ",".join(specs.values()) + "]"}
    counted = asyncio.run(count(texts)) if options.embedded else {}
    print("| tool | characters | estimate | embedded model |\n| --- | --- | --- | --- |")
    for name, text in texts.items():
        print(f"| {name} | {len(text)} | {estimate_tokens(text)} | {counted.get(name, '')} |")
    total = counted.get(f"all {len(specs)}", estimate_tokens(texts[f"all {len(specs)}"]))
    return int(total > MOST_TOKENS)


def spec(tool) -> str:
    """A tool's spec as it is sent."""
    sent = tool().spec().model_dump(include={"name", "description", "parameters"})
    return json.dumps(sent, separators=(",", ":"))


async def count(texts: dict[str, str]) -> dict[str, int]:
    """Tokens of each text by the embedded model, without those of the turn around it."""
    home = Path(os.environ.get("LOOM_HOME", "~/.loom")).expanduser()  # noqa: ASYNC240 - a script
    made = entry_points(group="loom.providers")["llamacpp"].load()
    provider = made(ModelSettings(provider="llamacpp"), ProviderEnvironment(home=home))
    try:
        await load(provider)
        around = await provider.count_tokens([Message(role=Role.USER, text="")])
        return {
            name: await provider.count_tokens([Message(role=Role.USER, text=text)]) - around
            for name, text in texts.items()
        }
    finally:
        await provider.close()


async def load(provider: Provider) -> None:
    """Let the model answer one word, since only then its tokenizer is there."""
    request = ModelRequest(messages=(Message(role=Role.USER, text="hi"),), max_tokens=1)
    async with aclosing(provider.stream(request)) as pieces:
        async for _ in pieces:
            pass


if __name__ == "__main__":
    raise SystemExit(main())
