"""An authenticator in software, as a browser shows its answers."""

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData


class PasskeyDevice:
    """Holds one key for one site; *counts* its signatures as a security key does."""

    def __init__(self, origin: str, *, counts: bool = True) -> None:
        self._origin = origin
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._counts = counts
        self.count = 0
        self.credential_id = b"credential-of-a-test"

    def register(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """RegistrationResponseJSON."""
        public = ES256.from_cryptography_key(self._key.public_key())  # type: ignore[no-untyped-call]
        attested = AttestedCredentialData.create(b"\0" * 16, self.credential_id, public)
        data = self._data(options["rp"]["id"], attested)
        attestation = AttestationObject.create("none", data, {})
        return self._credential(
            {
                "clientDataJSON": _text(self._client_data("webauthn.create", options)),
                "attestationObject": _text(bytes(attestation)),
                "transports": ["internal"],
            }
        )

    def sign(self, options: str) -> str:
        """AuthenticationResponseJSON, as text."""
        asked = json.loads(options)
        data = self._data(asked["rpId"])
        client_data = self._client_data("webauthn.get", asked)
        message = bytes(data) + hashlib.sha256(client_data).digest()
        signature = self._key.sign(message, ec.ECDSA(hashes.SHA256()))
        return json.dumps(
            self._credential(
                {
                    "clientDataJSON": _text(client_data),
                    "authenticatorData": _text(bytes(data)),
                    "signature": _text(signature),
                }
            )
        )

    def _data(self, site: str, attested: AttestedCredentialData | None = None) -> AuthenticatorData:
        self.count += self._counts
        flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV
        if attested is not None:
            flags |= AuthenticatorData.FLAG.AT
        site_hash = hashlib.sha256(site.encode()).digest()
        data: AuthenticatorData = AuthenticatorData.create(
            site_hash, flags, self.count, bytes(attested or b"")
        )
        return data

    def _client_data(self, kind: str, options: Mapping[str, Any]) -> bytes:
        challenge = options["challenge"]
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": self._origin, "crossOrigin": False}
        ).encode()

    def _credential(self, response: Mapping[str, object]) -> dict[str, Any]:
        identity = _text(self.credential_id)
        return {
            "id": identity,
            "rawId": identity,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": dict(response),
        }


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
