"""What a redirect check costs, with one origin allowed and with ten thousand."""

import contextlib
import statistics
from typing import Final

from authcore.adapters.system import monotonic
from authcore.domain.errors import RedirectRejectedError
from authcore.domain.services.sign_in.redirects import (
    MAX_ORIGINS,
    MAX_REDIRECT_LENGTH,
    RedirectAllowlist,
)


SIZES: Final = (1, 100, MAX_ORIGINS - 1)
ROUNDS: Final = 41
CALLS: Final = 200

CANDIDATES: Final = {
    "taken by name": "https://app-0.example.com/articles/7?sort=new",
    "taken by star": "https://blue.apps.example.com/articles/7?sort=new",
    "refused": "https://evil.example/articles/7?sort=new",
    "refused, 64 MiB": "https://app-0.example.com/" + "a" * 2**26,
    "2,048 characters": "https://app-0.example.com/".ljust(MAX_REDIRECT_LENGTH, "a"),
}


def rows() -> list[tuple[str, str, str]]:
    """Name, figure, target: microseconds at each size, medians of interleaved rounds."""
    allowlists = {size: _allowlist(size) for size in SIZES}
    return [_row(name, candidate, allowlists) for name, candidate in CANDIDATES.items()]


def _row(
    name: str, candidate: str, allowlists: dict[int, RedirectAllowlist]
) -> tuple[str, str, str]:
    rounds = [
        {size: _microseconds(allowlist, candidate) for size, allowlist in allowlists.items()}
        for _ in range(ROUNDS)
    ]
    medians = {size: statistics.median(times[size] for times in rounds) for size in SIZES}
    growth = medians[SIZES[-1]] / medians[SIZES[0]]
    figure = "/".join(f"{medians[size]:.2f}" for size in SIZES)
    sizes = "/".join(f"{size:,}" for size in SIZES)
    return f"{name}, {sizes} origins", f"{figure} µs, x {growth:.2f}", "constant: x 1"


def _allowlist(size: int) -> RedirectAllowlist:
    """*size* origins by name and one star."""
    named = [f"https://app-{number}.example.com" for number in range(size)]
    return RedirectAllowlist(["https://*.apps.example.com", *named])


def _microseconds(allowlist: RedirectAllowlist, candidate: str) -> float:
    start = monotonic()
    for _ in range(CALLS):
        with contextlib.suppress(RedirectRejectedError):
            allowlist.resolve(candidate)
    return (monotonic() - start) / CALLS * 1e6


def main() -> None:
    """Print the table."""
    for name, figure, target in rows():
        print(f"{name:42}  {figure:26}  {target}")


if __name__ == "__main__":
    main()
