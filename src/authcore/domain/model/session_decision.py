"""What a request to a guarded page carries, and what is decided about it."""

from typing import TypeAlias

import attrs

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.session import Session, User
from authcore.domain.model.tokens import TokenSet


@attrs.frozen
class PresentedSession:
    """
    The session data of one request.

    Attributes:
        tokens: From the session cookies; None when there are none.
        cookie_header: For the legacy login; empty, the default, where the legacy login does not
            count.
        can_renew: Whether the response can carry new cookies or tokens; by default True.
    """

    tokens: TokenSet | None
    cookie_header: str = attrs.field(default="", repr=False)
    can_renew: bool = True


@attrs.frozen
class Admitted:
    """
    The request comes from a user who is signed in to Cognito.

    Attributes:
        session: Verified for this request.
        reason: ``ok``; ``refreshed``: the tokens are new and must be returned to the client that
            sent the old ones; ``refresh_postponed``: a refresh is due, and the old tokens are used
            until it succeeds.
    """

    session: Session
    reason: str = "ok"

    @property
    def is_renewed(self) -> bool:
        """Whether the tokens are not those that the request carried."""
        return self.reason == "refreshed"

    @property
    def user(self) -> User:
        """The signed-in user."""
        return self.session.user


@attrs.frozen
class LegacyAdmitted:
    """
    The request comes from a user who is signed in to the legacy system only.

    Attributes:
        account: Of the legacy system.
        has_ended: Whether the request also carried a Cognito session that is no longer valid and
            must be deleted.
    """

    account: LegacyAccount
    has_ended: bool = False
    reason: str = attrs.field(default="legacy_session", init=False)

    @property
    def user(self) -> User:
        """The signed-in user."""
        account = self.account
        return User(
            subject=account.cognito_id,
            username=account.username,
            name=account.display_name,
            email=account.email,
            email_verified=account.email_verified,
            legacy_uid=account.legacy_uid,
            groups=(),
            login="legacy",
        )


@attrs.frozen
class SignInRequired:
    """
    The request has no valid session.

    Attributes:
        reason: ``no_session``, ``session_revoked``, ``session_too_old``, or the ``code`` of the
            RejectedError.
        has_ended: Whether the request carried a session that is no longer valid and must be
            deleted.
    """

    reason: str
    has_ended: bool = False


SessionDecision: TypeAlias = Admitted | LegacyAdmitted | SignInRequired
