"""``authcore move plan``."""

from typing import Annotated

import attrs
from cyclopts import Parameter

from authcore_cli.links_commands import JsonLines
from authcore_cli.move.interruption import stopped_by_sigterm
from authcore_cli.move.plan_job import PlanJob, begin, resume
from authcore_cli.move.plan_output import PlanLines, PlanProgress
from authcore_cli.process import CommandContext, ExitStatus


Continued = Annotated[str | None, Parameter(name="--continue")]


@attrs.frozen
class PlanCommand:
    """
    Plans runs.

    Attributes:
        context: Of the process.
    """

    context: CommandContext

    def plan(self, *, continued: Continued = None, json_lines: JsonLines = False) -> ExitStatus:
        """
        Decide what becomes of each user of the source.  Changes nothing in pool and source.

        Keeps the plan as a run in AUTHCORE_MOVE_RUNS.  Reads AUTHCORE_SOURCE_*, AUTHCORE_MOVE_*,
        AUTHCORE_MIGRATION_*, AUTHCORE_LINK_PROOF_KEYS and AUTHCORE_COGNITO_*.  Exit status: 0 the
        run is planned, rejected rows included; 2 wrong usage or settings; 3 no answer, or stopped:
        continue the run.

        Args:
            continued: Id of a run that was stopped; it must have begun under the same settings.

            json_lines: Lines of JSON also on a terminal.
        """
        terminal = self.context.stdout.isatty() and not json_lines
        report = (PlanProgress if terminal else PlanLines)(self.context)
        tools = self.context.plan_tools(self.context.environment, report.on_wait)
        try:
            if continued is None:
                store = begin(tools, clock=self.context.clock, entropy=self.context.entropy)
            else:
                store = resume(tools, continued)
            return self._work(PlanJob(tools, store, report))
        finally:
            tools.close()

    def _work(self, job: PlanJob) -> ExitStatus:
        try:
            with stopped_by_sigterm():
                job.work()
        except KeyboardInterrupt:
            self.context.complain("stopped")
            return ExitStatus.UNAVAILABLE
        finally:
            job.end()
        return ExitStatus.OK
