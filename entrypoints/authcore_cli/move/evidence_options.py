"""Options of the commands that look at a whole move, and how they read the evidence."""

from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter, validators

from authcore.domain.model.readiness import Evidence
from authcore_cli.move.evidence_progress import EvidenceProgress
from authcore_cli.process import CommandContext


MAX_RATE: Final = 25

History = Annotated[tuple[Path, ...], Parameter(name="--history", negative="", show_default=False)]
Rate = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=MAX_RATE))]
Json = Annotated[bool, Parameter(name="--json", negative="")]


def read_evidence(
    context: CommandContext, history: tuple[Path, ...], rate: int, *, is_terminal: bool
) -> Evidence:
    """
    Read everything that the variables and *history* name.

    Raises:
        ConfigurationError: Names every missing and every wrong variable of the command's own.
    """
    from authcore_cli.move.evidence_wiring import (  # noqa: PLC0415 - boto3 is slow to import
        EvidenceRequest,
    )

    progress = EvidenceProgress(context, is_shown=is_terminal)
    request = EvidenceRequest(
        history=history,
        rate=rate,
        clock=context.clock,
        examination=context.examination,
        link_tools=context.link_tools,
        on_part=progress.on_part,
        on_page=progress.on_page,
        on_wait=progress.on_wait,
    )
    opened = context.evidence(context.environment, request)
    try:
        return opened.reader.gather()
    finally:
        progress.on_end()
        opened.close()
