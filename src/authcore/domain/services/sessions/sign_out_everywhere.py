"""End all sessions of one user, for an administrator."""

from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.domain.errors import (
    AccountNotFoundError,
    AuthcoreError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.usernames import LEGACY_UID
from authcore.domain.model.validator_settings import MAX_LEEWAY
from authcore.ports.audit import AuditLog
from authcore.ports.revocation import RevocationList
from authcore.ports.system import Clock
from authcore.ports.user_directory import UserDirectory, UserSessions


LONGEST_SESSION: Final = timedelta(days=400)
"""The longest time that a browser keeps a cookie.  See: RFC 6265bis §5.5."""


@attrs.frozen
class EndedUser:
    """
    A user whose sessions have ended.

    Attributes:
        subject: ``sub``.
        legacy_uid: The legacy account that the pool names for the user; None where it names none.
        refused_until: Until when the revocation list refuses sessions of the user that do not say
            when they began; None without a list.  Aware, UTC.
    """

    subject: str
    legacy_uid: str | None
    refused_until: datetime | None


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SignOutEverywhere:
    """
    End all sessions of one user, for an administrator.

    Sessions of the legacy system do not end: its API has no call that ends all of an account.  The
    revocation list refuses them at every entrypoint that reads it, if the account names the user.

    Attributes:
        directory: Finds the user.
        sessions: Cognito.
        revocations: None where signed tokens stay valid until they expire.
        leeway: How far this clock and Cognito's may differ.
        clock: Tells which sessions exist.
        audit: Records the outcome.
    """

    directory: UserDirectory
    sessions: UserSessions
    revocations: RevocationList | None
    leeway: timedelta
    clock: Clock
    audit: AuditLog

    def end(self, username: str) -> EndedUser:
        """
        End every session that *username* has now.

        A session that begins within the leeway from now ends too, because the clocks may differ.

        The revocation list is written first, because the next request is refused by it; Cognito is
        called even if the list gives no answer.  Calling this again is harmless.

        Raises:
            AccountNotFoundError: The pool has no such user.

            UnavailableError: Not every session has ended.
        """
        try:
            ended = self._end(username)
        except (RejectedError, UnavailableError) as error:
            self.audit.record(AuditEvent.of("sign_out.everywhere", error))
            raise
        self.audit.record(
            AuditEvent.of(
                "sign_out.everywhere", None, subject=ended.subject, legacy_uid=ended.legacy_uid
            )
        )
        return ended

    def admit_undated(self, username: str) -> str:
        """
        Admit the sessions of the old login of *username* that do not say when they began.

        What the user had in Cognito stays ended, and so do sessions that say when they began.

        Returns:
            The user's ``sub``.

        Raises:
            AccountNotFoundError: The pool has no such user.

            UnavailableError: The directory or the list gave no answer.
        """
        error: AuthcoreError | None = None
        subject: str | None = None
        try:
            subject = self._admit(username)
        except (RejectedError, UnavailableError) as failure:
            error = failure
            raise
        finally:
            self.audit.record(AuditEvent.of("sign_out.allow", error, subject=subject))
        return subject

    def _admit(self, username: str) -> str:
        user = self.directory.find(username)
        if user is None:
            raise AccountNotFoundError("the pool has no such user")
        if self.revocations is not None:
            reached = self.clock.now() + self.leeway
            self.revocations.admit_undated(user.subject, revoked_until=reached)
        return user.subject

    def _end(self, username: str) -> EndedUser:
        user = self.directory.find(username)
        if user is None:
            raise AccountNotFoundError("the pool has no such user")
        try:
            refused_until = self._revoke(user.subject)
        finally:
            self.sessions.sign_out_everywhere(user.username)
        return EndedUser(user.subject, user.attributes.get(LEGACY_UID) or None, refused_until)

    def _revoke(self, subject: str) -> datetime | None:
        if self.revocations is None:
            return None
        now = self.clock.now()
        until = now + LONGEST_SESSION + MAX_LEEWAY
        self.revocations.revoke_user(subject, signed_in_until=now + self.leeway, until=until)
        return until
