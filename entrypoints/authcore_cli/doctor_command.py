"""``authcore doctor``."""

from typing import Annotated

import attrs
from cyclopts import Parameter

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.checks import UNREAD, Report
from authcore_cli.close_names import unknown_name
from authcore_cli.doctor_output import JsonDoctorOutput, TerminalDoctorOutput
from authcore_cli.process import CommandContext, ExitStatus


Json = Annotated[bool, Parameter(name="--json", negative="")]
Only = Annotated[tuple[str, ...], Parameter(name="--only", negative="", show_default=False)]
Without = Annotated[tuple[str, ...], Parameter(name="--except", negative="", show_default=False)]


@attrs.frozen
class DoctorCommand:
    """Examines a deployment."""

    context: CommandContext

    def doctor(
        self,
        *,
        only: Only = (),
        without: Without = (),
        json: Json = False,
    ) -> ExitStatus:
        """
        Check that pool, clients, triggers, tables, keys and proxies are set up as authcore needs.

        Changes nothing.  Reads the AUTHCORE_* variables of one entrypoint, or of all of them, and
        with AWS credentials (deploy/policies/doctor.json) what they name.  Each finding has the
        command that mends it.  Exit status: 0 nothing to mend, 1 findings, 2 wrong usage or
        settings, 3 no finding, and not everything could be read.

        Args:
            only: Id of a check to ask; may be repeated.  All of them by default.

            without: Id of a check to leave out; may be repeated.

            json: One JSON document also on a terminal.
        """
        _require_known((*only, *without))
        is_terminal = self.context.stdout.isatty() and not json
        output = (TerminalDoctorOutput if is_terminal else JsonDoctorOutput)(self.context)
        opened = self.context.examination(self.context.environment, output.on_part)
        try:
            report = opened.examination.report(only=only, without=without)
        finally:
            output.on_end()
            opened.close()
        output.show(report)
        return _status(report)


def _status(report: Report) -> ExitStatus:
    if any(each.id != UNREAD for each in report.findings):
        return ExitStatus.REJECTED
    return ExitStatus.OK if report.is_complete else ExitStatus.UNAVAILABLE


def _require_known(ids: tuple[str, ...]) -> None:
    from authcore.domain.services.doctor.registry import CHECKS  # noqa: PLC0415 - not at start-up

    known = [check.id for check in CHECKS]
    problems = [unknown_name("check", each, known) for each in ids if each not in known]
    if problems:
        raise ConfigurationError(problems)
