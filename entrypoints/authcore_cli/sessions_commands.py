"""``authcore sessions …``."""

from typing import Final

import attrs

from authcore_cli.process import CommandContext, ExitStatus


TOKENS_STAY_VALID: Final = (
    "no revocation list is shared (AUTHCORE_REVOCATIONS_KEPT_IN=table): tokens that the user "
    "holds stay valid until they expire"
)
"""Printed where tokens that are already issued are not revoked."""


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

        Cognito refuses to refresh them from now on.  Signed tokens end at once where the doors read
        revocations from a table (AUTHCORE_REVOCATIONS_KEPT_IN=table, AUTHCORE_STORE_TABLE); if not,
        they stay valid until they expire.  Sessions of the old login end in the legacy system.  To
        prevent another sign-in, disable the user in the pool first.

        Needs AUTHCORE_COGNITO_*.  Exit status: 0 ended, 1 no such user, 2 wrong usage or settings,
        3 no answer: run it again; ending sessions twice is harmless.

        Args:
            username: Of the user in the pool, or an alias.
        """
        tools = self.context.session_tools(self.context.environment)
        subject = tools.everywhere.end(username)
        self.context.say(f"all sessions of {subject} have ended")
        if not tools.at_once:
            self.context.complain(TOKENS_STAY_VALID)
        return ExitStatus.OK
