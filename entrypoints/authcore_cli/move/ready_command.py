"""``authcore move ready``."""

from typing import Annotated, Final

import attrs
from cyclopts import Parameter

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.deployment import UnreadPartError
from authcore.domain.model.readiness import Evidence, Verdict
from authcore.domain.model.runbook import Stage
from authcore.domain.services.moves.readiness import CHECKS, assess
from authcore.domain.services.moves.runbook import recognise
from authcore_cli.close_names import unknown_name
from authcore_cli.move.evidence_options import History, Json, Rate, read_evidence, stop
from authcore_cli.move.ready_output import show_json, show_terminal
from authcore_cli.process import CommandContext, ExitStatus


Without = Annotated[tuple[str, ...], Parameter(name="--except", negative="", show_default=False)]

STATUSES: Final[dict[Verdict, ExitStatus]] = {
    "ready": ExitStatus.OK,
    "blocked": ExitStatus.REJECTED,
    "unknown": ExitStatus.UNAVAILABLE,
}


@attrs.frozen
class ReadyCommand:
    """
    Says whether the old login can be switched off.

    Attributes:
        context: Of the process.
    """

    context: CommandContext

    def ready(
        self,
        *,
        history: History = (),
        without: Without = (),
        rate: Rate = 10,
        json: Json = False,
    ) -> ExitStatus:
        """
        Say what still stands in the way of switching the old login off, and the next step.

        Changes nothing.  Reads both directories, the runs and the last count of authcore move, the
        queues of dead letters, what authcore doctor reads, and the history.  What cannot be read
        never counts as fine.  Exit status: 0 ready, 1 something stands in the way, 2 wrong usage or
        settings, 3 nothing does in what could be read, and not everything could be, or every check
        is left out.

        Args:
            history: File with audit lines, or with the guards' counts of Prometheus; may be
                repeated.

            without: Id of a check to leave out; may be repeated.

            rate: Calls a second for the links, 1 to 25.

            json: One JSON document also on a terminal.
        """
        _require_known(without)
        is_terminal = self.context.stdout.isatty() and not json
        try:
            evidence = read_evidence(self.context, history, rate, is_terminal=is_terminal)
        except KeyboardInterrupt:
            return stop(self.context)
        answer = assess(evidence, without=without)
        show = show_terminal if is_terminal else show_json
        show(self.context, answer, stage_of(evidence))
        return STATUSES[answer.verdict]


def stage_of(evidence: Evidence) -> Stage | str:
    """Return how far the move is, or why that is not known."""
    try:
        return recognise(evidence)
    except UnreadPartError as unread:
        return str(unread)


def _require_known(ids: tuple[str, ...]) -> None:
    known = [check.id for check in CHECKS]
    problems = [unknown_name("check", each, known) for each in ids if each not in known]
    if problems:
        raise ConfigurationError(problems)
