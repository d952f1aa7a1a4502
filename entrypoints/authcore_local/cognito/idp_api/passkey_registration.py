"""Operations on passkeys, by access token."""

from collections.abc import Mapping

import attrs

from authcore.ports.system import Clock, Entropy
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.idp_api.idp_endpoint import Input, Operation
from authcore_local.cognito.idp_api.token_bearer import TokenBearer
from authcore_local.cognito.oauth.one_time_tokens import OneTimeTokens
from authcore_local.cognito.user_flows.passkey_ceremonies import Ceremony, PasskeyCeremonies
from authcore_local.cognito.user_pool.passkeys import MAX_PASSKEYS, Passkey
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


class PasskeyRegistration:
    """
    Registers passkeys, lists and deletes them.

    The last challenge of each user counts, once, as long as a sign-in's.
    """

    def __init__(
        self,
        config: PoolConfig,
        *,
        users: UserStore,
        bearer: TokenBearer,
        ceremonies: PasskeyCeremonies,
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        self._config = config
        self._users = users
        self._bearer = bearer
        self._ceremonies = ceremonies
        self._begun: OneTimeTokens[Ceremony] = OneTimeTokens(
            clock, entropy, lifetime=config.auth_session_validity
        )

    def operations(self) -> Mapping[str, Operation]:
        """By name."""
        return {
            "StartWebAuthnRegistration": self.start,
            "CompleteWebAuthnRegistration": self.complete,
            "ListWebAuthnCredentials": self.list_passkeys,
            "DeleteWebAuthnCredential": self.delete,
        }

    def start(self, given: Input) -> Mapping[str, object]:
        """``StartWebAuthnRegistration``."""
        user = self._bearer_with_passkeys(given)
        options, ceremony = self._ceremonies.creation(user.username, user.subject, user.passkeys)
        self._begun.keep(user.subject, ceremony)
        return {"CredentialCreationOptions": options}

    def complete(self, given: Input) -> Mapping[str, object]:
        """``CompleteWebAuthnRegistration``."""
        user = self._bearer_with_passkeys(given)
        ceremony = self._begun.redeem(user.subject)
        if ceremony is None:
            raise CognitoError("WebAuthnChallengeNotFoundException", "No registration was started.")
        passkey = self._ceremonies.register(ceremony, given.document("Credential"))
        self._users.change(user.username, lambda each: _add(each, passkey))
        return {}

    def list_passkeys(self, given: Input) -> Mapping[str, object]:
        """``ListWebAuthnCredentials``: all on one page."""
        return {"Credentials": [self._shown(each) for each in self._bearer.user(given).passkeys]}

    def delete(self, given: Input) -> Mapping[str, object]:
        """``DeleteWebAuthnCredential``."""
        user, wanted = self._bearer.user(given), given.text("CredentialId")
        if not any(each.credential_id == wanted for each in user.passkeys):
            raise CognitoError("ResourceNotFoundException", "No such credential.")
        self._users.change(user.username, lambda each: _remove(each, wanted))
        return {}

    def _bearer_with_passkeys(self, given: Input) -> PoolUser:
        user = self._bearer.user(given)
        if "WEB_AUTHN" not in self._config.first_factors:
            raise CognitoError(
                "WebAuthnNotEnabledException", "Passkeys are not enabled for this user pool."
            )
        return user

    def _shown(self, passkey: Passkey) -> dict[str, object]:
        attachment = passkey.attachment
        return {
            "CredentialId": passkey.credential_id,
            "FriendlyCredentialName": "passkey",
            "RelyingPartyId": self._config.relying_party_id,
            **({"AuthenticatorAttachment": attachment} if attachment else {}),
            "AuthenticatorTransports": list(passkey.transports),
            "CreatedAt": passkey.created_at.timestamp(),
        }


def _add(user: PoolUser, passkey: Passkey) -> PoolUser:
    if len(user.passkeys) >= MAX_PASSKEYS:
        raise CognitoError("LimitExceededException", f"At most {MAX_PASSKEYS} passkeys.")
    return attrs.evolve(user, passkeys=(*user.passkeys, passkey))


def _remove(user: PoolUser, credential_id: str) -> PoolUser:
    kept = tuple(each for each in user.passkeys if each.credential_id != credential_id)
    return attrs.evolve(user, passkeys=kept)
