"""Cognito's own sign-in: password, challenges, tokens."""

from abc import abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

from authcore.domain.model.accounts import Credentials
from authcore.domain.model.challenges import (
    Challenge,
    ChallengeAnswer,
    Device,
    FirstFactor,
    PasswordFlow,
    TotpSecret,
)
from authcore.domain.model.tokens import TokenSet


FORGOTTEN_DEVICE: Final = "device"
"""The detail of a CredentialsRejectedError that a call without the device would not have."""

NO_METADATA: Final[Mapping[str, str]] = MappingProxyType({})


class PasswordAuthenticator(Protocol):
    """
    Authenticates users by password, and by what Cognito asks besides.

    The challenges of the SRP exchange and of remembered devices are answered inside; every other
    one is returned.  Nothing is sent again after a failure, except with the app client's other
    secret.

    Every method raises:

    ClientMisconfiguredError: Client id or secret are not accepted with any request.

    UnknownChallengeError: Cognito asks a challenge that is not known here; no user is signed in.

    ProviderMisconfiguredError: Every such call fails until an operator acts: the app client does
    not allow the flow, or the pool lacks what a challenge needs.

    ProviderUnavailableError: No usable answer; a Lambda trigger that failed included.
    """

    __slots__ = ()

    @abstractmethod
    def begin(
        self,
        credentials: Credentials,
        *,
        flow: PasswordFlow,
        device: Device | None = None,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> TokenSet | Challenge:
        """
        Begin a sign-in with a password.

        Args:
            credentials: As typed.

            flow: The app client must allow it.

            device: A remembered device, which spares the user the second factor; None by default.
                One that the pool has forgotten is refused, with the detail FORGOTTEN_DEVICE.

            metadata: ``ClientMetadata`` for the pool's Lambda triggers; none by default.

        Returns:
            Tokens, unverified; or what Cognito asks next.

        Raises:
            PasswordResetRequiredError: The user must set a new password first.

            UserUnconfirmedError: The user has not confirmed the sign-up.

            CredentialsRejectedError: Unknown or disabled user, wrong password, or too many
                attempts: one error for all.
        """

    @abstractmethod
    def begin_choice(
        self,
        username: str,
        *,
        preferred: FirstFactor | None = None,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> Challenge:
        """
        Begin a sign-in without a password, in the flow USER_AUTH.

        Args:
            username: As typed.

            preferred: The factor to ask for at once; by default, and where the user does not have
                it, the challenge is SELECT_CHALLENGE.

            metadata: ``ClientMetadata`` for the pool's Lambda triggers; none by default.

        Raises:
            CredentialsRejectedError: No such user, or one who cannot sign in so.
        """

    @abstractmethod
    def begin_totp_setup(self, challenge: Challenge) -> TotpSecret:
        """
        Make the secret of an authenticator application, for a *challenge* MFA_SETUP.

        Raises:
            CredentialsRejectedError: The challenge is too old.

            ChallengeMismatchError: It is another challenge.
        """

    @abstractmethod
    def answer(
        self,
        challenge: Challenge,
        answer: ChallengeAnswer,
        *,
        device: Device | None = None,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> TokenSet | Challenge:
        """
        Answer *challenge*.

        Args:
            challenge: As returned here.

            answer: Of a kind that it takes.

            device: As for ``begin``.

            metadata: As for ``begin``.

        Returns:
            Tokens, unverified; or what Cognito asks next.

        Raises:
            ChallengeMismatchError: The challenge takes no answer of this kind; nothing was sent.

            AnswerRejectedError: The code is wrong or too old, or the answer is malformed.  Cognito
                may accept another answer to the same challenge.

            PasswordPolicyError: The pool does not accept the new password.  The same.

            AttributesRejectedError: The pool does not accept the new attributes, or the challenge
                does not require them.  The same.

            CredentialsRejectedError: The password is wrong, or the challenge too old or used: the
                sign-in must begin again.
        """
