"""``authcore sync …``."""

from pathlib import Path
from typing import Annotated

import attrs
from cyclopts import Parameter, validators

from authcore_cli.links_commands import Flag, JsonLines
from authcore_cli.process import CommandContext, ExitStatus
from authcore_cli.sync_output import SyncLines, SyncTable
from authcore_cli.sync_run import REFUSED, SyncRun, find_unsettled, sync_user
from authcore_cli.sync_state import SyncState


Writes = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=1000))]


@attrs.frozen
class SyncCommands:
    """
    Brings pool users in step with their legacy accounts.

    Attributes:
        context: Of the process.
    """

    context: CommandContext

    def run(
        self,
        *,
        rate: Writes | None = None,
        state: Path | None = None,
        dry_run: Flag = False,
        json_lines: JsonLines = False,
    ) -> ExitStatus:
        """
        Compare all pool users with their accounts, and write what differs.

        Needs AUTHCORE_COGNITO_*, AUTHCORE_LEGACY_* and AUTHCORE_SYNC_*.  Exit status: 0 all users
        are in step now, 1 some are not, 2 wrong usage or settings, 3 no answer, or stopped.

        Args:
            rate: Writes a second at most; by default AUTHCORE_SYNC_WRITES_PER_SECOND.

            state: File with the page that was reached, so that a later run continues a stopped one.

            dry_run: Write nothing; say what would be written.

            json_lines: Lines of JSON also on a terminal.
        """
        terminal = self.context.stdout.isatty() and not json_lines
        report = (SyncTable if terminal else SyncLines)(self.context)
        tools = self.context.sync_tools(self.context.environment, rate, report.on_wait)
        kept = SyncState(state, place=tools.place, dry_run=dry_run) if state else None
        run = SyncRun(tools, report, kept, dry_run=dry_run)
        try:
            run.run()
        except KeyboardInterrupt:
            self.context.complain("stopped")
        finally:
            report.on_end(run.counts, complete=run.complete)
            tools.close()
        if not run.complete:
            return ExitStatus.UNAVAILABLE
        return ExitStatus.REJECTED if any(find_unsettled(run.counts)) else ExitStatus.OK

    def user(self, legacy_uid: str) -> ExitStatus:
        """
        Bring the pool user of one account in step, e.g. of a message that was put aside.

        Exit status: 0 the user is in step, 1 refused, 2 wrong usage or settings, 3 no answer.

        Args:
            legacy_uid: Id of the legacy account.
        """
        report = SyncLines(self.context)
        tools = self.context.sync_tools(self.context.environment, None, report.on_wait)
        try:
            user = sync_user(tools, legacy_uid)
        finally:
            tools.close()
        report.on_user(user)
        return ExitStatus.REJECTED if user.status == REFUSED else ExitStatus.OK
