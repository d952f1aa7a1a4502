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
    def is_user_revoked(self, subject: str) -> bool:
        """
        Whether all sessions of a user were revoked and the entry is still kept.

        For sessions that do not say when they began: the user may have signed in again since.

        Args:
            subject: ``sub``.

        Raises:
            CoordinationUnavailableError: No usable answer.
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

        Args:
            subject: ``sub``.

            signed_in_until: Sessions with this sign-in time or an earlier one are revoked.  Aware,
                UTC.

            until: When the last of their tokens has expired.  Aware, UTC.

        Raises:
            CoordinationUnavailableError: No usable answer.  The sessions may be revoked.
        """
