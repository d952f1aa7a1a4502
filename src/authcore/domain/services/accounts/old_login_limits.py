"""How often the old login may ask about passwords."""

import hashlib

import attrs

from authcore.domain.model.moved_account import MovedAccount
from authcore.ports.attempt_limits import AttemptLimiter


@attrs.frozen(kw_only=True, eq=False, repr=False)
class OldLoginLimits:
    """
    Limits the attempts for each user, and of each calling program, before anything is checked.

    Right and wrong passwords count alike.  A limit that cannot be counted admits no attempt.

    Attributes:
        users: Counts by pool user.
        callers: Counts by calling program.
    """

    users: AttemptLimiter
    callers: AttemptLimiter

    def admit(self, account: MovedAccount, caller: str) -> None:
        """
        Count one attempt.

        An attempt that the user's limit refuses does not count for the caller: guesses at one user
        do not keep the others out.

        Raises:
            TooManyAttemptsError: One of the limits is reached.

            CoordinationUnavailableError: The limits cannot be counted.
        """
        self.users.admit(_digest(f"old login\n{account.cognito_id}"))
        self.callers.admit(_digest(f"caller\n{caller}"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
