"""Sign-in attempts, sessions and their users."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NewType

import attrs

from authcore.domain.model.attempt_ids import attempt_id_of
from authcore.domain.model.pools import pool_of
from authcore.domain.model.tokens import AccessClaims, IdentityClaims, TokenSet
from authcore.domain.model.user_mapping import PLAIN, UserMapping


RedirectTarget = NewType("RedirectTarget", str)
"""An absolute http(s) URL that the allow-list accepted.  Made by RedirectAllowlist only."""

MAX_PENDING_ATTEMPTS = 10
"""Maximum number of unfinished sign-ins of one browser."""

MAX_REMEMBERED_TARGET = 256
"""Characters; ten attempts with longer targets would not fit a request header."""


@attrs.frozen
class SignInAttempt:
    """
    One unfinished sign-in, as the browser keeps it (sealed).

    Attributes:
        state_digest: Lower-case hex SHA-256 of the ``state`` sent to the provider.
        code_verifier: PKCE verifier, 43-128 unreserved characters.  See: RFC 7636 §4.1.
        nonce: The ID token must repeat it.
        client: Digest of the issuer, client id and redirect_uri that it was begun with.
        expires_at: Aware, UTC.
        target: Where to redirect in the end, for a restart after the state was lost; None where it
            is longer than MAX_REMEMBERED_TARGET.
        provider: The requested identity provider, for the same purpose.
        restarted: Whether the attempt is itself the restart of an earlier one.
        rounds: How many sign-ins for the same target the browser had completed just before, without
            reaching the target.
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

    @property
    def log_id(self) -> str:
        """The id of the attempt in log lines; opens nothing."""
        return attempt_id_of(self.state_digest)


@attrs.frozen
class PendingSignIns:
    """
    The unfinished sign-ins of a browser, at most MAX_PENDING_ATTEMPTS.

    Attributes:
        attempts: Oldest first.
    """

    attempts: tuple[SignInAttempt, ...] = ()

    def with_attempt(self, attempt: SignInAttempt, *, now: datetime) -> "PendingSignIns":
        """Add *attempt*; drop expired attempts, and the oldest beyond MAX_PENDING_ATTEMPTS."""
        live = tuple(a for a in self.attempts if a.expires_at > now)
        return PendingSignIns((*live, attempt)[-MAX_PENDING_ATTEMPTS:])

    def without(self, attempt: SignInAttempt) -> "PendingSignIns":
        """Drop *attempt*."""
        return PendingSignIns(
            tuple(a for a in self.attempts if a.state_digest != attempt.state_digest)
        )


@attrs.frozen
class CarriedSessions:
    """
    Every session that a browser carries, for a sign-out.

    Attributes:
        sessions: All that could be read; the one that counts, if any, first.
        has_unread: Whether there are cookies of sessions that could not be read: torn, forged, of
            another key ring or format, or too many.
        has_shadows: Whether a cookie is there more often than under the domains, present and
            former, that deletions reach.
    """

    sessions: tuple[TokenSet, ...] = attrs.field(default=(), repr=False)
    has_unread: bool = False
    has_shadows: bool = False


@attrs.frozen
class User:
    """
    The signed-in user, for applications.

    Attributes:
        subject: ``sub``, the pool's id of the user, which never changes; None for a user who never
            signed in to Cognito.
        username: ``cognito:username``; for a legacy login, the legacy user name.
        name: Display name.
        email: May be unverified.
        email_verified: Whether the pool, or the legacy system for a legacy login, verified *email*.
        legacy_uid: The user's id in the legacy system.
        groups: Group names; empty for a legacy login.
        login: ``cognito`` by default, or ``legacy``.
        roles: That follow from *groups* (``AUTHCORE_USER_ROLES``); empty for a legacy login.
        claims: The configured claims of the ID token (``AUTHCORE_USER_CLAIMS``), by name; empty by
            default and for a legacy login.
        pool: The user pool of *subject*; None for a legacy login.
        stated_at: When the pool stated all this: ``iat`` of the ID token, in seconds since 1970;
            None for a legacy login.
        actor: Who acts on behalf of the user, as the access token says (``act``); None, the
            default, where the user acts itself.
    """

    subject: str | None
    username: str | None
    name: str | None = attrs.field(repr=False)
    email: str | None = attrs.field(repr=False)
    email_verified: bool
    legacy_uid: str | None
    groups: tuple[str, ...]
    login: Literal["cognito", "legacy"] = "cognito"
    roles: tuple[str, ...] = ()
    claims: Mapping[str, object] = attrs.field(factory=dict, repr=False, hash=False)
    pool: str | None = None
    stated_at: float | None = None
    actor: str | None = None


def start_of(tokens: TokenSet, access: AccessClaims) -> datetime:
    """Tell when the session of *tokens*, with the access token of *access*, began."""
    told, kept = access.signed_in_at, tokens.signed_in_at
    return told if kept is None else min(told, kept)


@attrs.frozen
class Session:
    """
    The session of a signed-in user: verified tokens and their claims.

    Attributes:
        tokens: As issued.
        identity: Claims of the ID token.
        access: Claims of the access token; same ``sub`` and pool as *identity*.
    """

    tokens: TokenSet
    identity: IdentityClaims
    access: AccessClaims

    @property
    def signed_in_at(self) -> datetime:
        """When the session began, however often its tokens were refreshed.  Aware, UTC."""
        return start_of(self.tokens, self.access)

    def begin_at(self, moment: datetime | None) -> "Session":
        """Return the session as one that began at *moment*, if its tokens tell a later time."""
        if moment is None or moment >= self.access.signed_in_at:
            return self
        return attrs.evolve(self, tokens=attrs.evolve(self.tokens, signed_in_at=moment))

    @property
    def user(self) -> User:
        """The signed-in user, without configured claims and roles."""
        return self.user_with(PLAIN)

    def user_with(self, mapping: UserMapping) -> User:
        """The signed-in user, with the claims and roles of *mapping*."""
        identity = self.identity
        groups, pool = identity.groups, pool_of(identity.issuer)
        is_foreign = mapping.is_foreign(pool)
        actor = self.access.actor or identity.actor
        return User(
            subject=identity.subject,
            username=identity.username,
            name=identity.name,
            email=identity.email,
            email_verified=identity.email_verified,
            legacy_uid=None if is_foreign else identity.legacy_uid,
            groups=groups,
            roles=() if is_foreign else mapping.roles_of(groups),
            claims=mapping.claims_of(identity.claims),
            pool=pool,
            stated_at=identity.stated_at,
            actor=actor.name if actor else None,
        )
