"""Exchange an authorization code for a session, once."""

from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.errors import (
    AttemptRejectedError,
    LoginLostError,
    ProviderNotReachedError,
    UnavailableError,
)
from authcore.domain.model.session import Session, SignInAttempt
from authcore.domain.services.sessions.session_validation import validate_session
from authcore.domain.services.sign_in.authorization import digest_of
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.coordination import ReplayCache
from authcore.ports.token_endpoint import CodeExchanger


MAX_ATTEMPT_LIFETIME: Final = timedelta(hours=1)
"""
How long an attempt can be valid, and how long the replay cache keeps a used one.

As long as Cognito remembers a browser.
"""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class CodeRedeemer:
    """
    Exchanges codes for sessions: each code once, and each attempt once.

    Attributes:
        exchanger: Cognito's token endpoint.
        validator: For the same pool and app client.
        replay_cache: Shared by all processes that serve the callback.
    """

    exchanger: CodeExchanger
    validator: TokenValidator
    replay_cache: ReplayCache

    def redeem(self, code: str, attempt: SignInAttempt, *, redirect_uri: str) -> Session:
        """
        Exchange *code* for the session of *attempt*.

        Code and attempt are used up as soon as the provider may have received the code.  The
        issuer's keys are loaded first, so that an outage of the key source uses up no code.

        Args:
            code: As the callback received it.

            attempt: Already checked: of this browser, for this client, and not expired.

            redirect_uri: The exact string of the authorize request.

        Raises:
            AttemptRejectedError: The code or the attempt was used before.

            CodeRejectedError: The provider does not know the code.

            LoginClientMisconfiguredError: The provider refuses the app client.

            TokenRejectedError: The provider issued invalid tokens; no user is signed in.

            LoginLostError: The outcome is unknown; code and attempt may be used up.

            UnavailableError: Keys or provider cannot be reached.  Nothing is used up, so that the
                same call may be repeated.
        """
        self.validator.require_keys()
        keys = (f"attempt:{attempt.state_digest}", f"code:{digest_of(code)}")
        try:
            self._use_up(keys)
            tokens = self.exchanger.exchange(
                code, redirect_uri=redirect_uri, code_verifier=attempt.code_verifier
            )
            return validate_session(self.validator, tokens, nonce=attempt.nonce)
        except ProviderNotReachedError:
            self._give_back(keys)
            raise
        except UnavailableError as error:
            raise LoginLostError.after(error) from None

    def _use_up(self, keys: tuple[str, str]) -> None:
        for key in keys:
            if not self.replay_cache.first_time(key, MAX_ATTEMPT_LIFETIME):
                raise AttemptRejectedError("the sign-in was already completed")

    def _give_back(self, keys: tuple[str, str]) -> None:
        """Release both keys.  This call entered them: the exchange starts after both were new."""
        try:
            for key in keys:
                self.replay_cache.forget(key)
        except UnavailableError as error:
            raise LoginLostError.after(error) from None
