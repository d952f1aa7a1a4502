"""``authcore move rollback``."""

from typing import Final

import attrs

from authcore.domain.model.runbook import WayBackVerdict
from authcore.domain.services.moves.way_back import way_back
from authcore_cli.move.evidence_options import History, Json, Rate, read_evidence
from authcore_cli.move.rollback_output import show_json, show_terminal
from authcore_cli.process import CommandContext, ExitStatus


STATUSES: Final[dict[WayBackVerdict, ExitStatus]] = {
    "safe": ExitStatus.OK,
    "lossy": ExitStatus.REJECTED,
    "unknown": ExitStatus.UNAVAILABLE,
}


@attrs.frozen
class RollbackCommand:
    """
    Prints the way back to the old login.

    Attributes:
        context: Of the process.
    """

    context: CommandContext

    def rollback(self, *, history: History = (), rate: Rate = 10, json: Json = False) -> ExitStatus:
        """
        Print the steps back to the old login, and what users would miss there.  Changes nothing.

        Reads what authcore move ready reads.  Exit status: 0 users miss nothing, 1 something is in
        Cognito only, 2 wrong usage or settings, 3 nothing is in what could be read, and not
        everything could be.

        Args:
            history: File with audit lines, or with the guards' counts of Prometheus; may be
                repeated.

            rate: Calls a second for the links, 1 to 25.

            json: One JSON document also on a terminal.
        """
        is_terminal = self.context.stdout.isatty() and not json
        found = way_back(read_evidence(self.context, history, rate, is_terminal=is_terminal))
        (show_terminal if is_terminal else show_json)(self.context, found)
        return STATUSES[found.verdict]
