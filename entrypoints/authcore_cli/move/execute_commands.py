"""``authcore move check``, ``run``, ``link``, ``open`` and ``undo``."""

from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from typing import Final

import attrs

from authcore.domain.errors import AttributesMissingError, ProviderMisconfiguredError
from authcore.domain.model.moves import RunStage
from authcore.domain.services.moves.execution import WHOLE_BATCH
from authcore_cli.links_commands import JsonLines
from authcore_cli.move.interruption import stopped_by_sigterm
from authcore_cli.move.run_output import RunLines, RunProgress
from authcore_cli.move.run_tools import RunReport, RunTools
from authcore_cli.move.run_work import RunWork
from authcore_cli.process import CommandContext, ExitStatus


UNSETTLED: Final[Mapping[str, frozenset[str]]] = {
    "check": frozenset({"exists"}),
    "run": frozenset({"exists", "refused"}),
    "link": frozenset({"created", "opened"}),
    "open": frozenset({"created", "linked"}),
    "undo": frozenset({"created", "linked", "opened", "kept"}),
}
"""Outcomes, by command, for which it ends with status 1."""

FOLLOWING: Final[Mapping[RunStage, str]] = {
    "planned": "run",
    "executing": "run",
    "executed": "link",
    "linking": "link",
    "linked": "open",
    "opening": "open",
    "undoing": "undo",
}
"""The command that follows, by the stage that was reached; ``ready`` where none does."""

_SETTLED: Final[frozenset[RunStage]] = frozenset({"executed", "linked"})
"""Stages after which the next command is left out where it has no user to work on."""


@attrs.frozen
class ExecuteCommands:
    """
    Compares a run with its pool, executes it and takes it back.

    Attributes:
        context: Of the process.
    """

    context: CommandContext

    def check(self, run: str, *, json_lines: JsonLines = False) -> ExitStatus:
        """
        Compare the plan with the live pool.  Writes nothing to the pool.

        Reads the whole pool, 60 users a call, and records which planned users exist there: those
        are not created.  Needs AUTHCORE_COGNITO_*, AUTHCORE_MOVE_*, AUTHCORE_MIGRATION_* and
        AUTHCORE_LINK_PROOF_KEYS.  Exit status: 0 all planned users can be created, 1 some exist, 2
        wrong usage or settings, 3 no answer, or stopped.

        Args:
            run: Id of the run.

            json_lines: Lines of JSON also on a terminal.
        """
        return self._work(run, "check", RunWork.check, json_lines=json_lines)

    def run(
        self, run: str, *, accept_refused: bool = False, json_lines: JsonLines = False
    ) -> ExitStatus:
        """
        Create the users of a run, or continue.

        Compares the pool first, unless that was done within the hour.  Needs the same variables as
        check.  Exit status: 0 all are created, 1 some exist or were refused, 2 wrong usage or
        settings, 3 no answer, or stopped: the same command continues.

        Args:
            run: Id of the run.

            accept_refused: Record also ten users and more as refused where the pool refuses a whole
                batch for one reason. Without it the run stops there.

            json_lines: Lines of JSON also on a terminal.
        """
        execute = partial(RunWork.execute, accepts_refused=accept_refused)
        try:
            return self._work(run, "run", execute, json_lines=json_lines)
        except (AttributesMissingError, ProviderMisconfiguredError) as error:
            if error.detail in WHOLE_BATCH:
                self.context.complain(
                    "correct that and repeat the command; or, where each of them is refused by "
                    f"right: authcore move run {run} --accept-refused"
                )
            raise

    def link(self, run: str, *, json_lines: JsonLines = False) -> ExitStatus:
        """
        Link the created users with their accounts, on both sides.

        Makes each user active in Cognito's bill of the month.  From then on the old login of a user
        who has no pool password no longer works, where it asks the pool.  Needs AUTHCORE_LEGACY_*
        too.  Exit status: 0 all are linked, 1 some are not, 2 wrong usage or settings, 3 no answer,
        or stopped: the same command continues.

        Args:
            run: Id of the run.

            json_lines: Lines of JSON also on a terminal.
        """
        return self._work(run, "link", RunWork.link, json_lines=json_lines)

    def open(self, run: str, *, json_lines: JsonLines = False) -> ExitStatus:
        """
        Let users who were created one by one reset their passwords.

        Gives each a random password that is thrown away; an undo keeps them from then on.  Exit
        status: as of link.

        Args:
            run: Id of the run.

            json_lines: Lines of JSON also on a terminal.
        """
        return self._work(run, "open", RunWork.open, json_lines=json_lines)

    def undo(self, run: str, *, json_lines: JsonLines = False) -> ExitStatus:
        """
        Remove the users whom a run created, and keep every one who may have been used.

        Also of a run that was cut short: jobs of an import that were started are awaited first.
        Exit status: 0 all are removed, 1 some are kept, 2 wrong usage or settings, 3 no answer, or
        stopped: the same command continues.

        Args:
            run: Id of the run.

            json_lines: Lines of JSON also on a terminal.
        """
        return self._work(run, "undo", RunWork.undo, json_lines=json_lines)

    def _work(
        self, run: str, command: str, work: Callable[[RunWork], None], *, json_lines: bool
    ) -> ExitStatus:
        terminal = self.context.stdout.isatty() and not json_lines
        report: RunReport = (RunProgress if terminal else RunLines)(self.context)
        tools = self.context.run_tools(self.context.environment, run, report.on_wait)
        with closing(tools):
            steps = RunWork(tools, report)
            steps.begin(command)
            complete = False
            try:
                complete = self._finish(steps, work)
            finally:
                _show_end(tools, report, complete=complete)
            unsettled = {kind for kind, _ in tools.store.counts()} & UNSETTLED[command]
        if not complete:
            return ExitStatus.UNAVAILABLE
        return ExitStatus.REJECTED if unsettled else ExitStatus.OK

    def _finish(self, steps: RunWork, work: Callable[[RunWork], None]) -> bool:
        try:
            with stopped_by_sigterm():
                work(steps)
        except KeyboardInterrupt:
            self.context.complain("stopped")
            return False
        return True


def _show_end(tools: RunTools, report: RunReport, *, complete: bool) -> None:
    run = tools.store.run()
    following = _find_following(tools)
    line = f"authcore move {following} {run.run_id}" if following else "authcore move ready"
    report.on_end(run, tools.store.counts(), complete=complete, following=line)


def _find_following(tools: RunTools) -> str | None:
    run = tools.store.run()
    following = FOLLOWING.get(run.stage)
    if following == "link" and tools.linking is None:
        following = "open"
    if following is None or (following == "open" and run.target == "import"):
        return None
    kinds = {kind for kind, _ in tools.store.counts()}
    has_work = run.stage not in _SETTLED or kinds & UNSETTLED[following]
    return following if has_work else None
