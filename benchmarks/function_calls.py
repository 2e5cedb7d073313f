"""A public function-calling benchmark (BFCL) through Loom, the server's own tools, and free text.

    pip download --no-deps bfcl-eval -d /tmp/bfcl && unzip -q /tmp/bfcl/*.whl -d /tmp/bfcl/data
    python benchmarks/function_calls.py --data /tmp/bfcl/data --first 100 --count 60

The benchmark's cases and its checker come from that package, which is neither installed nor part of this
repository; only its checker of single answers is imported. The first 100 cases of each category are left
alone during development. With ``--answers FILE`` every answer is kept there, and a run that was broken off
goes on where it was; the model is then asked again only for what is missing.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "calls"))

from answer_file import Answer, AnswerFile  # noqa: E402  # found through the path above
from case_list import Case, load_cases  # noqa: E402  # as above
from judging import Judge  # noqa: E402  # as above
from methods import METHODS  # noqa: E402  # as above

from loom_core.contracts.provider import Provider, ProviderEnvironment  # noqa: E402  # as above
from loom_core.extensions import Group, load_all  # noqa: E402  # as above
from loom_core.settings.home import home_directory  # noqa: E402  # as above
from loom_core.settings.shape import ModelSettings  # noqa: E402  # as above

CATEGORIES = ("simple_python", "multiple", "parallel", "irrelevance")


@dataclass(frozen=True, slots=True)
class Row:
    """How one method did on one category."""

    category: str
    method: str
    right: int
    cases: int
    seconds: float

    def line(self) -> str:
        """A row of the table."""
        share = 100 * self.right / self.cases
        return (
            f"| {self.category} | {self.method} | {self.right} of {self.cases} | {share:.0f} % "
            f"| {self.seconds / self.cases:.1f} |"
        )


def main() -> int:
    """Run the methods over the categories and print a table."""
    options = _options()
    provider = _provider(options)
    try:
        asyncio.run(_run(options, provider))
    except KeyboardInterrupt:
        return 130
    return 0


def _options() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the unpacked bfcl-eval wheel")
    parser.add_argument("--category", nargs="*", choices=CATEGORIES, default=CATEGORIES)
    parser.add_argument("--method", nargs="*", choices=sorted(METHODS), default=sorted(METHODS))
    parser.add_argument("--first", type=int, default=100, help="number of the first case")
    parser.add_argument("--count", type=int, default=60, help="cases of each category")
    parser.add_argument("--answers", type=Path, help="file that keeps the answers, to go on later")
    parser.add_argument("--provider", default="llamacpp", help="entry point of the provider")
    parser.add_argument("--model", default="", help="its model; empty is its default")
    parser.add_argument("--base-url", default="", help="its server")
    return parser.parse_args()


def _provider(options: argparse.Namespace) -> Provider:
    """The model under test."""
    made = load_all(Group.PROVIDERS).parts[options.provider].value
    settings = ModelSettings(
        provider=options.provider, model=options.model, base_url=options.base_url
    )
    return made(settings, ProviderEnvironment(home=home_directory(os.environ)))


async def _run(options: argparse.Namespace, provider: Provider) -> None:
    """Every method on every category, each row printed as soon as it is there."""
    judge = Judge(options.data)
    kept = AnswerFile(options.answers)
    print("| category | method | right | share | s a case |\n| --- | --- | --- | --- | --- |")
    try:
        for method in options.method:
            for category in options.category:
                cases = load_cases(options.data, category)[
                    options.first : options.first + options.count
                ]
                row = await _measure(cases, category, method, _Asked(provider, kept), judge)
                print(row.line(), flush=True)
    finally:
        await provider.close()


@dataclass(frozen=True, slots=True)
class _Asked:
    """The model, which is asked once for each case and method."""

    provider: Provider
    kept: AnswerFile

    async def calls(self, case: Case, method: str) -> Answer:
        """The answer of an earlier run or of the model."""
        known = self.kept.get(case.id, method)
        if known is not None:
            return known
        started = time.perf_counter()
        calls = await METHODS[method](case, self.provider)
        answer = Answer(case.id, method, calls, time.perf_counter() - started)
        self.kept.add(answer)
        return answer


async def _measure(
    cases: Sequence[Case], category: str, method: str, asked: _Asked, judge: Judge
) -> Row:
    """One method on one category."""
    right = 0
    seconds = 0.0
    for case in cases:
        answer = await asked.calls(case, method)
        seconds += answer.seconds
        problem = judge.problem(case, answer.calls, category)
        right += not problem
        if problem:
            print(f"{case.id} {method}: {problem}\n  {answer.calls}", file=sys.stderr, flush=True)
    return Row(category, method, right, len(cases), seconds)


if __name__ == "__main__":
    raise SystemExit(main())
