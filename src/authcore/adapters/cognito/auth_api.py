"""The operations of a password sign-in, each with the app client's secrets and Cognito's errors."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from authcore.adapters.cognito.client_authentication import with_secret
from authcore.adapters.cognito.client_probe import hear_message, secret_hash
from authcore.adapters.cognito.error_translation import (
    ANSWERING_A_CHALLENGE,
    BEGINNING_A_SIGN_IN,
    Refusals,
    translate_errors,
)
from authcore.adapters.cognito.password_refusals import explain, require_refused_user
from authcore.adapters.cognito.user_description import require_cognitos_own
from authcore.domain.errors import (
    ConfigurationError,
    CredentialsRejectedError,
    ProviderUnavailableError,
)
from authcore.domain.model.challenges import PasswordFlow
from authcore.ports.client_secrets import ClientSecrets


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

OTHER_SECRETS_WITHIN: Final = timedelta(seconds=1.5)
"""How long after the first call another secret is tried."""

ADMIN: Final[PasswordFlow] = "ADMIN_USER_PASSWORD_AUTH"

Answered = Mapping[str, Any]


@attrs.frozen(kw_only=True, repr=False, eq=False)
class AuthApi:
    """
    Calls the API for one app client of one pool.

    Attributes:
        client: From ``unsigned_cognito_client``.
        user_pool_id: Id of the pool.
        client_id: Of the app client.
        secrets: Of the app client; None for a public client.
        admin: From ``cognito_client``, for ADMIN; None where that flow is not used.
    """

    client: "CognitoIdentityProviderClient"
    user_pool_id: str
    client_id: str
    secrets: ClientSecrets | None
    admin: "CognitoIdentityProviderClient | None" = None

    def initiate(
        self, flow: PasswordFlow, parameters: Mapping[str, str], metadata: Mapping[str, str]
    ) -> Answered:
        """
        Call InitiateAuth, or AdminInitiateAuth for ADMIN.

        Args:
            flow: ``AuthFlow``.

            parameters: ``AuthParameters`` with USERNAME, without SECRET_HASH.

            metadata: ``ClientMetadata``.
        """
        request: dict[str, Any] = {"AuthFlow": flow, "ClientId": self.client_id}
        if metadata:
            request["ClientMetadata"] = metadata

        admin = self._admin() if flow == ADMIN else None

        def call(secret: str | None) -> Answered:
            request["AuthParameters"] = self._with_hash(parameters, secret)
            if admin is None:
                return self.client.initiate_auth(**request)
            return admin.admin_initiate_auth(UserPoolId=self.user_pool_id, **request)

        return self._ask(BEGINNING_A_SIGN_IN, call)

    def respond(
        self,
        name: str,
        session: str | None,
        responses: Mapping[str, str],
        *,
        flow: PasswordFlow,
        metadata: Mapping[str, str],
        refusals: Refusals = BEGINNING_A_SIGN_IN,
    ) -> Answered:
        """
        Call RespondToAuthChallenge, or AdminRespondToAuthChallenge for ADMIN.

        Args:
            name: ``ChallengeName``.

            session: ``Session``.

            responses: ``ChallengeResponses`` with USERNAME, without SECRET_HASH.

            flow: That the sign-in began with.

            metadata: ``ClientMetadata``.

            refusals: The error classes that are refusals; by default as for a password.
        """
        request: dict[str, Any] = {"ChallengeName": name, "ClientId": self.client_id}
        if session is not None:
            request["Session"] = session
        if metadata:
            request["ClientMetadata"] = metadata

        admin = self._admin() if flow == ADMIN else None

        def call(secret: str | None) -> Answered:
            request["ChallengeResponses"] = self._with_hash(responses, secret)
            if admin is None:
                return self.client.respond_to_auth_challenge(**request)
            return admin.admin_respond_to_auth_challenge(UserPoolId=self.user_pool_id, **request)

        return self._ask(refusals, call)

    def associate_software_token(self, session: str) -> Answered:
        """Call AssociateSoftwareToken."""
        return self._translate(
            BEGINNING_A_SIGN_IN, lambda: self.client.associate_software_token(Session=session), []
        )

    def verify_software_token(self, session: str, code: str) -> Answered:
        """Call VerifySoftwareToken."""
        return self._translate(
            ANSWERING_A_CHALLENGE,
            lambda: self.client.verify_software_token(Session=session, UserCode=code),
            [],
        )

    def _admin(self) -> "CognitoIdentityProviderClient":
        if self.admin is None:
            raise ConfigurationError([f"{ADMIN} needs a client with IAM credentials"])
        return self.admin

    def _with_hash(self, parameters: Mapping[str, str], secret: str | None) -> Mapping[str, str]:
        if secret is None:
            return parameters
        hashed = secret_hash(secret, parameters["USERNAME"], self.client_id)
        return {**parameters, "SECRET_HASH": hashed}

    def _ask(self, refusals: Refusals, call: Callable[[str | None], Answered]) -> Answered:
        if self.secrets is None:
            return self._try(refusals, call, None)
        return with_secret(
            self.secrets,
            OTHER_SECRETS_WITHIN,
            lambda secret, _: self._try(refusals, call, secret),
        )

    def _try(
        self, refusals: Refusals, call: Callable[[str | None], Answered], secret: str | None
    ) -> Answered:
        message: list[str] = []
        try:
            return self._translate(refusals, lambda: call(secret), message)
        except CredentialsRejectedError as refusal:
            require_refused_user(
                self.client, self.client_id, secret, refusal=refusal, message=message[0]
            )
            raise

    def _translate(
        self, refusals: Refusals, call: Callable[[], Answered], message: list[str]
    ) -> Answered:
        """Add Cognito's message to *message* where the call fails."""
        try:
            with translate_errors(refusals), hear_message(message):
                answered = call()
        except ProviderUnavailableError as error:
            raise explain(error, message[0]) from None
        require_cognitos_own(answered["ResponseMetadata"])
        return answered
