"""Issue tokens in Cognito's format."""

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import attrs

from authcore.ports.system import Clock, Entropy
from authcore.testing.mint import TokenMint
from authcore_local.cognito.auth_sessions import AuthSession, AuthSessions
from authcore_local.cognito.config import IssuerType, PoolConfig
from authcore_local.cognito.lambda_triggers.token_changes import (
    PreTokenGeneration,
    TokenChanges,
    TokenSource,
)
from authcore_local.cognito.oauth.one_time_tokens import OneTimeTokens
from authcore_local.cognito.user_pool.identities import as_claim
from authcore_local.cognito.user_pool.users import PoolUser, fresh_uuid


API_SCOPE: Final = "aws.cognito.signin.user.admin"

_BOOLEAN_CLAIMS: Final = frozenset(("email_verified", "phone_number_verified"))


@attrs.frozen(kw_only=True)
class SignedIn:
    """
    A completed sign-in, from which tokens are issued.

    Attributes:
        user: As of the sign-in; later changes show in the tokens of the next sign-in.
        scopes: Of the access token.
        at: When the user authenticated; aware, UTC.
        nonce: Of the authorization request.
        hosted: True for managed login, whose ID tokens carry ``at_hash``.
        new_password: True where the user has just replaced a temporary password.
        metadata: The caller's ClientMetadata, for the pre token generation trigger.
    """

    user: PoolUser
    scopes: Sequence[str]
    at: datetime
    nonce: str | None = None
    hosted: bool = False
    new_password: bool = False
    metadata: Mapping[str, str] | None = attrs.field(default=None, repr=False)

    @property
    def source(self) -> TokenSource:
        """The ``triggerSource`` for the pre token generation trigger."""
        if self.new_password:
            return "TokenGeneration_NewPasswordChallenge"
        return "TokenGeneration_HostedAuth" if self.hosted else "TokenGeneration_Authentication"


@attrs.frozen
class IssuedTokens:
    """
    Tokens of a sign-in or a refresh.

    Attributes:
        access_token: Compact JWT.
        id_token: Compact JWT; None without the scope ``openid`` in managed login.
        refresh_token: Opaque; None after a refresh that leaves the old one in use.
        expires_in: Seconds until the access token expires.
    """

    access_token: str = attrs.field(repr=False)
    id_token: str | None = attrs.field(repr=False)
    refresh_token: str | None = attrs.field(repr=False)
    expires_in: int


@attrs.frozen
class AccessGrant:
    """Grant of an access token: the ``sub`` of the user, the scopes, and the session's id."""

    subject: str
    scopes: tuple[str, ...]
    origin_jti: str


