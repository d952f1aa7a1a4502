"""Which tests execute which lines, and how long each test takes."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import coverage
import pytest

from mutants.places import PROPERTY
from mutants.plugin import OPTIONS, Recorder, Repeatable, silence
from mutants.processes import run_all


@attrs.frozen
class CoverageMap:
    """
    Test ids by file and line; seconds by test id.

    Attributes:
        tests: By file, then by line.
        seconds: Of every test.
        failing: What fails without any mutant, and so says nothing about one.
    """

    tests: Mapping[str, Mapping[int, frozenset[str]]]
    seconds: Mapping[str, float]
    failing: frozenset[str]

    def reaching(self, file: str, lines: Iterable[int]) -> Sequence[str]:
        """Tests that execute one of *lines*, the quickest first."""
        known = self.tests.get(file, {})
        return self._by_time(known.get(line, frozenset()) for line in lines)

    def all(self) -> Sequence[str]:
        """Every test, the quickest first."""
        return self._by_time([frozenset(self.seconds)])

    def of_file(self, file: str) -> Sequence[str]:
        """Tests that execute any line of *file* themselves, the quickest first."""
        return self._by_time(self.tests.get(file, {}).values())

    def specific_files(self, file: str, count: int) -> Sequence[str]:
        """The *count* test files that execute most lines of *file*."""
        lines: dict[str, set[int]] = {}
        for line, tests in self.tests.get(file, {}).items():
            for test in tests:
                lines.setdefault(test.partition("::")[0], set()).add(line)
        unit = [each for each in lines if not each.startswith(PROPERTY)]
        return sorted(unit, key=lambda each: (-len(lines[each]), each))[:count]

    def time_of(self, tests: Iterable[str]) -> float:
        """How long *tests* take, one after the other."""
        return sum(self.seconds.get(test, 0.0) for test in tests)

    def _by_time(self, tests: Iterable[frozenset[str]]) -> Sequence[str]:
        found = frozenset().union(*tests)
        return sorted(found - self.failing, key=lambda test: (self.seconds.get(test, 0.0), test))


def record(copy: Path, files: Sequence[str], folders: Sequence[str]) -> CoverageMap:
    """
    Run the tests of *folders* once, all folders at the same time.

    Raises:
        RuntimeError: They cannot be collected.
    """
    outputs = [copy / f"coverage-{number}.json" for number in range(len(folders))]
    works = [partial(_record, copy, files, *each) for each in zip(folders, outputs, strict=True)]
    for output, status in zip(outputs, run_all(works, within=600), strict=True):
        if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            said = output.with_suffix(".log").read_text("utf-8")[-4000:]
            raise RuntimeError(f"the tests cannot be run ({status}):\n{said}")
    return _join([json.loads(output.read_text("utf-8")) for output in outputs])


def _record(copy: Path, files: Sequence[str], folder: str, output: Path) -> int:
    silence(str(output.with_suffix(".log")))
    paths = {str(copy / file): file for file in files}
    measured = coverage.Coverage(
        data_file=None, config_file=False, include=list(paths), messages=False
    )
    recorder = Recorder(measured)
    measured.start()
    status = int(pytest.main([*OPTIONS, folder], plugins=[Repeatable(), recorder]))
    measured.stop()
    found = measured.get_data()
    tests = {file: found.contexts_by_lineno(path) for path, file in paths.items()}
    part = {"tests": tests, "seconds": recorder.seconds, "failing": sorted(recorder.failed)}
    output.write_text(json.dumps(part), "utf-8")
    return status


def _join(parts: Sequence[Any]) -> CoverageMap:
    tests: dict[str, dict[int, frozenset[str]]] = {}
    seconds: dict[str, float] = {}
    failing: set[str] = set()
    for part in parts:
        seconds |= part["seconds"]
        failing |= {*part["failing"]}
        for file, lines in part["tests"].items():
            known = tests.setdefault(file, {})
            for line, ids in lines.items():
                before = known.get(int(line), frozenset())
                known[int(line)] = before | frozenset(filter(None, ids))
    return CoverageMap(tests, seconds, frozenset(failing))
