"""
Run the whole fault suite, print the figures, exit 1 if any invariant was violated.

What was violated is left in files; the ``replay`` line of one is what ``--replay`` takes.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from starlette.requests import ClientDisconnect

from authcore.adapters.system import SystemEntropy, monotonic
from faults import (
    endurance_suite,
    hung_suite,
    key_suite,
    linking_suite,
    migration_suite,
    process_suite,
    profile_suite,
    refresh_suite,
    timing_suite,
    toxic_suite,
    trojan_suite,
    world_suite,
)
from faults.figures import Failure, Progress, Section, write_failures
from faults.migration_table import Left


PARTS: Final = ("F1", "F2", "F3", "F4", "F5", "F6", "F7", "PS", "MG-03")
TRIGGER: Final = Left(5000)
"""What Cognito leaves a trigger."""

_said: Final = Console(markup=False, highlight=False, width=160)
_going_on: Final = Console(markup=False, highlight=False, soft_wrap=True, stderr=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what *arguments* ask for."""
    asked = _parser().parse_args(arguments)
    logging.getLogger().addHandler(logging.NullHandler())
    logging.getLogger("uvicorn.error").addFilter(_is_no_clients_leaving)
    if asked.replay:
        return _replayed(asked)
    seed = asked.seed or SystemEntropy().token()[:12]
    _said.print(
        f"seed {seed}; {asked.random:,} random schedules; {asked.seconds:g} s of each toxic"
    )
    failed = 0
    for section in _sections(asked, seed, _progress()):
        _print(section)
        failed += len(section.failures)
        for path in write_failures(asked.out, section, seed) if section.failures else []:
            _said.print(f"  violated: {path}")
    _said.print(f"\n{failed} violated" if failed else "\nall invariants held")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="a part; all by default")
    parser.add_argument("--seed", help="of the random schedules; a new one by default")
    parser.add_argument("--random", type=int, default=linking_suite.RANDOM_SCHEDULES)
    parser.add_argument("--walks", type=int, default=world_suite.WALKS, help="of F6")
    parser.add_argument("--runs", type=int, default=profile_suite.RUNS, help="of PS")
    parser.add_argument("--sessions", type=int, default=endurance_suite.SESSIONS, help="of F7")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each toxic of F5")
    parser.add_argument(
        "--samples", type=int, default=timing_suite.SAMPLES, help="of each kind of MG-03"
    )
    parser.add_argument("--out", type=Path, default=Path("build/faults"), metavar="DIR")
    parser.add_argument("--replay", metavar="LINE", help="one line of a file under DIR")
    return parser


def _sections(asked: argparse.Namespace, seed: str, progress: Progress) -> Iterator[Section]:
    parts: Mapping[str, Callable[[], Iterable[Section]]] = {
        "F1": lambda: _linking(asked, seed, progress),
        "F2": lambda: [migration_suite.section(progress, TRIGGER)],
        "F3": lambda: [refresh_suite.section(progress, seed)],
        "F4": lambda: [key_suite.section(progress)],
        "F5": lambda: [toxic_suite.section(progress, asked.seconds, TRIGGER)],
        "F6": lambda: [world_suite.section(progress, seed, asked.walks)],
        "F7": lambda: [endurance_suite.section(progress, seed, asked.sessions)],
        "PS": lambda: [profile_suite.section(progress, seed, asked.runs)],
        "MG-03": lambda: [timing_suite.section(progress, seed, asked.samples)],
    }
    for name in PARTS:
        if name in (asked.only or PARTS):
            yield from parts[name]()


def _linking(asked: argparse.Namespace, seed: str, progress: Progress) -> Iterator[Section]:
    yield from linking_suite.section(seed, progress, asked.random)
    yield process_suite.section(progress)
    yield trojan_suite.section(progress)
    yield hung_suite.section(progress, TRIGGER)


def _replayed(asked: argparse.Namespace) -> int:
    failure = _again(asked)
    _said.print(str(failure))
    return 1 if failure.violations else 0


def _again(asked: argparse.Namespace) -> Failure:
    line: str = asked.replay
    parts: Mapping[str, Callable[[], Failure]] = {
        "F2": lambda: migration_suite.replay(line),
        "F3": lambda: refresh_suite.replay(line),
        "F4": lambda: key_suite.replay(line),
        "F5": lambda: toxic_suite.replay(line, asked.seconds, TRIGGER),
        "F6": lambda: world_suite.replay(line),
        "F7": lambda: endurance_suite.replay(line, _progress()),
        "PS": lambda: profile_suite.replay(line),
        "MG-03": lambda: timing_suite.replay(_progress(), asked.samples),
        "hung": lambda: hung_suite.replay(line, TRIGGER),
    }
    return parts.get(line.split(" ", maxsplit=1)[0], lambda: linking_suite.replay(line))()


def _is_no_clients_leaving(record: logging.LogRecord) -> bool:
    """The stub legacy system complains of what a toxic does to it."""
    return not (record.exc_info and isinstance(record.exc_info[1], ClientDisconnect))


def _progress() -> Progress:
    began = monotonic()

    def show(what: str) -> None:
        _going_on.print(f"{monotonic() - began:5.0f} s  {what}")

    return show


def _print(section: Section) -> None:
    table = Table(title=section.title, title_justify="left", show_header=False, box=None)
    for row in section.rows:
        table.add_row(*row)
    _said.print(table, "")


if __name__ == "__main__":
    sys.exit(main())
