"""
Sign users in by password on a team's own page, and through the challenges that follow.

Cognito cannot migrate a user in an SRP flow, because it does not receive the password.  With
*migrating*, a refused SRP sign-in is tried once more in a flow that sends it.  Cognito then counts
a wrong password twice towards its lockout; every refusal, for known and unknown users alike, costs
the same calls.
"""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore.domain.errors import ConfigurationError, CredentialsRejectedError
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.challenges import (
    MIGRATING,
    Challenge,
    ChallengeAnswer,
    Device,
    FirstFactor,
    PasswordFlow,
    TotpSecret,
)
from authcore.domain.model.session import Session
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sessions.session_validation import validate_session
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.password_authentication import NO_METADATA, PasswordAuthenticator


BEGIN: Final = "password.begin"
CHALLENGE: Final = "password.challenge"
"""Actions of audit events, which the entrypoints record."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class PasswordSignIn:
    """
    Signs users in at one app client of one pool.  Threads share it.

    Attributes:
        authenticator: Cognito's API.
        validator: For the same pool and app client.
        flow: How a sign-in begins.
        migrating: The flow in which a refused one is tried again, for users who are not migrated
            yet; one of MIGRATING.  Default: None, no second try.

    Raises:
        ConfigurationError: *migrating* does not migrate, or *flow* does already.
    """

    authenticator: PasswordAuthenticator
    validator: TokenValidator
    flow: PasswordFlow
    migrating: PasswordFlow | None = None

    def __attrs_post_init__(self) -> None:
        if self.migrating is None:
            return
        if self.migrating not in MIGRATING:
            raise ConfigurationError([f"migrating must be one of {', '.join(sorted(MIGRATING))}"])
        if self.flow in MIGRATING:
            raise ConfigurationError(["migrating must be left out where flow itself migrates"])

    def begin(
        self,
        credentials: Credentials,
        *,
        device: Device | None = None,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> Session | Challenge:
        """
        Begin a sign-in with a password; the arguments are those of the port.

        The issuer's keys are loaded first, so that their outage uses up no attempt of the user.

        Returns:
            The session, every token checked; or what Cognito asks next.

        Raises:
            CredentialsRejectedError: Unknown or disabled user, wrong password, too many attempts;
                by subclass: no confirmed sign-up, or a password that must be reset.

            TokenRejectedError: Cognito issued invalid tokens; no user is signed in.

            UnavailableError: No usable answer; a subclass says whether an operator must act.
        """
        self.validator.require_keys()
        try:
            begun = self.authenticator.begin(
                credentials, flow=self.flow, device=device, metadata=metadata
            )
        except CredentialsRejectedError as refusal:
            if self.migrating is None or type(refusal) is not CredentialsRejectedError:
                raise
            begun = self.authenticator.begin(
                credentials, flow=self.migrating, device=device, metadata=metadata
            )
        return self._check(begun)

    def begin_choice(
        self,
        username: str,
        *,
        preferred: FirstFactor | None = None,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> Challenge:
        """
        Begin a sign-in without a password; see the port.

        Raises:
            CredentialsRejectedError: No such user, or one who cannot sign in so.

            UnavailableError: No usable answer.
        """
        return self.authenticator.begin_choice(username, preferred=preferred, metadata=metadata)

    def begin_totp_setup(self, challenge: Challenge) -> TotpSecret:
        """
        Make the secret of an authenticator application, for a *challenge* MFA_SETUP; see the port.

        Raises:
            RejectedError: Another challenge, or too old.

            UnavailableError: No usable answer.
        """
        return self.authenticator.begin_totp_setup(challenge)

    def answer(
        self,
        challenge: Challenge,
        answer: ChallengeAnswer,
        *,
        device: Device | None = None,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> Session | Challenge:
        """
        Answer *challenge*; the arguments are those of the port.

        Returns:
            The session, every token checked; or what Cognito asks next.

        Raises:
            RejectedError: Of the port, where its kinds tell what the user can do.

            TokenRejectedError: Cognito issued invalid tokens; no user is signed in.

            UnavailableError: No usable answer.  The challenge may be used up.
        """
        self.validator.require_keys()
        return self._check(
            self.authenticator.answer(challenge, answer, device=device, metadata=metadata)
        )

    def _check(self, answered: TokenSet | Challenge) -> Session | Challenge:
        if isinstance(answered, Challenge):
            return answered
        return validate_session(self.validator, answered)
