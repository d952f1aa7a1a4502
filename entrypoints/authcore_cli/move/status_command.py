"""``authcore move status`` and ``authcore move report``."""

from datetime import date
from pathlib import Path
from typing import Annotated, Final

import attrs
from cyclopts import Parameter, validators

from authcore.domain.errors import ConfigurationError
from authcore_cli.move.cockpit import CockpitSources, Question, put_together
from authcore_cli.move.interruption import stopped_by_sigterm
from authcore_cli.move.report.page import report_page
from authcore_cli.move.status_output import StatusLines, StatusReport, StatusTable
from authcore_cli.process import CommandContext, ExitStatus


MAX_RATE: Final = 30
"""Cognito's pages of ListUsers a second for an account and region; linking shares the quota."""

Rate = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=MAX_RATE))]
Json = Annotated[bool, Parameter(name="--json", negative="")]
Flag = Annotated[bool, Parameter(negative="")]
Files = Annotated[tuple[Path, ...], Parameter(name="--audit", negative="", show_default=False)]
Mails = Annotated[tuple[str, ...], Parameter(name="--mail", negative="", show_default=False)]
Quiet = Annotated[tuple[str, ...], Parameter(name="--quiet", negative="", show_default=False)]


@attrs.frozen
class StatusCommand:
    """
    Shows how far a move is.

    Attributes:
        context: Of the process.
    """

    context: CommandContext

    def status(
        self,
        *,
        last: Flag = False,
        rate: Rate | None = None,
        audit: Files = (),
        mail: Mails = (),
        quiet: Quiet = (),
        json: Json = False,
    ) -> ExitStatus:
        """
        Count the persons in both systems, and say how far the move is and when it will be done.

        Changes nothing in either system.  Needs AUTHCORE_COGNITO_*, AUTHCORE_LEGACY_* and
        AUTHCORE_LINK_PROOF_KEYS.  A stopped count continues within an hour.  Exit status: 0 shown,
        2 wrong usage or settings, 3 no answer, or stopped.

        Args:
            last: Do not count; show the last count.

            rate: Pages a second of each system, 1 to 30; by default two thirds of Cognito's quota,
                20 where it cannot be read.

            audit: File of the audit stream; may be repeated.

            mail: Day on which users were told to sign in, e.g. 2026-12-01; may be repeated.

            quiet: Day on which fewer users come than usually, past or coming, or FIRST/LAST of
                several; may be repeated.

            json: One JSON document also on a terminal.
        """
        question = _question(audit, mail, quiet)
        terminal = self.context.stdout.isatty() and not json
        report = (StatusTable if terminal else StatusLines)(self.context)
        if not last:
            try:
                self._count(rate, report)
            except KeyboardInterrupt:
                self.context.complain("stopped: the same command continues within an hour")
                return ExitStatus.UNAVAILABLE
        report.show(put_together(self._sources(), question))
        return ExitStatus.OK

    def report(
        self, *, out: Path, audit: Files = (), mail: Mails = (), quiet: Quiet = ()
    ) -> ExitStatus:
        """
        Draw how far the move is: one HTML file without scripts, with every count so far.

        Asks neither system: run move status before.  Needs AUTHCORE_COGNITO_*.  Exit status: 0
        written, 2 wrong usage or settings.

        Args:
            out: File to write; one that is there is replaced.

            audit: File of the audit stream; may be repeated.

            mail: Day on which users were told to sign in, e.g. 2026-12-01; may be repeated.

            quiet: Day on which fewer users come than usually, past or coming, or FIRST/LAST of
                several; may be repeated.
        """
        question = _question(audit, mail, quiet)
        cockpit = put_together(self._sources(), question)
        _write(out, report_page(cockpit))
        self.context.say(f"{out}")
        return ExitStatus.OK

    def _count(self, rate: int | None, report: StatusReport) -> None:
        context = self.context
        tools = context.census_tools(context.environment, rate, report.on_wait, context.clock)
        try:
            with stopped_by_sigterm():
                for progress in tools.taker.read():
                    report.on_page(progress)
                self._sources().history.add(tools.taker.count(progress))
        finally:
            report.on_counted()
            tools.close()

    def _sources(self) -> CockpitSources:
        return self.context.cockpit_sources(self.context.environment, self.context.clock)


def _question(audit: tuple[Path, ...], mail: tuple[str, ...], quiet: tuple[str, ...]) -> Question:
    return Question(
        audit=audit,
        mails=tuple(_day(each, "--mail") for each in mail),
        quiet=tuple(day for each in quiet for day in _days(each)),
    )


def _days(text: str) -> list[date]:
    first, _, last = text.partition("/")
    begin, end = _day(first, "--quiet"), _day(last or first, "--quiet")
    if not 0 <= (end - begin).days <= 366:
        raise ConfigurationError(
            [f"--quiet {text}: the last day is not within a year of the first"]
        )
    return [date.fromordinal(each) for each in range(begin.toordinal(), end.toordinal() + 1)]


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError([f"{option} must be a day like 2026-12-01"]) from None


def _write(out: Path, page: str) -> None:
    """Write *page* as a whole or not at all."""
    part = out.with_name(f".{out.name}.part")
    try:
        part.write_text(page, "utf-8")
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ConfigurationError([f"{out} cannot be written: {error.strerror}"]) from None
