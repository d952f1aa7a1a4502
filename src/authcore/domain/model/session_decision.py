"""Who comes to a guarded page, and what is decided about them."""

from typing import TypeAlias

import attrs

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.session import Session, User
from authcore.domain.model.tokens import TokenSet


@attrs.frozen
class PresentedSession:
    """
    What a request carries.

    Attributes:
        tokens: As read from the cookies; None when there are none.
        cookie_header: For the legacy login; empty where it does not count.
        can_renew: Whether the answer can carry new cookies or tokens.
    """

    tokens: TokenSet | None
    cookie_header: str = attrs.field(default="", repr=False)
    can_renew: bool = True


@attrs.frozen
class Admitted:
    """
    Signed in to Cognito.

    Attributes:
        session: Checked just now.
        reason: ``ok``; ``refreshed``: its tokens are new and must reach whoever carried the old
            ones; ``refresh_postponed``: it was due, and goes on as it is.
    """

    session: Session
    reason: str = "ok"

    @property
    def is_renewed(self) -> bool:
        """Whether the session's tokens are not those that were carried."""
        return self.reason == "refreshed"

    @property
    def user(self) -> User:
        """Who is signed in."""
        return self.session.user


@attrs.frozen
class LegacyAdmitted:
    """
    Signed in to the legacy system only.

    Attributes:
        account: As the legacy system knows it.
        has_ended: Whether a Cognito session was carried, too, that is worth nothing any more.
    """

    account: LegacyAccount
    has_ended: bool = False
    reason: str = attrs.field(default="legacy_session", init=False)

    @property
    def user(self) -> User:
        """Who is signed in."""
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
    Not signed in.

    Attributes:
        reason: ``no_session``, ``session_revoked``, ``session_too_old``, or the ``code`` of the
            RejectedError.
        has_ended: Whether what was carried is worth nothing any more and is to be deleted.
    """

    reason: str
    has_ended: bool = False


SessionDecision: TypeAlias = Admitted | LegacyAdmitted | SignInRequired
