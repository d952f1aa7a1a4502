"""Password sign-in over the pool's API."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import attrs

from authcore.adapters.client_secrets import client_secrets
from authcore.adapters.cognito.auth_api import AuthApi
from authcore.adapters.cognito.challenge_answers import (
    can_be_password,
    check_device,
    check_kind,
    responses_for,
    totp_code,
)
from authcore.adapters.cognito.error_translation import ANSWERING_A_CHALLENGE
from authcore.adapters.cognito.limits import can_be_username
from authcore.adapters.cognito.password_exchange import PasswordExchange
from authcore.adapters.cognito.sign_in_response import is_session, read_step
from authcore.domain.errors import (
    AnswerRejectedError,
    AttributesRejectedError,
    ChallengeMismatchError,
    CredentialsRejectedError,
    ProviderUnavailableError,
)
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.challenges import (
    Challenge,
    ChallengeAnswer,
    Device,
    FirstFactor,
    NewPassword,
    Password,
    PasswordFlow,
    TotpSecret,
    TotpSetup,
)
from authcore.domain.model.tokens import TokenSet
from authcore.ports.client_secrets import ClientSecrets
from authcore.ports.password_authentication import NO_METADATA, PasswordAuthenticator
from authcore.ports.system import Clock, Entropy


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

MAX_STEPS: Final = 6
"""Challenges that are answered here in one call: password and device take five."""

MAX_SECRET_LENGTH: Final = 256


class CognitoPasswordAuthenticator(PasswordAuthenticator):
    """
    Calls InitiateAuth and RespondToAuthChallenge, and their admin forms for that flow.

    Only ADMIN_USER_PASSWORD_AUTH needs IAM credentials.  An SRP sign-in costs about 12
    milliseconds of CPU, in which the interpreter runs no other thread.
    """

    def __init__(
        self,
        *,
        client: "CognitoIdentityProviderClient",
        user_pool_id: str,
        client_id: str,
        client_secret: str | ClientSecrets | None,
        clock: Clock,
        entropy: Entropy,
        admin: "CognitoIdentityProviderClient | None" = None,
    ) -> None:
        """
        Bind the API to one app client.

        Args:
            client: From ``unsigned_cognito_client``, which bounds its calls and its log.

            user_pool_id: Id of the pool.

            client_id: Of the app client.

            client_secret: Of the app client: one that stays, or the ClientSecrets; None for a
                public client.

            clock: Tells the time that SRP signs; Cognito refuses one that is seconds off.

            entropy: For the ephemeral secrets of SRP.

            admin: From ``cognito_client``, for ADMIN_USER_PASSWORD_AUTH; none by default.
        """
        self._api = AuthApi(
            client=client,
            user_pool_id=user_pool_id,
            client_id=client_id,
            secrets=None if client_secret is None else client_secrets(client_secret),
            admin=admin,
        )
        self._pool_name = user_pool_id.partition("_")[2]
        self._clock = clock
        self._entropy = entropy

    def begin(
        self,
        credentials: Credentials,
        *,
        flow: PasswordFlow,
        device: Device | None = None,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> TokenSet | Challenge:
        """See the port."""
        _check_name(credentials.username)
        if not can_be_password(credentials.password):
            raise CredentialsRejectedError("no user can have this password")
        check_device(device)
        exchange = self._exchange(flow, metadata, password=credentials.password, device=device)
        parameters = {**exchange.first_factor(), **exchange.device_key()}
        answered = self._api.initiate(
            flow, {"USERNAME": credentials.username, **parameters}, metadata
        )
        return self._settle(answered, exchange, credentials.username)

    def begin_choice(
        self,
        username: str,
        *,
        preferred: FirstFactor | None = None,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> Challenge:
        """See the port."""
        _check_name(username)
        wish = {} if preferred is None else {"PREFERRED_CHALLENGE": preferred}
        answered = self._api.initiate("USER_AUTH", {"USERNAME": username, **wish}, metadata)
        begun = self._settle(answered, self._exchange("USER_AUTH", metadata), username)
        if isinstance(begun, TokenSet):
            raise ProviderUnavailableError("Cognito asked nothing", detail="answer challenge")
        return begun

    def begin_totp_setup(self, challenge: Challenge) -> TotpSecret:
        """See the port."""
        if challenge.name != "MFA_SETUP":
            raise ChallengeMismatchError("only MFA_SETUP is answered by a new authenticator")
        answered = self._api.associate_software_token(_session_of(challenge))
        secret = answered.get("SecretCode")
        if not isinstance(secret, str) or not 0 < len(secret) <= MAX_SECRET_LENGTH:
            raise ProviderUnavailableError("Cognito sent no secret", detail="answer secret")
        return TotpSecret(secret, attrs.evolve(challenge, session=_next_session(answered)))

    def answer(
        self,
        challenge: Challenge,
        answer: ChallengeAnswer,
        *,
        device: Device | None = None,
        metadata: Mapping[str, str] = NO_METADATA,
    ) -> TokenSet | Challenge:
        """See the port."""
        check_kind(challenge, answer)
        _check_name(challenge.username)
        known = answer if isinstance(answer, Device) else device
        check_device(known)
        exchange = self._exchange(challenge.flow, metadata, device=known)
        session = challenge.session if challenge.session is None else _session_of(challenge)
        responses = self._responses(challenge, answer, exchange)
        if isinstance(answer, TotpSetup):
            session = self._verify(challenge, answer)
        answered = self._api.respond(
            challenge.name,
            session,
            {"USERNAME": challenge.username, **responses, **exchange.device_key()},
            flow=challenge.flow,
            metadata=metadata,
            refusals={**ANSWERING_A_CHALLENGE, "InvalidParameterException": _choose_error(answer)},
        )
        return self._settle(answered, exchange, challenge.username)

    def _responses(
        self, challenge: Challenge, answer: ChallengeAnswer, exchange: PasswordExchange
    ) -> Mapping[str, str]:
        checked = responses_for(challenge, answer)
        if isinstance(answer, Device):
            return exchange.begin_device_srp()
        if isinstance(answer, TotpSetup):
            return {}
        if isinstance(answer, Password) and "PASSWORD_SRP" in (
            challenge.name,
            *challenge.available,
        ):
            exchange.password = answer.password
            chosen = {"ANSWER": "PASSWORD_SRP"} if challenge.name == "SELECT_CHALLENGE" else {}
            return {**chosen, **exchange.begin_srp()}
        return checked

    def _verify(self, challenge: Challenge, answer: TotpSetup) -> str:
        """Verify the first code, and return the session that continues."""
        verified = self._api.verify_software_token(_session_of(challenge), totp_code(answer))
        if verified.get("Status") != "SUCCESS":
            raise AnswerRejectedError("Cognito refuses the code")
        return _next_session(verified)

    def _settle(
        self, answered: Mapping[str, object], exchange: PasswordExchange, username: str
    ) -> TokenSet | Challenge:
        """Answer what the library answers, until there are tokens or a question to the user."""
        for _ in range(MAX_STEPS):
            step = read_step(answered, flow=exchange.flow, username=username)
            if isinstance(step, TokenSet):
                return step
            responses = exchange.own_answer(step)
            if responses is None:
                return step
            username = step.username
            answered = self._api.respond(
                step.name,
                step.session,
                {"USERNAME": username, **responses, **exchange.device_key()},
                flow=exchange.flow,
                metadata=exchange.metadata,
            )
        raise ProviderUnavailableError("Cognito asks without end", detail="answer challenge")

    def _exchange(
        self,
        flow: PasswordFlow,
        metadata: Mapping[str, str],
        *,
        password: str | None = None,
        device: Device | None = None,
    ) -> PasswordExchange:
        return PasswordExchange(
            flow=flow,
            metadata=metadata,
            pool_name=self._pool_name,
            clock=self._clock,
            entropy=self._entropy,
            password=password,
            device=device,
        )


def _check_name(username: str) -> None:
    if not can_be_username(username):
        raise CredentialsRejectedError("no user can have this name")


def _session_of(challenge: Challenge) -> str:
    if challenge.session is None or not is_session(challenge.session):
        raise CredentialsRejectedError("this is no session of a challenge")
    return challenge.session


def _next_session(answered: Mapping[str, object]) -> str:
    session = answered.get("Session")
    if not isinstance(session, str) or not is_session(session):
        raise ProviderUnavailableError("Cognito sent no session", detail="answer challenge")
    return session


def _choose_error(answer: ChallengeAnswer) -> type[AttributesRejectedError | AnswerRejectedError]:
    """Choose the error for an answer that Cognito cannot read."""
    return AttributesRejectedError if isinstance(answer, NewPassword) else AnswerRejectedError
