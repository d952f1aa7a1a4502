"""
Measure side by side, print one table.

Ratios are taken within one run, alternating; absolute times on a shared machine mean little.
"""

import sys
import time

from bench import guards, imports, memory, redirects, refreshes, verification, verify_route


SECTIONS = (
    ("token verification", verification.rows),
    ("a guarded request", guards.rows),
    ("POST /auth/verify under uvicorn (a minute)", verify_route.rows),
    ("refreshes, at a provider that takes 200 ms", refreshes.rows),
    ("redirects", redirects.rows),
    ("import of the migration function", imports.migration_rows),
    ("import of the linking function", imports.linking_rows),
    ("memory of a million tokens (some minutes)", memory.rows),
)


def main() -> int:
    """Run every section; the figures are for reading, so the exit status is 0."""
    print(f"{'':44}{'measured':>26}   target")
    for title, rows in SECTIONS:
        print(f"\n{title} …", end="", flush=True, file=sys.stderr)
        started = time.perf_counter()
        measured = rows()
        print(f" {time.perf_counter() - started:.0f} s", file=sys.stderr)
        print(f"\n{title}")
        for name, figure, target in measured:
            print(f"  {name:42}{figure:>26}   {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
