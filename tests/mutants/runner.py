"""Runs the tests on mutants, each in a forked process."""

import gc
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import FunctionType
from typing import Final, Literal

import attrs
import pytest

from mutants.coverage_map import CoverageMap
from mutants.mutant import Mutant
from mutants.places import PROPERTY, UNIT, module_name
from mutants.plugin import (
    OPTIONS,
    Exchange,
    Repeatable,
    Selected,
    Warm,
    Witness,
    exchange_code,
    find_functions,
    is_exchangeable,
    run_selected,
    silence,
)
from mutants.processes import FAILED, TIMED_OUT, Work, run_all, run_forked


Outcome = Literal["killed", "timed out", "survived", "not reached"]

PATIENCE: Final = 20.0
FACTOR: Final = 5.0
"""A mutant may take PATIENCE seconds, and FACTOR times what its tests take without it."""

SPECIFIC_FILES: Final = 3
"""A mutant that must be imported anew meets so many test files first, and then all."""

DAY: Final = 24 * 3600.0

_PROGRESS: Final[Mapping[Outcome, bytes]] = {
    "killed": b".",
    "timed out": b"t",
    "survived": b"s",
    "not reached": b"-",
}


@attrs.frozen
class Runner:
    """
    Runs mutants against the tests of a copy of the repository.

    Mutants in function bodies are tried in forks of a process that has collected all tests: the
    function gets other code there.  All others are tried in forks of one that has imported nothing
    of ours, and imports the changed module.

    Attributes:
        copy: The copy; the current folder.
        known: Which tests reach which lines.
        workers: How many mutants are tried at once.
        witness: Where a process writes down which test failed.
    """

    copy: Path
    known: CoverageMap
    workers: int
    witness: Path = Path("witness")

    def run(self, mutants: Sequence[Mutant]) -> Sequence[Outcome]:
        """What becomes of each of *mutants*."""
        outputs = [self.copy / f"outcomes-{number}" for number in range(self.workers)]
        each = [attrs.evolve(self, witness=path.with_suffix(".witness")) for path in outputs]
        works = [
            partial(runner._work, mutants, number, outputs[number])
            for number, runner in enumerate(each)
        ]
        statuses = run_all(works, within=DAY)
        if any(statuses):
            raise RuntimeError(f"the workers end with {statuses}")
        outcomes: dict[int, Outcome] = {}
        for output in outputs:
            for line in output.read_text("utf-8").splitlines():
                index, outcome = json.loads(line)
                outcomes[index] = outcome
        return [outcomes[index] for index in range(len(mutants))]

    def _work(self, mutants: Sequence[Mutant], number: int, output: Path) -> int:
        mine = [each for each in enumerate(mutants) if each[0] % self.workers == number]
        progress = os.dup(2)
        silence()
        with output.open("w", encoding="utf-8", buffering=1) as lines:

            def say(index: int, outcome: Outcome) -> None:
                lines.write(f"{json.dumps([index, outcome])}\n")
                os.write(progress, _PROGRESS[outcome])

            warm = {index for index, mutant in mine if self._is_warm(mutant)}
            for index, mutant in mine:
                if index not in warm:
                    say(index, self._imported(mutant))

            def in_place(session: pytest.Session) -> None:
                functions = find_functions(frozenset(self._path(mutant) for _, mutant in mine))
                gc.freeze()
                for index, mutant in mine:
                    if index in warm:
                        say(index, self._in_place(session, functions, mutant))

            plugins = [Repeatable(), Warm(in_place), Witness(self.witness)]
            return int(pytest.main([*OPTIONS, UNIT, PROPERTY], plugins=plugins))

    def _path(self, mutant: Mutant) -> str:
        return str(self.copy / mutant.file)

    def _is_warm(self, mutant: Mutant) -> bool:
        path = self._path(mutant)
        before = compile(mutant.tree, path, "exec", dont_inherit=True)
        return mutant.in_function and is_exchangeable(before, mutant.compile(path))

    def _in_place(
        self,
        session: pytest.Session,
        functions: Mapping[str, Sequence[FunctionType]],
        mutant: Mutant,
    ) -> Outcome:
        tests = self.known.reaching(mutant.file, mutant.lines)
        if not tests:
            return "not reached"
        path = self._path(mutant)
        code = mutant.compile(path)

        def work(tests: Sequence[str]) -> int:
            exchange_code(functions[path], code)
            return run_selected(session, tests)

        return self._outcome(work, tests)

    def _imported(self, mutant: Mutant) -> Outcome:
        path = self._path(mutant)
        exchange = Exchange(module_name(mutant.file), path, mutant.compile(path))
        reaching = frozenset(self.known.of_file(mutant.file))
        specific = self.known.specific_files(mutant.file, SPECIFIC_FILES)

        def work(paths: Sequence[str], tests: Sequence[str]) -> int:
            sys.meta_path.insert(0, exchange)
            plugins = [Repeatable(), Selected(tests), Witness(self.witness)]
            return int(pytest.main([*OPTIONS, "-x", *paths], plugins=plugins))

        known = self.known.all()
        tests = [test for test in known if test.startswith(f"{UNIT}/") or test in reaching]
        every = sorted({test.partition("::")[0] for test in tests})
        for paths in (specific, every) if specific else (every,):
            outcome = self._outcome(partial(work, paths), tests)
            if outcome != "survived":
                return outcome
        return "survived"

    def _outcome(self, work: Callable[[Sequence[str]], int], tests: Sequence[str]) -> Outcome:
        """A test that fails only once is no witness: on a busy machine it may be its own fault."""
        while True:
            outcome = self._try(partial(work, tests), tests)
            if outcome != "killed" or not self.witness.exists():
                return outcome
            witness = self.witness.read_text("utf-8")
            if self._try(partial(work, [witness]), [witness]) != "survived":
                return "killed"
            tests = [test for test in tests if test != witness]

    def _try(self, work: Work, tests: Sequence[str]) -> Outcome:
        self.witness.unlink(missing_ok=True)
        status = run_forked(work, within=PATIENCE + FACTOR * self.known.time_of(tests))
        if status == FAILED:
            raise RuntimeError("the runner itself failed")
        if status == TIMED_OUT:
            return "timed out"
        is_alive = status in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        return "survived" if is_alive else "killed"
