"""One planning of ``authcore move plan``, new or continued."""

from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

import attrs

from authcore.adapters.runs.import_files import ImportFiles
from authcore.domain.errors import ConfigurationError, UnavailableError
from authcore.domain.model.moves import Run
from authcore.domain.services.moves.fingerprints import changed_groups
from authcore.domain.services.moves.planning import plan_run
from authcore.ports.move_runs import RunStore
from authcore.ports.system import Clock, Entropy
from authcore_cli.move.plan_tools import PlanTools


Counts = Mapping[tuple[str, str], int]

CONTINUABLE: Final = ("planning", "planned")


class PlanReport(Protocol):
    """Receives each step."""

    def on_begin(self, run: Run, total: int | None) -> None:
        """Show the run, and how many users its source has; None where that is not known."""

    def on_planned(self, rows: int) -> None:
        """Show how many rows are planned."""

    def on_written(self, rows: int, total: int) -> None:
        """Show for how many rows of *total* the files are written."""

    def on_wait(self, error: UnavailableError, wait: timedelta) -> None:
        """Show that a call got no answer and is repeated after *wait*."""

    def on_end(self, run: Run, counts: Counts, files: Path) -> None:
        """Show the counts of a run that is planned, or was stopped, and where its files are."""


@attrs.frozen
class PlanJob:
    """
    Plans one run.

    Args:
        tools: Services.

        store: Of the run, open for writing.

        report: Receives each step.
    """

    tools: PlanTools
    store: RunStore
    report: PlanReport

    def work(self) -> None:
        """
        Read the source to its end, decide about each row, and write the files.

        Raises:
            AuthcoreError: Planning was cut short; the run continues.
        """
        run = self.store.run()
        self.report.on_begin(run, self._count())
        plan_run(self.tools.source, self.store, self.tools.planning, self.report.on_planned)
        total, _ = self.store.cursor()
        ImportFiles(self.files).write(
            self.store, self.tools.rows, lambda rows: self.report.on_written(rows, total)
        )
        self.store.enter("planned")

    def _count(self) -> int | None:
        """Ask how many users the source has; only the bar needs the answer."""
        try:
            return self.tools.source.count()
        except UnavailableError:
            return None

    def end(self) -> None:
        """Show how far the run is, and let go of it."""
        with closing(self.store):
            run, counts, files = self.store.run(), self.store.counts(), self.files
        self.report.on_end(run, counts, files)

    @property
    def files(self) -> Path:
        """The folder of the run's files."""
        return self.tools.runs.files_of(self.store.run().run_id)


def begin(tools: PlanTools, *, clock: Clock, entropy: Entropy) -> RunStore:
    """
    Create a run.

    Raises:
        ConfigurationError: The folder of runs cannot be written to.
    """
    now = clock.now()
    digits = sha256(entropy.token().encode()).hexdigest()[:6]
    return tools.runs.begin(
        Run(
            run_id=f"{now:%Y%m%d}-{digits}",
            source=tools.source_name,
            pool_id=tools.pool_id,
            target=tools.target,
            fingerprint=tools.fingerprint,
            stage="planning",
            started_at=now,
        )
    )


def resume(tools: PlanTools, run_id: str) -> RunStore:
    """
    Open a run that is not planned yet, or whose files are written again.

    Raises:
        LeaseHeldError: Another process writes it.

        ConfigurationError: There is no such run, it is further than that, or it began under other
            settings.
    """
    store = tools.runs.writer(run_id)
    try:
        _check(store.run(), tools)
    except BaseException:
        store.close()
        raise
    return store


def _check(run: Run, tools: PlanTools) -> None:
    if run.stage not in CONTINUABLE:
        raise ConfigurationError(
            [f"the run {run.run_id} is {run.stage} already: authcore move show {run.run_id}"]
        )
    changed = changed_groups(run.fingerprint, tools.fingerprint)
    if changed:
        named = ", ".join(changed)
        raise ConfigurationError(
            [
                (
                    f"the run {run.run_id} began under other settings ({named}): set them as they "
                    "were, or plan another run"
                )
            ]
        )
