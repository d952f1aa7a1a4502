"""``authcore sessions …``."""

from typing import Final

import attrs

from authcore_cli.process import CommandContext, ExitStatus


LIVES_ON: Final = (
    "no list of revocations is shared (AUTHCORE_REVOCATIONS_KEPT_IN=table): tokens that the user "
    "holds are good until they expire"
)
"""What is said where nothing ends the tokens themselves."""


@attrs.frozen
class SessionsCommands:
    """
    Ends sessions for an administrator.

    Attributes:
        context: The process.
    """

    context: CommandContext

    def end(self, username: str, /) -> ExitStatus:
        """
        End every session that a user has now, on every device.  The user may sign in again.

        Cognito refuses to go on with them from now on.  Signed tokens end at once where the doors
        read revocations in a table (AUTHCORE_REVOCATIONS_KEPT_IN=table, AUTHCORE_STORE_TABLE); if
        not, they are good until they expire.  Sessions of the old login end in the legacy system.
        To keep the user out, disable the user in the pool first.

        Needs AUTHCORE_COGNITO_*.  Exit status: 0 ended, 1 no such user, 2 wrong usage or settings,
        3 no answer: run it again, it does no harm.

        Args:
            username: Of the user in the pool, or an alias.
        """
        tools = self.context.session_tools(self.context.environment)
        subject = tools.everywhere.end(username)
        self.context.say(f"all sessions of {subject} have ended")
        if not tools.at_once:
            self.context.complain(LIVES_ON)
        return ExitStatus.OK
