"""Sessions that are ended before their tokens expire."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from authcore.domain.model.tokens import AccessClaims


class RevocationList(Protocol):
    """
    Remembers sessions whose tokens are refused although they are signed and not expired.

    Entries are kept until the last token they concern has expired.
    """

    __slots__ = ()

    @abstractmethod
    def is_revoked(self, access: AccessClaims) -> bool:
        """
        Whether the session of *access* was revoked, alone or together with all of its user.

        Raises:
            CoordinationUnavailableError: No usable answer.
        """

    @abstractmethod
    def is_user_revoked(self, subject: str, *, signed_in_at: datetime | None = None) -> bool:
        """
        Whether a session of the user was revoked together with all that the user had.

        For sessions of another login, which have no ``origin_jti``.

        Args:
            subject: ``sub``.

            signed_in_at: When the session began; None (the default) where it does not say.  Then it
                counts as revoked while the entry is kept, unless ``admit_undated`` came later.

        Raises:
            CoordinationUnavailableError: No usable answer.
        """

    @abstractmethod
    def admit_undated(self, subject: str, *, revoked_until: datetime) -> None:
        """
        Admit sessions of a user that do not say when they began, until the next revocation.

        Sessions that do say so stay revoked.

        Args:
            subject: ``sub``.

            revoked_until: Revocations of sessions that began until this moment, or an earlier one,
                do not concern undated sessions any more.  Aware, UTC.

        Raises:
            CoordinationUnavailableError: No usable answer.  The sessions may be admitted.
        """

    @abstractmethod
    def revoke_session(self, origin_jti: str, *, until: datetime) -> None:
        """
        Revoke every token that descends from one sign-in.

        Args:
            origin_jti: ``origin_jti`` claim of any token of the session.

            until: When the last of its tokens has expired.  Aware, UTC.

        Raises:
            CoordinationUnavailableError: No usable answer.  The session may be revoked.
        """

    @abstractmethod
    def revoke_user(self, subject: str, *, signed_in_until: datetime, until: datetime) -> None:
        """
        Revoke all sessions that a user has begun so far.

        Withdraws what ``admit_undated`` admitted, also where the clocks of the two callers differ.

        Args:
            subject: ``sub``.

            signed_in_until: Sessions with this sign-in time or an earlier one are revoked.  Aware,
                UTC.

            until: When the last of their tokens has expired.  Aware, UTC.

        Raises:
            CoordinationUnavailableError: No usable answer.  The sessions may be revoked.
        """
