"""
Registration and assertion of passkeys.  See: Web Authentication Level 3, §7.

The one place that knows fido2.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from authcore.ports.system import Clock, Entropy
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.user_pool.passkeys import Passkey


TIMEOUT_MS: Final = 180_000
MAX_CREDENTIAL: Final = 20_000
"""Characters of a RegistrationResponseJSON or AuthenticationResponseJSON."""

Ceremony = Mapping[str, Any]
"""The challenge, as its verification needs it."""


@attrs.frozen(eq=False, repr=False)
class PasskeyCeremonies:
    """The relying party ``PoolConfig.relying_party_id``; https origins, and ``*.localhost``."""

    _config: PoolConfig
    _clock: Clock
    _entropy: Entropy

    def creation(
        self, username: str, subject: str, existing: Sequence[Passkey]
    ) -> tuple[dict[str, Any], Ceremony]:
        """Return PublicKeyCredentialCreationOptionsJSON, and what its answer is checked by."""
        options, state = self._server().register_begin(
            PublicKeyCredentialUserEntity(
                id=subject.encode(), name=username, display_name=username
            ),
            credentials=_credentials(existing),
            resident_key_requirement=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.PREFERRED,
            challenge=self._challenge(),
        )
        return {**_json(options), "timeout": TIMEOUT_MS}, state

    def register(self, state: Ceremony, credential: Mapping[str, Any]) -> Passkey:
        """
        Return the passkey that *credential*, a RegistrationResponseJSON, registers.

        Raises:
            CognitoError: InvalidParameterException (malformed), or
                WebAuthnOriginNotAllowedException and its like (another challenge, site or key).
        """
        try:
            response = RegistrationResponse.from_dict(dict(credential))
            data = self._server().register_complete(state, response)
            attested = data.credential_data
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _refusal(error) from None
        if attested is None:
            raise CognitoError("InvalidParameterException", "The credential holds no key.")
        transports = credential.get("response", {}).get("transports") or ()
        return Passkey(
            credential_id=str(credential.get("id")),
            attested=bytes(attested),
            sign_count=data.counter,
            transports=tuple(str(each) for each in transports)[:8],
            attachment=str(credential.get("authenticatorAttachment") or ""),
            created_at=self._clock.now(),
        )

    def request(self, passkeys: Sequence[Passkey]) -> tuple[str, Ceremony]:
        """Return PublicKeyCredentialRequestOptionsJSON as text, and its ceremony."""
        options, state = self._server().authenticate_begin(
            _credentials(passkeys) or None,
            user_verification=UserVerificationRequirement.PREFERRED,
            challenge=self._challenge(),
        )
        return json.dumps({**_json(options), "timeout": TIMEOUT_MS}), state

    def find_asserted(
        self, state: Ceremony, passkeys: Sequence[Passkey], credential: str
    ) -> Passkey | None:
        """
        Return the passkey that made *credential*, an AuthenticationResponseJSON as text.

        None if none did, or if its counter went back, as that of a cloned authenticator.
        """
        try:
            response = AuthenticationResponse.from_dict(json.loads(credential[:MAX_CREDENTIAL]))
            found = self._server().authenticate_complete(state, _credentials(passkeys), response)
            count = response.response.authenticator_data.counter
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        return _count(passkeys, bytes(found), count)

    def _server(self) -> Fido2Server:
        name = self._config.relying_party_id
        return Fido2Server(PublicKeyCredentialRpEntity(name=name, id=name))

    def _challenge(self) -> bytes:
        return self._entropy.token().encode().ljust(16, b"-")


def _count(passkeys: Sequence[Passkey], attested: bytes, count: int) -> Passkey | None:
    passkey = next((each for each in passkeys if each.attested == attested), None)
    if passkey is None or ((count or passkey.sign_count) and count <= passkey.sign_count):
        return None
    return attrs.evolve(passkey, sign_count=count)


def _credentials(passkeys: Sequence[Passkey]) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(each.attested) for each in passkeys]


def _json(options: object) -> dict[str, Any]:
    public_key: dict[str, Any] = json.loads(json.dumps(dict(options)))["publicKey"]  # type: ignore[call-overload]
    return public_key


def _refusal(error: Exception) -> CognitoError:
    text = str(error)
    if "origin" in text:
        return CognitoError("WebAuthnOriginNotAllowedException", "The origin is not allowed.")
    if "RP ID" in text:
        return CognitoError("WebAuthnRelyingPartyMismatchException", "Another relying party.")
    if "challenge" in text:
        return CognitoError("WebAuthnChallengeNotFoundException", "Another challenge.")
    return CognitoError("InvalidParameterException", "The credential is malformed.")
