"""A pool user and the legacy account it follows, in memory."""

from datetime import timedelta
from typing import Any, Final

import attrs

from authcore.domain.model.accounts import DeletedAccount, LegacyAccount
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.profiles import ProfilePolicy
from authcore.domain.model.usernames import LEGACY_UID
from authcore.domain.services.accounts.profile_sync import ProfileSync
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.accounts.user_turns import UserTurns
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.coordination import InMemoryLease
from authcore.testing.fakes.legacy_profiles import InMemoryLegacyProfiles
from authcore.testing.fakes.system import FrozenClock, RecordedPause
from authcore.testing.fakes.user_directory import (
    InMemoryProviderLinks,
    InMemoryUserAdministration,
    InMemoryUserDirectory,
)


UID: Final = "4711"
BACK_OFF: Final = (timedelta(seconds=1), timedelta(seconds=2))


class SyncWorld:
    """
    The account UID, linked with the pool user ``cordelia``; both have the same profile.

    Attributes:
        user: The pool user at the begin.
    """

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.pause = RecordedPause(self.clock)
        self.lease = InMemoryLease(self.clock)
        self.legacy = InMemoryLegacyProfiles()
        self.directory = InMemoryUserDirectory()
        self.administration = InMemoryUserAdministration(self.directory)
        self.audit = InMemoryAuditLog()
        self.user = self.directory.add(
            "cordelia",
            {
                "email": "cordelia@example.org",
                "email_verified": "true",
                "name": "Cordelia",
                LEGACY_UID: UID,
            },
        )
        self.legacy.put(
            LegacyAccount(
                UID,
                "cordelia",
                "cordelia@example.org",
                email_verified=True,
                display_name="Cordelia",
                cognito_id=self.user.subject,
            )
        )

    def sync(self, policy: ProfilePolicy | None = None) -> ProfileSync:
        """Return the service."""
        return ProfileSync(
            accounts=self.legacy,
            directory=self.directory,
            administration=self.administration,
            links=InMemoryProviderLinks(self.directory),
            writes=Retrier(
                rate_limiter=RateLimiter(25, clock=self.clock, pause=self.pause),
                pause=self.pause,
                back_off=BACK_OFF,
            ),
            turns=UserTurns(lease=self.lease, pause=self.pause, clock=self.clock),
            policy=policy or ProfilePolicy(),
            audit=self.audit,
        )

    def link_another(self, uid: str, email: str) -> DirectoryUser:
        """Add a second account and its user, in step."""
        attributes = {"email": email, "email_verified": "true", "name": uid, LEGACY_UID: uid}
        user = self.directory.add(f"user-{uid}", attributes)
        self.legacy.put(
            LegacyAccount(
                uid, uid, email, email_verified=True, display_name=uid, cognito_id=user.subject
            )
        )
        return user

    def change(self, **values: Any) -> LegacyAccount:
        """Change the account in the legacy system."""
        account = self.legacy.accounts[UID]
        assert isinstance(account, LegacyAccount)
        changed = attrs.evolve(account, **values)
        self.legacy.put(changed)
        return changed

    def delete_account(self) -> None:
        """Delete the account in the legacy system."""
        self.legacy.put(DeletedAccount(UID, self.user.subject))

    def now(self) -> DirectoryUser:
        """Return the pool user as it is."""
        found = self.directory.find("cordelia")
        assert found is not None
        return found

    def move(self, uid: str, email: str) -> None:
        """Give the account another address, and verify it."""
        account = self.legacy.accounts[uid]
        assert isinstance(account, LegacyAccount)
        self.legacy.put(attrs.evolve(account, email=email, email_verified=True))

    def address_of(self, uid: str) -> tuple[str | None, str | None]:
        """Return address of another account's user, and whether it is verified."""
        found = self.directory.find(f"user-{uid}")
        assert found is not None
        return found.attributes.get("email"), found.attributes.get("email_verified")

    def profile(self) -> tuple[str | None, str | None, str | None]:
        """Return address, whether it is verified, and name."""
        held = self.now().attributes
        return held.get("email"), held.get("email_verified"), held.get("name")
