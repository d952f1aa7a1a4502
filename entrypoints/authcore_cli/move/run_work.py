"""What each command does with a run, and in which stages."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.moves import Run, RunStage
from authcore.domain.services.moves.fingerprints import changed_groups
from authcore.domain.services.moves.pool_turn import RequireTurn
from authcore_cli.move.plan_rules import SOURCE
from authcore_cli.move.run_tools import RunReport, RunTools


BEFORE: Final[Mapping[str, tuple[RunStage, ...]]] = {
    "check": ("planned", "executing"),
    "run": ("planned", "executing"),
    "link": ("executed", "linking", "linked", "opening", "opened"),
    "open": ("executed", "linking", "linked", "opening"),
    "undo": ("executing", "executed", "linking", "linked", "opening", "opened", "undoing"),
}
"""The stages in which a run can be worked on, by command; ``undo`` while a run executes also
recovers what was created and not recorded, and waits for import jobs that were started."""

COMPARED: Final = frozenset({"check", "run"})
"""Commands that follow the plan only under the settings that it was made under."""

NO_LEGACY_API: Final = "AUTHCORE_LEGACY_URL is missing: without a legacy API nothing is linked"
OPEN_ALREADY: Final = "imported users can reset their passwords already"


@attrs.frozen
class RunWork:
    """
    Works on one run.

    Args:
        tools: Services.

        report: Receives each step.
    """

    tools: RunTools
    report: RunReport

    def begin(self, command: str) -> None:
        """
        Report the begin of *command*, or refuse it before anything is done.

        Raises:
            ConfigurationError: The command does not fit the run, a setting is missing, or the run
                was planned under other settings.

            ProviderUnavailableError: Seven attempts to read the columns of import files got no
                usable answer.
        """
        run = self.tools.store.run()
        refusal = self._find_refusal(command, run) or self._find_change(command, run)
        if refusal:
            raise ConfigurationError([refusal])
        counts = self.tools.store.counts()
        total = sum(count for (kind, _), count in counts.items() if kind == "planned")
        self.report.on_begin(run, command, total)

    def check(self) -> None:
        """Compare the pool with the plan; writes nothing to the pool."""
        self._survey()

    def execute(self, *, accepts_refused: bool = False) -> None:
        """Create the users of the run; see ``RunExecution.run``."""
        tools = self.tools
        with tools.turns.take(tools.pool_id) as require:
            tools.store.enter("executing")
            if not tools.survey.is_fresh():
                tools.survey.make_void()
            compare = partial(self._compare, require)
            if tools.store.run().target == "import":
                tools.imports.run(require, self.report.on_job, compare)
                tools.reading.record(self.report.on_outcomes)
            else:
                tools.execution.run(
                    require, self.report.on_outcomes, compare, accepts_refused=accepts_refused
                )
            tools.store.enter("executed")

    def link(self) -> None:
        """
        Write the links of the users of the run.

        Raises:
            ConfigurationError: There is no legacy API to write them to.
        """
        if self.tools.linking is None:
            raise ConfigurationError([NO_LEGACY_API])
        self._enter_and_run("linking", "linked", self.tools.linking.run)

    def open(self) -> None:
        """Let the users of the run reset their passwords."""
        self._enter_and_run("opening", "opened", self.tools.opening.run)

    def undo(self) -> None:
        """Remove the users of the run who were not used since."""
        tools = self.tools
        run = tools.store.run()
        with tools.turns.take(tools.pool_id) as require:
            if run.stage == "executing":
                self._recover(run)
            tools.store.enter("undoing")
            tools.undo.run(require, self.report.on_outcomes)
            tools.store.enter("undone")

    def _recover(self, run: Run) -> None:
        """Record what a run that was cut short created; it executes no further."""
        tools = self.tools
        if run.target == "create":
            tools.execution.recover(self.report.on_outcomes)
            return
        tools.imports.finish(self.report.on_job)
        tools.reading.record(self.report.on_outcomes)
        tools.store.enter("executed")  # which removes password hashes

    def _find_refusal(self, command: str, run: Run) -> str | None:
        if run.pool_id != self.tools.pool_id:
            return f"the run {run.run_id} is of the pool {run.pool_id}: see AUTHCORE_COGNITO_*"
        if run.stage not in BEFORE[command]:
            return f"the run {run.run_id} is {run.stage}: authcore move show {run.run_id}"
        if command == "link" and self.tools.linking is None:
            return NO_LEGACY_API
        return OPEN_ALREADY if run.target == "import" and command == "open" else None

    def _find_change(self, command: str, run: Run) -> str | None:
        """Name the settings by which another plan would be made; an undo needs none of them."""
        if command not in COMPARED:
            return None
        changed = changed_groups(run.fingerprint, self.tools.read_fingerprint(), but=SOURCE)
        if not changed:
            return None
        named = ", ".join(changed)
        return (
            f"the run {run.run_id} was planned under other settings ({named}): set them as they "
            "were, or plan another run"
        )

    def _compare(self, require: RequireTurn) -> bool:
        """Compare where the last comparison ended more than an hour ago; say whether it was."""
        if not self.tools.survey.is_due():
            return False
        self._survey(require)
        return True

    def _survey(self, require: RequireTurn = lambda: None) -> None:
        for page in self.tools.survey.pages():
            require()
            self.report.on_survey(page.users)
            self.report.on_outcomes(page.existing)

    def _enter_and_run(self, before: RunStage, after: RunStage, work: Callable[..., None]) -> None:
        tools = self.tools
        with tools.turns.take(tools.pool_id) as require:
            tools.store.enter(before)
            work(require, self.report.on_outcomes)
            tools.store.enter(after)
