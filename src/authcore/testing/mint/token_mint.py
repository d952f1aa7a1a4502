"""The token mint."""

import hashlib
import hmac
import itertools
import json
from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import partialmethod
from typing import Final, Literal

from authcore.adapters.system import SystemClock
from authcore.domain.model.pools import issuer_urls
from authcore.ports.system import Clock
from authcore.testing.mint.keys import SigningKey, base64url, generate_key, pooled_key


DEFAULT_ISSUER: Final = issuer_urls("eu-west-1_Ab12Cd34E")[0]
DEFAULT_CLIENT_ID: Final = "1example23456789abcdefghij"
DEFAULT_SUBJECT: Final = "7d8ca528-4931-4254-9273-ea5ee853f271"
DEFAULT_USERNAME: Final = "7d8ca528-4931-4254-9273-ea5ee853f271"

TokenUse = Literal["id", "access"]
Algorithm = Literal["RS256", "HS256", "none"]
Signer = Literal["issuer", "stranger"]


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


class TokenMint:
    """
    Issues tokens as one user pool.

    Keys are made once per process and shared by all mints without *fresh_keys*.
    """

    def __init__(
        self,
        *,
        issuer: str = DEFAULT_ISSUER,
        client_id: str = DEFAULT_CLIENT_ID,
        clock: Clock | None = None,
        subject: str = DEFAULT_SUBJECT,
        username: str = DEFAULT_USERNAME,
        lifetime: timedelta = timedelta(hours=1),
        fresh_keys: bool = False,
    ) -> None:
        """
        Create a mint.

        Args:
            issuer: The ``iss`` of every token.

            client_id: The app client that all tokens are issued to.

            clock: Tells ``iat``; by default the system clock.

            subject: ``sub``.

            username: ``username`` and ``cognito:username``.

            lifetime: From ``iat`` to ``exp``; by default one hour.

            fresh_keys: Make keys that no other mint of the process shares; by default False.
        """
        self.issuer = issuer
        self.client_id = client_id
        self._clock = clock or SystemClock()
        self._subject = subject
        self._username = username
        self._lifetime = lifetime
        self._fresh = fresh_keys
        self._generation = 0
        self._keys = self._next_keys()
        self._published = list(self._keys.values())
        self._serial = itertools.count(1)
        self._origin_jti = self._uuid()

    def _next_keys(self) -> dict[TokenUse, SigningKey]:
        number = self._generation
        self._generation += 1
        if self._fresh:
            return {"id": generate_key(), "access": generate_key()}
        return {"id": pooled_key(f"id {number}"), "access": pooled_key(f"access {number}")}

    def key(self, use: TokenUse) -> SigningKey:
        """The key that currently signs tokens of *use*."""
        return self._keys[use]

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The published keys, the current ones first.  See: RFC 7517 §5."""
        return {"keys": [key.jwk() for key in self._published]}

    def jwks_bytes(self) -> bytes:
        """The published keys in JSON."""
        return _json(self.jwks())

    def rotate(self, *, keep_old: bool = True) -> None:
        """Replace both keys; keep the old ones published unless *keep_old* is False."""
        kept = self._published if keep_old else []
        self._keys = self._next_keys()
        self._published = [*self._keys.values(), *kept]

    def sign(
        self, claims: Mapping[str, object], *, use: TokenUse, signed_by: Signer = "issuer"
    ) -> str:
        """Sign *claims* exactly as given, with the key id of *use*."""
        header = {"kid": self._keys[use].kid, "alg": "RS256"}
        return self.sign_octets(_json(header), _json(claims), use=use, signed_by=signed_by)

    def sign_octets(
        self, header: bytes, payload: bytes, *, use: TokenUse, signed_by: Signer = "issuer"
    ) -> str:
        """Sign any two byte strings as header and claims."""
        signed = f"{base64url(header)}.{base64url(payload)}"
        return f"{signed}.{base64url(self._signer(use, signed_by).sign(signed.encode()))}"

    def _signer(self, use: TokenUse, signed_by: Signer) -> SigningKey:
        return pooled_key("stranger") if signed_by == "stranger" else self._keys[use]

    def at_hash(self, access_token: str) -> str:
        """See: OpenID Connect Core §3.1.3.6; the left half of SHA-256, base64url."""
        return base64url(hashlib.sha256(access_token.encode()).digest()[:16])

    def _issue(
        self,
        use: TokenUse,
        /,
        *,
        without: Collection[str] = (),
        header: Mapping[str, object] | None = None,
        without_header: Collection[str] = (),
        alg: Algorithm = "RS256",
        hmac_secret: bytes | None = None,
        tampered: bool = False,
        signed_by: Signer = "issuer",
        **claims: object,
    ) -> str:
        """
        A token, valid unless an argument makes it wrong.

        Args:
            use: Of the token.

            without: Claims to leave out.

            header: Header parameters to add or replace.

            without_header: Header parameters to leave out.

            alg: ``none`` has an empty signature; ``HS256`` is signed with *hmac_secret*.

            hmac_secret: By default the signer's public key in PEM: the key-confusion attack.

            tampered: Change the payload after signing.

            signed_by: ``stranger`` is an unpublished key, used with the id of a published one.

            claims: Claims to add or replace.
        """
        key = self._signer(use, signed_by)
        wanted = {**self._claims(use), **claims}
        head = {"kid": self._keys[use].kid, "alg": alg, **(header or {})}
        signed = f"{_segment(head, without_header)}.{_segment(wanted, without)}"
        signature = base64url(_signature(alg, signed.encode(), key, hmac_secret))
        if tampered:
            altered = {**wanted, "username": "somebody-else"}
            signed = f"{_segment(head, without_header)}.{_segment(altered)}"
        return f"{signed}.{signature}"

    access = partialmethod(_issue, "access")
    identity = partialmethod(_issue, "id")

    def _uuid(self) -> str:
        return f"00000000-0000-4000-8000-{next(self._serial):012d}"

    def _claims(self, use: TokenUse) -> dict[str, object]:
        now = int(self._clock.now().timestamp())
        shared = {
            "sub": self._subject,
            "cognito:groups": ["editors"],
            "iss": self.issuer,
            "origin_jti": self._origin_jti,
            "event_id": self._uuid(),
            "auth_time": now,
            "exp": now + int(self._lifetime.total_seconds()),
            "iat": now,
            "jti": self._uuid(),
            "token_use": use,
        }
        return {**shared, **(self._access_claims() if use == "access" else self._identity_claims())}

    def _access_claims(self) -> dict[str, object]:
        return {
            "version": 2,
            "client_id": self.client_id,
            "scope": "openid profile email",
            "username": self._username,
        }

    def _identity_claims(self) -> dict[str, object]:
        return {
            "aud": self.client_id,
            "cognito:username": self._username,
            "email": "mint@example.com",
            "email_verified": True,
            "name": "Mint Example",
            "custom:legacy_uid": "4711",
        }


def _segment(members: Mapping[str, object], left_out: Collection[str] = ()) -> str:
    return base64url(_json({name: members[name] for name in members if name not in left_out}))


def _signature(alg: Algorithm, message: bytes, key: SigningKey, hmac_secret: bytes | None) -> bytes:
    if alg == "none":
        return b""
    if alg == "HS256":
        return hmac.digest(hmac_secret or key.public_pem(), message, "sha256")
    return key.sign(message)
