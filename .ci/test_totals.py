"""Adds up the JUnit files of several test runs and says the sum in one line; fails if no test ran."""

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree


def count(directory: Path) -> Counter[str]:
    """How many tests passed, failed and were skipped, over all ``*.xml`` files of a directory."""
    totals: Counter[str] = Counter()
    for file in sorted(directory.glob("*.xml")):
        for suite in ElementTree.parse(file).iter("testsuite"):  # noqa: S314 - our own runs wrote it
            failed = int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
            skipped = int(suite.get("skipped", "0"))
            totals["failed"] += failed
            totals["skipped"] += skipped
            totals["passed"] += int(suite.get("tests", "0")) - failed - skipped
    return totals


def main(directory: Path) -> int:
    """Print the totals; the exit code is 1 when a test failed or none passed."""
    totals = count(directory)
    sys.stdout.write(
        f"{totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped\n"
    )
    return 0 if totals["passed"] and not totals["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
