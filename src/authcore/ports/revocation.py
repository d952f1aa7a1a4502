"""Sessions that must end before their tokens do."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from authcore.domain.model.tokens import AccessClaims


class RevocationList(Protocol):
    """
    Remembers whose tokens count no more, although their signatures hold and they are not expired.

    Entries are kept until their end and are not asked about afterwards.
    """

    __slots__ = ()

    @abstractmethod
    def is_revoked(self, access: AccessClaims) -> bool:
        """
        Whether the session that *access* belongs to was revoked, alone or with all of its user's.

        Raises:
            CoordinationUnavailableError: Nobody can say.
        """

    @abstractmethod
    def revoke_session(self, origin_jti: str, *, until: datetime) -> None:
        """
        Revoke every token that descends from one sign-in.

        Args:
            origin_jti: Of any of its tokens.

            until: When the last of them has expired.  Aware, UTC.

        Raises:
            CoordinationUnavailableError: It may be revoked or not.
        """

    @abstractmethod
    def revoke_user(self, subject: str, *, signed_in_until: datetime, until: datetime) -> None:
        """
        Revoke all sessions of one user that exist now.

        Args:
            subject: ``sub``.

            signed_in_until: Sessions begun at this second or earlier end.  Aware, UTC.

            until: When the last of their tokens has expired.  Aware, UTC.

        Raises:
            CoordinationUnavailableError: It may be revoked or not.
        """
