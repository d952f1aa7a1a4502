"""What a process keeps of a million tokens it has checked."""

import multiprocessing
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.verification import MINT, Row, published, shipped


TOKENS: Final = 1_000_000
WARM: Final = 100_000
"""After so many, every bounded memory is full."""

BATCH: Final = 1000
PAGE: Final = resource.getpagesize()
MEBIBYTE: Final = 2**20


def rows() -> list[Row]:
    """Name, figure, target; resident size of this process before and after."""
    with published(MINT.jwks_bytes()) as jwks_url:
        validator = shipped(jwks_url)
        checked, warm = 0, 0.0
        for batch in _signed():
            for token in batch:
                validator.access(token)
            checked += len(batch)
            if checked == WARM:
                warm = _resident()
    grown = _resident() - warm
    return [
        (f"after {WARM:,} distinct tokens", f"{warm:.1f} MiB", ""),
        (f"after {checked:,}", f"{grown:+.1f} MiB", "flat"),
    ]


def _signed() -> Iterator[list[str]]:
    """TOKENS access tokens, all different, signed by other processes while they are checked."""
    with multiprocessing.get_context("fork").Pool(2) as pool:
        yield from pool.imap(_batch, range(TOKENS // BATCH), chunksize=1)


def _batch(number: int) -> list[str]:
    return [
        MINT.access(jti=f"{number}-{each}", without=["cognito:groups"]) for each in range(BATCH)
    ]


def _resident() -> float:
    """MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * PAGE / MEBIBYTE
