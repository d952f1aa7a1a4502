"""``authcore links …``."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import attrs
from cyclopts import Parameter, validators

from authcore_cli.links_output import JsonReport, TerminalReport
from authcore_cli.links_run import LinkRun, Summary
from authcore_cli.links_state import RunState
from authcore_cli.process import CommandContext, ExitStatus


MAX_RATE: Final = 25
"""Cognito's user updates a second for an account and region; sign-ins share the quota."""

Rate = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=MAX_RATE))]
JsonLines = Annotated[bool, Parameter(name="--json", negative="")]
Flag = Annotated[bool, Parameter(negative="")]


@attrs.frozen
class LinksCommands:
    """
    Compares the links of pool users and legacy accounts.

    Attributes:
        context: Of the process.
    """

    context: CommandContext

    def audit(self, *, rate: Rate = 10, json_lines: JsonLines = False) -> ExitStatus:
        """
        Report users and accounts that do not name each other.  Changes nothing.

        Reports links without a valid proof, and users who look like one person, too.

        Needs AUTHCORE_COGNITO_*, AUTHCORE_LEGACY_* and AUTHCORE_LINK_PROOF_KEYS.  Exit status: 0
        both sides agree, 1 they do not, 2 wrong usage or settings, 3 no answer, or stopped.

        Args:
            rate: Calls a second, 1 to 25.

            json_lines: Lines of JSON also on a terminal.
        """
        return self._run(rate, LinkRun.audit, None, json_lines=json_lines)

    def repair(
        self,
        *,
        rate: Rate = 10,
        state: Path | None = None,
        dry_run: Flag = False,
        json_lines: JsonLines = False,
    ) -> ExitStatus:
        """
        Write the missing half of every unambiguous link, and its proof; report the others.

        Both sides are read again right before each write.  Needs AUTHCORE_COGNITO_*,
        AUTHCORE_LEGACY_* and AUTHCORE_LINK_PROOF_KEYS.  Exit status: 0 both sides agree now, 1 they
        do not, 2 wrong usage or settings, 3 no answer, or stopped.

        Args:
            rate: Calls a second, 1 to 25.

            state: File with what was read and done, so that a later run continues a stopped one.

            dry_run: Write nothing; say what would be written.

            json_lines: Lines of JSON also on a terminal.
        """
        return self._run(
            rate, lambda run: run.repair(dry_run=dry_run), state, json_lines=json_lines
        )

    def _run(
        self, rate: int, work: Callable[[LinkRun], None], state: Path | None, *, json_lines: bool
    ) -> ExitStatus:
        terminal = self.context.stdout.isatty() and not json_lines
        report = (TerminalReport if terminal else JsonReport)(self.context)
        tools = self.context.link_tools(self.context.environment, rate, report.on_wait)
        run = LinkRun(tools, report, RunState(state, place=tools.place) if state else None)
        try:
            work(run)
        except KeyboardInterrupt:
            self.context.complain("stopped")
        finally:
            report.on_end(run.summary)
            tools.close()
        return _status(run.summary)


def _status(summary: Summary) -> ExitStatus:
    if not summary.complete:
        return ExitStatus.UNAVAILABLE
    return ExitStatus.REJECTED if summary.remaining else ExitStatus.OK
