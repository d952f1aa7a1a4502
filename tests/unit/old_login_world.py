"""A pool, and a legacy system whose users moved there; nothing leaves the process."""

from datetime import timedelta
from typing import Any, Final

import attrs

from authcore.domain.model.attempt_limits import AttemptLimit
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.moved_account import MovedAccount
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.accounts.linked_users import LinkedUsers
from authcore.domain.services.accounts.old_login_limits import OldLoginLimits
from authcore.domain.services.accounts.password_change import PasswordChange
from authcore.domain.services.accounts.password_verification import PasswordVerification
from authcore.testing.fakes.attempt_limits import InMemoryAttemptLimiter
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.password_authentication import InMemoryPasswordAuthenticator
from authcore.testing.fakes.token_endpoint import InMemoryTokenRevoker
from authcore.testing.fakes.user_directory import (
    InMemoryUserAdministration,
    InMemoryUserDirectory,
    InMemoryUserSessions,
)
from unit.session_world import SessionWorld


CALLER: Final = "legacy"
PASSWORD: Final = "canary-Password-1"
NEW: Final = "canary-Password-2"
GOOGLE: Final = ExternalIdentity("Google", "109511962726719553612")


class _Administration(InMemoryUserAdministration):
    """Sets passwords that the authenticator then accepts."""

    def __init__(
        self, directory: InMemoryUserDirectory, authenticator: InMemoryPasswordAuthenticator
    ) -> None:
        super().__init__(directory)
        self._authenticator = authenticator

    def set_password(self, username: str, password: str) -> None:
        super().set_password(username, password)
        self._authenticator.enrol(self._existing(username).username, password)


class OldLoginWorld(SessionWorld):
    """Anna, account 4711, moved to the pool."""

    def __init__(self, *, per_user: int = 10, per_caller: int = 100) -> None:
        super().__init__()
        self.pool = InMemoryUserDirectory()
        self.cognito = InMemoryPasswordAuthenticator(self._tokens_of)
        self.administration = _Administration(self.pool, self.cognito)
        self.open_sessions = InMemoryUserSessions(self.pool)
        self.revoker = InMemoryTokenRevoker(self.provider)
        self.recorded = InMemoryAuditLog()
        window = timedelta(minutes=5)
        self.per_user = InMemoryAttemptLimiter(AttemptLimit(per_user, window), self.clock)
        self.per_caller = InMemoryAttemptLimiter(AttemptLimit(per_caller, window), self.clock)
        self.issued: dict[str, Any] = {}
        self.anna = self.enrol("anna", "4711")
        self.account = MovedAccount("4711", self.anna.subject)

    def enrol(self, username: str, legacy_uid: str, **more: Any) -> DirectoryUser:
        """A user with PASSWORD who names the account *legacy_uid*."""
        self.cognito.enrol(username, PASSWORD)
        held = {"custom:legacy_uid": legacy_uid} if legacy_uid else {}
        return self.pool.add(username, held, **more)

    def federate(self, **changes: Any) -> MovedAccount:
        """An external user who names the account 4713."""
        user = self.pool.federate(GOOGLE, {"custom:legacy_uid": "4713"})
        self.pool.replace(attrs.evolve(user, **changes))
        return MovedAccount("4713", user.subject)

    def verify(
        self, password: str = PASSWORD, *, account: MovedAccount | None = None, **changes: Any
    ) -> None:
        self.verification(**changes).verify(account or self.account, password, caller=CALLER)

    def change(
        self, password: str = NEW, *, account: MovedAccount | None = None, **changes: Any
    ) -> bool:
        return self.password_change(**changes).change(
            account or self.account, password, caller=CALLER
        )

    def verification(self, **changes: Any) -> PasswordVerification:
        usual: dict[str, Any] = {
            "users": LinkedUsers(self.administration),
            "authenticator": self.cognito,
            "validator": self.validator,
            "revoker": self.revoker,
            "limits": self.limits,
            "audit": self.recorded,
        }
        return PasswordVerification(**{**usual, **changes})

    def password_change(self, **changes: Any) -> PasswordChange:
        usual: dict[str, Any] = {
            "users": LinkedUsers(self.administration),
            "administration": self.administration,
            "sessions": self.open_sessions,
            "limits": self.limits,
            "audit": self.recorded,
        }
        return PasswordChange(**{**usual, **changes})

    @property
    def limits(self) -> OldLoginLimits:
        return OldLoginLimits(users=self.per_user, callers=self.per_caller)

    @property
    def noted(self) -> list[tuple[str, str, str | None]]:
        """Action, reason and detail of each audit line."""
        return [(each.action, each.reason, each.detail) for each in self.recorded.events]

    def _tokens_of(self, username: str) -> TokenSet:
        user = self.pool.find(username)
        assert user is not None
        return self.sign_in(**{"sub": user.subject, "username": username, **self.issued})
