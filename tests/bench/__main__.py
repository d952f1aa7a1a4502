"""
Measure side by side, print one table.

Ratios are taken within one run, alternating; absolute times on a shared machine mean little.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable

from bench import (
    cold_start,
    guards,
    imports,
    memory,
    redirects,
    refreshes,
    srp,
    verification,
    verify_route,
)


SECTIONS = (
    ("token verification", verification.rows),
    ("a guarded request", guards.rows),
    ("POST /auth/verify under uvicorn (a minute)", verify_route.rows),
    ("refreshes, at a provider that takes 200 ms", refreshes.rows),
    ("redirects", redirects.rows),
    ("sign-in by password", srp.rows),
    ("first event of each function as shipped (2 minutes)", cold_start.rows),
    ("import of the migration function", imports.migration_rows),
    ("import of the linking function", imports.linking_rows),
    ("import of the profile sync function", imports.sync_rows),
)


def main() -> int:
    """Run every section; the figures are for reading, so the exit status is 0."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--tokens", type=int, default=memory.TOKENS, help="to check for memory")
    tokens = parser.parse_args().tokens
    print(f"{'':48}{'measured':>26}   target")
    for title, rows in SECTIONS:
        _run(title, rows)
    _run(f"memory of {tokens:,} tokens", lambda: memory.rows(tokens))
    return 0


def _run(title: str, rows: Callable[[], Iterable[verification.Row]]) -> None:
    print(f"\n{title} …", end="", flush=True, file=sys.stderr)
    started = time.perf_counter()
    measured = rows()
    print(f" {time.perf_counter() - started:.0f} s", file=sys.stderr)
    print(f"\n{title}")
    for name, figure, target in measured:
        print(f"  {name:46}{figure:>26}   {target}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
