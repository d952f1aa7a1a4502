"""Shows whoever waits for a bench that it goes on."""

import sys


def tick() -> None:
    """One more step is done."""
    print(".", end="", flush=True, file=sys.stderr)
