"""Several results of ``run_goals.py`` as one table of counts, for runs that were made in pieces.

python benchmarks/goal_counts.py results/*.json
"""

import json
import sys
from pathlib import Path

from run_goals import COUNTS_HEAD, Measurement, counts


def main() -> int:
    """Print the table of all the files that are named."""
    entries = [one for name in sys.argv[1:] for one in json.loads(Path(name).read_text())]
    if not entries:
        raise SystemExit("name the .json files that run_goals.py --out wrote")
    print(COUNTS_HEAD)
    print("\n".join(counts([Measurement(**one) for one in entries])))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
