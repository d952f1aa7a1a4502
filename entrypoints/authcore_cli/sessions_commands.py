"""``authcore sessions …``."""

from typing import Final

import attrs

from authcore.domain.services.sessions.sign_out_everywhere import EndedUser
from authcore_cli.process import CommandContext, ExitStatus
from authcore_cli.terminal_text import printable


TOKENS_STAY_VALID: Final = (
    "no revocation list is shared (AUTHCORE_REVOCATIONS_KEPT_IN=table): tokens that the user "
    "holds stay valid until they expire"
)
"""Printed where tokens that are already issued are not revoked."""

NO_LIST: Final = (
    "no revocation list is shared (AUTHCORE_REVOCATIONS_KEPT_IN=table): no session of the old "
    "login is refused"
)

NO_CALL: Final = "the legacy API has no call that ends all sessions of an account; end them there"


@attrs.frozen
class SessionsCommands:
    """
    Ends sessions for an administrator.

    Attributes:
        context: Of the process.
    """

    context: CommandContext

    def end(self, username: str, /) -> ExitStatus:
        """
        End every session that a user has now, on every device.  The user may sign in again.

        Cognito refuses to refresh them from now on.  Where the doors read revocations from a table
        (AUTHCORE_REVOCATIONS_KEPT_IN=table, AUTHCORE_STORE_TABLE), signed tokens are refused from
        the next request on; by default (nowhere) they stay valid until they expire.  Open
        WebSockets and streams end up to AUTHCORE_GUARD_OPEN_CHECK later, a minute by default.
        To prevent another sign-in, disable the user in the pool first.

        Sessions of the old login do not end: the command says at which legacy account they remain.
        The same doors refuse them, if that account names the user: those that began before, or,
        where the legacy system does not say when a session began, all of them for 400 days or until
        ``authcore sessions allow``.

        Needs AUTHCORE_COGNITO_*.  Exit status: 0 ended, 1 no such user, 2 wrong usage or settings,
        3 no answer: run it again; ending sessions twice is harmless.

        Args:
            username: Of the user in the pool, or an alias.
        """
        tools = self.context.session_tools(self.context.environment)
        ended = tools.everywhere.end(username)
        self.context.say(f"all Cognito sessions of {ended.subject} have ended")
        if not tools.at_once:
            self.context.complain(TOKENS_STAY_VALID)
        self.context.complain(_describe_old_login(ended))
        return ExitStatus.OK

    def allow(self, username: str, /) -> ExitStatus:
        """
        Admit a user's sessions of the old login again, after ``authcore sessions end``.

        Needed only where the legacy system does not say when a session began: then the doors refuse
        later sessions too.  The sessions from before ``end`` must have ended in the legacy system:
        they are admitted again as well.  Cognito sessions stay ended.

        Needs AUTHCORE_COGNITO_* and the table.  Exit status: 0 allowed, 1 no such user, 2 wrong
        usage or settings, 3 no answer: run it again.

        Args:
            username: Of the user in the pool, or an alias.
        """
        tools = self.context.session_tools(self.context.environment)
        if not tools.at_once:
            self.context.complain(NO_LIST)
            return ExitStatus.OK
        subject = tools.everywhere.admit_undated(username)
        self.context.say(f"sessions of the old login of {subject} are admitted again")
        return ExitStatus.OK


def _describe_old_login(ended: EndedUser) -> str:
    """Say which sessions of the old login remain, and who refuses them until when."""
    account = "a legacy account that names this user, if there is one,"
    if ended.legacy_uid is not None:
        account = f"legacy account {printable(ended.legacy_uid)}"
    meanwhile = "meanwhile they are admitted everywhere: no revocation list is shared"
    if ended.refused_until is not None:
        until = ended.refused_until.strftime("%Y-%m-%d %H:%M UTC")
        meanwhile = (
            f"until {until} the doors that read the table refuse them, if the legacy system stores "
            f"{ended.subject} at the account"
        )
    return f"sessions of the old login at {account} have not ended: {NO_CALL}; {meanwhile}"
