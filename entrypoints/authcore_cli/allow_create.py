"""``authcore links allow-create``."""

import re
from typing import TYPE_CHECKING, Annotated, Final

import attrs
from cyclopts import Parameter

from authcore.domain.errors import UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.services.accounts.account_creation import create_key
from authcore_cli.process import CommandContext, ExitStatus


if TYPE_CHECKING:
    from authcore_cli.admin_wiring import PendingCreates

ACTION: Final = "links.allow_create"

_SUBJECT: Final = re.compile(r"(?!-)[!-~]{1,128}")


def _is_subject(_: object, text: str) -> None:
    if not _SUBJECT.fullmatch(text):
        raise ValueError("must be a user's sub, as the audit log shows it")


Subject = Annotated[str, Parameter(validator=_is_subject)]


@attrs.frozen
class AllowCreateCommand:
    """
    Lets an operator allow a create that no retry may repeat.

    Attributes:
        context: Of the process.
    """

    context: CommandContext

    def allow_create(self, subject: Subject, /) -> ExitStatus:
        """
        Let the next sign-in of a user create a legacy account, although an earlier one may have.

        LOOK FIRST: if the legacy system has an account of that attempt, the user gets a second one.
        Needs AUTHCORE_COGNITO_* and AUTHCORE_LINKING_*.  Exit status: 0 allowed, 1 nothing stood in
        the way, 2 wrong usage or settings, 3 no answer.

        Args:
            subject: The user's ``sub``: ``subject`` of the audit line with ``link_blind_retry``.
        """
        begun = self.context.pending_creates(self.context.environment)
        if not _forget(begun, subject):
            self.context.complain("no create is remembered of this user in this pool")
            return ExitStatus.REJECTED
        begun.audit.record(AuditEvent.of(ACTION, None, subject=subject))
        self.context.say("the next sign-in of this user may create a legacy account")
        return ExitStatus.OK


def _forget(begun: "PendingCreates", subject: str) -> bool:
    """Forget the create of *subject*; False if none is remembered.  Records an outage."""
    try:
        return begun.intents.forget(create_key(begun.issuer, subject))
    except UnavailableError as error:
        begun.audit.record(AuditEvent.of(ACTION, error, subject=subject))
        raise