@attrs.frozen(eq=False, repr=False)
class TokenIssuer:
    """Signs tokens with the mint's current keys and remembers the grants of access tokens."""

    _config: PoolConfig
    _mint: TokenMint
    _trigger: PreTokenGeneration
    _sessions: AuthSessions
    _clock: Clock
    _entropy: Entropy
    _forms: list[IssuerType] = attrs.field(factory=lambda: ["ORIGINAL"], init=False)
    _signing: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _grants: OneTimeTokens[AccessGrant] = attrs.field(init=False)

    @_grants.default
    def _(self) -> OneTimeTokens[AccessGrant]:
        lifetime = self._config.access_token_lifetime
        return OneTimeTokens(self._clock, self._entropy, lifetime=lifetime)

    def issue(self, sign_in: SignedIn) -> IssuedTokens:
        """
        Start a session and issue its tokens.

        Raises:
            CognitoError: The pre token generation trigger failed; see Lifecycle.
        """
        changes = self._trigger.changes(
            sign_in.source, sign_in.user, sign_in.scopes, sign_in.metadata
        )
        session, refresh_token = self._sessions.begin(
            sign_in.user.subject,
            scopes=sign_in.scopes,
            signed_in_at=sign_in.at,
            hosted=sign_in.hosted,
        )
        return attrs.evolve(
            self._sign(sign_in, session.origin_jti, changes), refresh_token=refresh_token
        )

    def reissue(
        self,
        session: AuthSession,
        user: PoolUser,
        *,
        source: TokenSource,
        metadata: Mapping[str, str] | None = None,
    ) -> IssuedTokens:
        """
        Issue new tokens for a live session, without a refresh token.

        *user* is in its current state; the pre token generation trigger gets *source* and
        *metadata*.

        Raises:
            CognitoError: The trigger failed; see Lifecycle.
        """
        changes = self._trigger.changes(source, user, session.scopes, metadata)
        again = SignedIn(
            user=user, scopes=session.scopes, at=session.signed_in_at, hosted=session.hosted
        )
        return self._sign(again, session.origin_jti, changes)

    def _sign(self, sign_in: SignedIn, origin_jti: str, changes: TokenChanges) -> IssuedTokens:
        shared = self._shared_claims(sign_in, origin_jti, changes)
        scopes = changes.scopes(sign_in.scopes)
        with self._signing:
            claims = changes.access.applied_to(self._access_claims(sign_in, shared, scopes))
            access = self._mint.sign(claims, use="access")
            identity = self._identity_token(sign_in, shared, changes, access)
        self._grants.keep(_digest(access), AccessGrant(sign_in.user.subject, scopes, origin_jti))
        lifetime = int(self._config.access_token_lifetime.total_seconds())
        return IssuedTokens(access, identity, None, lifetime)

    def issue_to_machine(self, client_id: str, scopes: Sequence[str]) -> IssuedTokens:
        """Issue the access token of an app client without a user; no trigger fires (V3_0 only)."""
        now = int(self._clock.now().timestamp())
        claims = {
            "sub": client_id,
            "iss": self.issuer,
            "version": 2,
            "client_id": client_id,
            "token_use": "access",
            "scope": " ".join(scopes),
            "auth_time": now,
            "iat": now,
            "exp": self._expiry(self._config.access_token_lifetime.total_seconds()),
            "jti": fresh_uuid(self._entropy),
        }
        with self._signing:
            access = self._mint.sign(claims, use="access")
        lifetime = int(self._config.access_token_lifetime.total_seconds())
        return IssuedTokens(access, None, None, lifetime)

    def grant_of(self, access_token: str) -> AccessGrant | None:
        """Return the grant of *access_token*; None if it is unknown, expired or revoked."""
        grant = self._grants.read(_digest(access_token))
        return None if grant is None or self._sessions.is_over(grant.origin_jti) else grant

    def was_revoked(self, access_token: str) -> bool:
        """Whether the session of an access token that has not expired is over."""
        grant = self._grants.read(_digest(access_token))
        return grant is not None and self._sessions.is_over(grant.origin_jti)

    def rotate_keys(self, *, keep_old: bool) -> None:
        """Sign with new keys from now on; *keep_old* still publishes the old ones."""
        with self._signing:
            self._mint.rotate(keep_old=keep_old)

    @property
    def issuer(self) -> str:
        """The ``iss`` of tokens that are issued now."""
        return self._config.issuers[self._forms[-1]]

    def switch_issuer(self, form: IssuerType) -> None:
        """Issue tokens with the issuer of *form* from now on."""
        self._forms.append(form)

    def published_keys(self) -> bytes:
        """Return the JWK set.  See: RFC 7517 §5."""
        with self._signing:
            return json.dumps(self._mint.jwks()).encode()

    def _shared_claims(
        self, sign_in: SignedIn, origin_jti: str, changes: TokenChanges
    ) -> dict[str, object]:
        groups = sign_in.user.groups if changes.groups is None else changes.groups
        return {
            **({"cognito:groups": list(groups)} if groups else {}),
            "sub": sign_in.user.subject,
            "iss": self.issuer,
            "origin_jti": origin_jti,
            "event_id": fresh_uuid(self._entropy),
            "auth_time": int(sign_in.at.timestamp()),
            "iat": int(self._clock.now().timestamp()),
        }

    def _access_claims(
        self, sign_in: SignedIn, shared: dict[str, object], scopes: Sequence[str]
    ) -> dict[str, object]:
        return {
            **shared,
            "version": 2,
            "client_id": self._config.client_id,
            "token_use": "access",
            "scope": " ".join(scopes),
            "exp": self._expiry(self._config.access_token_lifetime.total_seconds()),
            "jti": fresh_uuid(self._entropy),
            "username": sign_in.user.username,
        }

    def _identity_token(
        self,
        sign_in: SignedIn,
        shared: dict[str, object],
        changes: TokenChanges,
        access_token: str,
    ) -> str | None:
        if sign_in.hosted and "openid" not in sign_in.scopes:
            return None
        claims = {**shared, **self._identity_claims(sign_in), **claims_of(sign_in.user)}
        if sign_in.hosted:
            claims["at_hash"] = self._mint.at_hash(access_token)
        if sign_in.nonce is not None:
            claims["nonce"] = sign_in.nonce
        return self._mint.sign(changes.identity.applied_to(claims), use="id")

    def _identity_claims(self, sign_in: SignedIn) -> dict[str, object]:
        return {
            "aud": self._config.client_id,
            "token_use": "id",
            "exp": self._expiry(self._config.id_token_lifetime.total_seconds()),
            "jti": fresh_uuid(self._entropy),
            "cognito:username": sign_in.user.username,
        }

    def _expiry(self, seconds: float) -> int:
        return int(self._clock.now().timestamp()) + int(seconds)


def claims_of(user: PoolUser) -> dict[str, object]:
    """Return the attributes as ID-token claims, in which ``…_verified`` are booleans."""
    linked = {"identities": as_claim(user.identities)} if user.identities else {}
    claims: dict[str, object] = {
        name: text == "true" if name in _BOOLEAN_CLAIMS else text
        for name, text in user.attributes.items()
    }
    return {**claims, **linked}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
