"""The session that a request presents, and the decision about it."""

from typing import TypeAlias

import attrs

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.session import Session, User
from authcore.domain.model.tokens import TokenSet
from authcore.domain.model.user_mapping import PLAIN, UserMapping


@attrs.frozen
class PresentedSession:
    """
    The session that a request presents.

    Attributes:
        tokens: As read from the cookies; None when there are none.
        cookie_header: For the legacy login; empty (the default) where it is switched off.
        can_renew: Whether the response can carry new cookies or tokens; True by default.
    """

    tokens: TokenSet | None
    cookie_header: str = attrs.field(default="", repr=False)
    can_renew: bool = True


@attrs.frozen
class Admitted:
    """
    Signed in to Cognito.

    Attributes:
        session: Validated for this request.
        reason: ``ok``; ``refreshed``: its tokens are new, and the response must carry them;
            ``refresh_postponed``: a refresh was due and failed, and the tokens are still valid.
        mapping: Which claims and roles the user has; none by default.
    """

    session: Session
    reason: str = "ok"
    mapping: UserMapping = PLAIN

    @property
    def is_renewed(self) -> bool:
        """Whether the session's tokens differ from those that the request presented."""
        return self.reason == "refreshed"

    @property
    def user(self) -> User:
        """The signed-in user."""
        return self.session.user_with(self.mapping)


@attrs.frozen
class LegacyAdmitted:
    """
    Signed in to the legacy system only.

    Attributes:
        account: As the legacy system knows it.
        has_ended: Whether the request also presented a Cognito session that has ended.
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
    Not signed in.

    Attributes:
        reason: ``no_session``, ``session_revoked``, ``session_too_old``, or the ``code`` of the
            RejectedError.
        has_ended: Whether the presented session has ended and its cookies must be deleted.  False
            also for a revoked session whose user has a legacy session beside it.
        detail: The cause that *reason* leaves open, e.g. the claim; see AuthcoreError.  None by
            default.
    """

    reason: str
    has_ended: bool = False
    detail: str | None = attrs.field(default=None, eq=False)


@attrs.frozen
class OpenedSession:
    """
    The session that a long-lived connection was opened with: a WebSocket or a stream.

    Attributes:
        decision: That admitted it.
        cookie_header: Of the request that opened it.
    """

    decision: Admitted | LegacyAdmitted
    cookie_header: str = attrs.field(repr=False)


SessionDecision: TypeAlias = Admitted | LegacyAdmitted | SignInRequired
