"""An authorization code becomes a session, once."""

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


MAX_ATTEMPT_LIFETIME: Final = timedelta(minutes=10)
"""How long an attempt counts, and how long it is remembered that one was used."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class CodeRedeemer:
    """
    Trades codes for sessions: each code once, and each attempt once.

    Attributes:
        exchanger: Cognito's token endpoint.
        validator: For the same pool and app client.
        seen: Shared by all processes that redeem.
        redirect_uri: The very string of the authorize request.
    """

    _exchanger: CodeExchanger
    _validator: TokenValidator
    _seen: ReplayCache
    _redirect_uri: str

    def redeem(self, code: str, attempt: SignInAttempt) -> Session:
        """
        Trade *code* for the session of *attempt*.

        Code and attempt are used up as soon as the provider may have got the code.  Before that,
        the issuer's keys are made sure of, so that an outage of theirs costs nobody a code.

        Args:
            code: As it came on the callback.

            attempt: Checked to be this browser's, for this client, and in time.

        Raises:
            AttemptRejectedError: Either was used before.

            CodeRejectedError: The provider does not know the code.

            ClientRejectedError: The provider does not know us.

            TokenRejectedError: The provider issued tokens that do not hold; nobody is signed in.

            LoginLostError: Nobody knows what came of it; code and attempt may be used up.

            UnavailableError: Keys or provider cannot be reached.  Nothing is used up: the same may
                be tried again.
        """
        self._validator.require_keys()
        keys = (f"attempt:{attempt.state_digest}", f"code:{digest_of(code)}")
        try:
            self._use_up(keys)
            return self._exchanged(code, attempt)
        except ProviderNotReachedError:
            self._give_back(keys)
            raise
        except UnavailableError as error:
            raise LoginLostError(str(error)) from None

    def _exchanged(self, code: str, attempt: SignInAttempt) -> Session:
        tokens = self._exchanger.exchange(
            code, redirect_uri=self._redirect_uri, code_verifier=attempt.code_verifier
        )
        return validate_session(self._validator, tokens, nonce=attempt.nonce)

    def _use_up(self, keys: tuple[str, str]) -> None:
        for key in keys:
            if not self._seen.first_time(key, MAX_ATTEMPT_LIFETIME):
                raise AttemptRejectedError("the sign-in was already completed")

    def _give_back(self, keys: tuple[str, str]) -> None:
        """Both are ours: the exchange comes after both were new."""
        try:
            for key in keys:
                self._seen.forget(key)
        except UnavailableError as error:
            raise LoginLostError(str(error)) from None
