"""Registration of an authenticator app, and its codes."""

from typing import Final

import attrs

from authcore.ports.system import Clock, Entropy
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.user_pool.software_tokens import SoftwareToken
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


FACTOR: Final = "SOFTWARE_TOKEN_MFA"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SoftwareTokenMfa:
    """
    Keeps a registered app until another one has been verified.

    A code counts once: neither it nor an earlier one is taken again.  Taking one is a write,
    which a recovery of the pool refuses.
    """

    config: PoolConfig
    users: UserStore
    clock: Clock
    entropy: Entropy

    def associate(self, user: PoolUser) -> str:
        """
        Offer a new secret to the user's app, and return it: base32.

        Raises:
            CognitoError: SoftwareTokenMFANotFoundException: the pool has no MFA.
        """
        if self.config.mfa == "OFF":
            raise _not_found("Software Token MFA has not been enabled for the userPool.")
        offered = SoftwareToken.fresh(self.entropy)
        self.users.change(user.username, lambda each: attrs.evolve(each, offered_token=offered))
        return offered.secret_code

    def verify(self, user: PoolUser, code: str) -> None:
        """
        Register the app that was offered a secret, by one of its codes.

        Raises:
            CognitoError: SoftwareTokenMFANotFoundException (no secret was offered), or
                EnableSoftwareTokenMFAException (wrong code).
        """
        self.users.change(user.username, lambda each: self._register(each, code))

    def check(self, user: PoolUser, code: str) -> None:
        """
        Take a code of the registered app.

        Raises:
            CognitoError: SoftwareTokenMFANotFoundException, CodeMismatchException, or
                ExpiredCodeException (taken before).
        """
        self.users.change(user.username, lambda each: self._use(each, code))

    def _register(self, user: PoolUser, code: str) -> PoolUser:
        offered = user.offered_token
        if offered is None:
            raise _not_found("No software token was associated with this user.")
        step = offered.step_of(code, self.clock.now())
        if step is None:
            raise CognitoError("EnableSoftwareTokenMFAException", "Code mismatch")
        registered = attrs.evolve(offered, last_step=step)
        return attrs.evolve(user, software_token=registered, offered_token=None)

    def _use(self, user: PoolUser, code: str) -> PoolUser:
        token = user.software_token
        if token is None:
            raise _not_found("The user has no software token.")
        step = token.step_of(code, self.clock.now())
        if step is None:
            raise CognitoError("CodeMismatchException", "Invalid code received for user")
        if step <= token.last_step:
            raise CognitoError(
                "ExpiredCodeException", "Your software token has already been used once."
            )
        return attrs.evolve(user, software_token=attrs.evolve(token, last_step=step))


def _not_found(message: str) -> CognitoError:
    return CognitoError("SoftwareTokenMFANotFoundException", message)
