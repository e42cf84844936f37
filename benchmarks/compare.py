"""Time things beside each other: in turn, in one process, medians; ratios to ours."""

import argparse
import json
import time
from collections.abc import Callable
from statistics import median


def options(description: str) -> argparse.Namespace:
    """Return the options every comparison has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=int, default=5, help="runs of each; the median counts")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser.parse_args()


def seconds(
    functions: dict[str, Callable[[], object]], runs: int, slow: tuple[str, ...] = ()
) -> dict[str, float]:
    """Return the median seconds of each function, called in turn; those named `slow` only once."""
    taken: dict[str, list[float]] = {name: [] for name in functions}
    for run in range(runs):
        for name, function in functions.items():
            if run and name in slow:
                continue
            start = time.perf_counter()
            function()
            taken[name].append(time.perf_counter() - start)
    return {name: median(times) for name, times in taken.items()}


def report(tables: dict[str, dict[str, float]], facts: dict[str, float], as_json: bool) -> None:
    """Print, per table, the seconds and how many times longer than the first row each took."""
    if as_json:
        print(json.dumps({"seconds": tables, "facts": facts}))
        return
    for title, rows in tables.items():
        ours = next(iter(rows.values()))
        print(f"\n{title}")
        for name, taken in rows.items():
            print(f"  {name:52} {taken:9.4f} s {taken / ours:8.1f} x")
    print()
    for name, value in facts.items():
        print(f"{name}: {value:.3g}")
