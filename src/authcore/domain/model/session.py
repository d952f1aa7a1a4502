"""Sign-in attempts, sessions, and the people in them."""

from datetime import datetime
from typing import Literal, NewType

import attrs

from authcore.domain.model.tokens import AccessClaims, IdentityClaims, TokenSet


RedirectTarget = NewType("RedirectTarget", str)
"""An absolute http(s) URL that the allow-list resolved.  Only RedirectAllowlist makes them."""

MAX_PENDING_ATTEMPTS = 10
"""How many sign-ins one browser may have begun and not finished."""

MAX_REMEMBERED_TARGET = 256
"""Characters; ten attempts that remember longer targets would not fit a request's header."""


@attrs.frozen
class SignInAttempt:
    """
    One begun sign-in, as the browser that began it remembers it (sealed).

    Attributes:
        state_digest: Lower-case hex SHA-256 of the ``state`` sent to the provider.
        code_verifier: PKCE verifier, 43-128 unreserved characters.  See: RFC 7636 §4.1.
        nonce: What the ID token must repeat.
        client: Digest of issuer, client id and redirect_uri that began it.
        expires_at: Aware, UTC.
        target: Where it is to end, for beginning anew where the state is lost; None where that is
            longer than MAX_REMEMBERED_TARGET.
        provider: The identity provider that was asked for, for the same.
        restarted: Whether it stands for an earlier attempt already.
        rounds: How many sign-ins for the same target this browser had just completed in vain when
            it began.
    """

    state_digest: str
    code_verifier: str = attrs.field(repr=False)
    nonce: str = attrs.field(repr=False)
    client: str
    expires_at: datetime
    target: str | None = attrs.field(default=None, repr=False)
    provider: str | None = None
    restarted: bool = False
    rounds: int = 0


@attrs.frozen
class PendingSignIns:
    """
    The sign-ins this browser has begun, oldest first; at most MAX_PENDING_ATTEMPTS.

    Attributes:
        attempts: Oldest first.
    """

    attempts: tuple[SignInAttempt, ...] = ()

    def adding(self, attempt: SignInAttempt, *, now: datetime) -> "PendingSignIns":
        """With *attempt*, without expired ones, and without the oldest beyond the cap."""
        live = tuple(a for a in self.attempts if a.expires_at > now)
        return PendingSignIns((*live, attempt)[-MAX_PENDING_ATTEMPTS:])

    def without(self, attempt: SignInAttempt) -> "PendingSignIns":
        """All but *attempt*."""
        return PendingSignIns(
            tuple(a for a in self.attempts if a.state_digest != attempt.state_digest)
        )


@attrs.frozen
class User:
    """
    Who is signed in, as an application wants to know it.

    Attributes:
        subject: The pool's id of the user, stable for ever; None for somebody who never signed in
            to Cognito.
        username: ``cognito:username``; for a legacy login, the name there.
        name: Display name.
        email: May be unverified.
        email_verified: Whether the pool vouches for the address.
        legacy_uid: The user's id in the legacy system.
        groups: Group names; none for a legacy login.
        login: Which login this is.
    """

    subject: str | None
    username: str | None
    name: str | None = attrs.field(repr=False)
    email: str | None = attrs.field(repr=False)
    email_verified: bool
    legacy_uid: str | None
    groups: tuple[str, ...]
    login: Literal["cognito", "legacy"] = "cognito"


@attrs.frozen
class Session:
    """
    A signed-in user: tokens that were checked, and what they say.

    Attributes:
        tokens: As the browser carries them.
        identity: Of the ID token.
        access: Of the access token; same ``sub`` and issuer as *identity*.
    """

    tokens: TokenSet
    identity: IdentityClaims
    access: AccessClaims

    @property
    def user(self) -> User:
        """Who is signed in."""
        identity = self.identity
        return User(
            subject=identity.subject,
            username=identity.username,
            name=identity.name,
            email=identity.email,
            email_verified=identity.email_verified,
            legacy_uid=identity.legacy_uid,
            groups=identity.groups,
        )
