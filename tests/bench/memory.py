"""
What a process keeps of the tokens it has checked, all of them different.

Signing takes ten times as long as checking: other processes do it, and by default there are fewer
than a million.
"""

import multiprocessing
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.progress import tick
from bench.verification import MINT, Row, published, shipped


TOKENS: Final = 200_000
WARM: Final = 50_000
"""After so many, every bounded memory is full."""

BATCH: Final = 500
PAGE: Final = resource.getpagesize()
MEBIBYTE: Final = 2**20


def rows(tokens: int = TOKENS) -> list[Row]:
    """Name, figure, target: resident size of this process on the way through *tokens*."""
    points = [WARM, *(WARM + (tokens - WARM) * part // 4 // BATCH * BATCH for part in (1, 2, 3, 4))]
    sizes: dict[int, float] = {}
    with published(MINT.jwks_bytes()) as jwks_url:
        validator = shipped(jwks_url)
        for number, batch in enumerate(_signed(points[-1]), 1):
            for token in batch:
                validator.verify_access_token(token)
            checked = number * BATCH
            if checked in points:
                sizes[checked] = _resident()
                tick()
    warm = sizes.pop(WARM)
    return [
        (f"after {WARM:,} distinct tokens", f"{warm:.1f} MiB", ""),
        *((f"after {each:,}", f"{size - warm:+.1f} MiB", "flat") for each, size in sizes.items()),
    ]


def _signed(count: int) -> Iterator[list[str]]:
    """*count* access tokens, all different, signed by other processes while they are checked."""
    with multiprocessing.get_context("fork").Pool(2) as pool:
        yield from pool.imap(_batch, range(count // BATCH), chunksize=1)


def _batch(number: int) -> list[str]:
    return [
        MINT.access(jti=f"{number}-{each}", without=["cognito:groups"]) for each in range(BATCH)
    ]


def _resident() -> float:
    """MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * PAGE / MEBIBYTE
