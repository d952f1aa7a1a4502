"""``python -m authcore_local.tour``: exit status 0 only if every hop was right."""

import argparse
import sys
from collections.abc import Sequence
from typing import Final, TextIO, get_args

from rich.console import Console

from authcore_local.addresses import Ports
from authcore_local.stack import LocalStack
from authcore_local.tour.report import Report
from authcore_local.tour.route import Breakage, Tour


FALLBACK_WIDTH: Final = 150
"""Columns of output that does not go to a terminal."""


def main(arguments: Sequence[str] | None = None, out: TextIO | None = None) -> int:
    """
    Run the tour and print its report to *out*, in colour only on a terminal.

    Returns 0 if every hop was right, and 1 if one was not; wrong usage ends the process with 2.
    """
    stream = out or sys.stdout
    breakage = _breakage(arguments)
    width = None if stream.isatty() else FALLBACK_WIDTH
    console = Console(file=stream, width=width, highlight=False)
    console.print("starting four servers on loopback, signing in, letting time pass, signing out …")
    report = run_tour(breakage)
    console.print(report.table())
    style = "bold red" if report.wrong else "green"
    for line in report.summary():
        console.print(line, style=style, markup=False, soft_wrap=True)
    return 1 if report.wrong else 0


def run_tour(breakage: Breakage | None) -> Report:
    """Run one tour on a new stack on free ports and return its report."""
    report = Report()
    with LocalStack(ports=Ports.free()) as stack:
        Tour(stack, report, breakage=breakage).drive()
    return report


def _breakage(arguments: Sequence[str] | None) -> Breakage | None:
    parser = argparse.ArgumentParser(
        prog="python -m authcore_local.tour",
        description="Drive the whole local system without a browser; every hop is checked.",
    )
    parser.add_argument(
        "--break",
        dest="breakage",
        choices=get_args(Breakage),
        help="break a part on the way; the tour must report it",
    )
    found: Breakage | None = parser.parse_args(arguments).breakage
    return found


if __name__ == "__main__":
    sys.exit(main())
