"""
Two processes, a queue, a legacy system and a pool, with faults between any two calls.

The model keeps of each account the newest version, and every value it ever had.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import attrs

from authcore.domain.errors import (
    AuthcoreError,
    LegacyUnavailableError,
    ProviderUnavailableError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.accounts import DeletedAccount, LegacyAccount
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.profiles import ProfilePolicy
from authcore.domain.model.usernames import LEGACY_UID
from authcore.domain.services.accounts.profile_sync import ProfileSync
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.accounts.user_turns import TURN, UserTurns
from authcore.ports.coordination import LeaseGrant
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.coordination import InMemoryLease
from authcore.testing.fakes.legacy_profiles import InMemoryLegacyProfiles
from authcore.testing.fakes.system import FrozenClock, RecordedPause
from authcore.testing.fakes.user_directory import (
    InMemoryProviderLinks,
    InMemoryUserAdministration,
    InMemoryUserDirectory,
)


POLICY: Final = ProfilePolicy(on_lock="follow")
PROCESSES: Final = 2
MAX_DRAIN: Final = 400
"""Deliveries in a row until the queue must be empty; each comes after the longest turn."""

STRANGERS: Final = {"one-sided": None, "crossed": "another"}
"""Accounts whose user names no account, or another one: nothing may be written to them."""

Interruption = Callable[[], None]


class Killed(BaseException):
    """The process was killed: nothing of it runs any more, and what it held stays held."""


class Calls:
    """
    Counts the moments before and after each call of a process, and interrupts some of them.

    Attributes:
        plan: What happens at which moment, counted from the begin of a delivery.
    """

    def __init__(self) -> None:
        self.plan: dict[int, Interruption] = {}
        self._moment = 0

    def begin(self, plan: Mapping[int, Interruption]) -> None:
        """Count from zero."""
        self._moment, self.plan = 0, dict(plan)

    def pass_moment(self) -> None:
        """Let happen what is planned for now."""
        self._moment += 1
        interruption = self.plan.pop(self._moment, None)
        if interruption is not None:
            interruption()


class InterruptedProfiles(InMemoryLegacyProfiles):
    def __init__(self, accounts: InMemoryLegacyProfiles, calls: Calls) -> None:
        super().__init__()
        self.accounts = accounts.accounts
        self._calls = calls

    def read(self, legacy_uids: Sequence[str]) -> Mapping[str, LegacyAccount | DeletedAccount]:
        self._calls.pass_moment()
        found = super().read(legacy_uids)
        self.reads.clear()
        self._calls.pass_moment()
        return found


class InterruptedDirectory(InMemoryUserDirectory):
    def __init__(self, directory: InMemoryUserDirectory, calls: Calls) -> None:
        super().__init__()
        self._users = directory._users  # the same pool, seen by another process
        self._calls = calls

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        self._calls.pass_moment()
        super().set_attributes(username, attributes)
        self._calls.pass_moment()

    def delete_user(self, username: str) -> None:
        self._calls.pass_moment()
        super().delete_user(username)
        self._calls.pass_moment()


class InterruptedAdministration(InMemoryUserAdministration):
    def __init__(self, directory: InMemoryUserDirectory, calls: Calls) -> None:
        super().__init__(directory)
        self._calls = calls

    def find_by_subject(self, subject: str) -> DirectoryUser | None:
        self._calls.pass_moment()
        found = super().find_by_subject(subject)
        self._calls.pass_moment()
        return found

    def disable_user(self, username: str) -> None:
        self._calls.pass_moment()
        super().disable_user(username)
        self._calls.pass_moment()

    def enable_user(self, username: str) -> None:
        self._calls.pass_moment()
        super().enable_user(username)
        self._calls.pass_moment()


class AbandonedLease(InMemoryLease):
    """A killed process releases nothing."""

    @contextmanager
    def hold(self, key: str, ttl: timedelta) -> Iterator[LeaseGrant]:
        grant = self._acquire(key, ttl)
        try:
            yield grant
        except Killed:
            raise
        except BaseException:
            self._release(key, grant)
            raise
        self._release(key, grant)


@attrs.frozen(eq=False)
class Message:
    """
    One message in a queue.

    Attributes:
        uid: The account that it names.
    """

    uid: str


@attrs.frozen
class Process:
    """
    One that answers messages.

    Attributes:
        sync: Its service.
        calls: What interrupts it.
    """

    sync: ProfileSync
    calls: Calls


class ProfileWorld:
    """
    Both systems, the queue and the model.

    Attributes:
        queue: Messages that were sent and not acknowledged.
        delivered: Messages that left the queue, for replays.
        lost: Messages that never arrived; their senders try again.
        newest: The newest version of each account, as the legacy system has it.
    """

    def __init__(self, *, shared_lease: bool) -> None:
        self.clock = FrozenClock()
        self.pause = RecordedPause(self.clock)
        self.legacy = InMemoryLegacyProfiles()
        self.directory = InMemoryUserDirectory()
        self.queue: list[Message] = []
        self.delivered: list[Message] = []
        self.lost: list[Message] = []
        self.audit = InMemoryAuditLog()
        self._shared = AbandonedLease(self.clock) if shared_lease else None
        self.processes = [self._process() for _ in range(PROCESSES)]
        self._had: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._verified: defaultdict[str, set[str]] = defaultdict(set)
        self._usernames: dict[str, str] = {}
        self._strangers = {uid: self._link(uid, names) for uid, names in STRANGERS.items()}
        for uid in STRANGERS:
            self._put(attrs.evolve(self._account(uid), display_name="Mallory", locked=True))

    @property
    def newest(self) -> Mapping[str, LegacyAccount | DeletedAccount]:
        """The accounts whose pool users follow."""
        accounts = self.legacy.accounts
        return {uid: accounts[uid] for uid in self._usernames if uid not in self._strangers}

    def create(self) -> None:
        """Create an account and its user, linked and in step."""
        uid = str(4711 + len(self._usernames))
        self._link(uid, uid)

    def change(self, uid: str, **values: Any) -> None:
        """Change an account in the legacy system, which then sends a message."""
        self._put(attrs.evolve(self._account(uid), **values))
        self.queue.append(Message(uid))

    def delete(self, uid: str) -> None:
        """Delete an account, which then sends a message."""
        account = self.legacy.accounts[uid]
        self.legacy.put(DeletedAccount(uid, account.cognito_id))
        self.queue.append(Message(uid))

    def is_open(self, uid: str) -> bool:
        """Whether the account was not deleted."""
        return isinstance(self.legacy.accounts[uid], LegacyAccount)

    def deliver(
        self,
        message: Message,
        process: int,
        plan: Mapping[int, Interruption],
        *,
        acknowledges: bool = True,
    ) -> None:
        """Give one message to a process; it stays in the queue where it is not acknowledged."""
        if self.answer(message.uid, process, plan) and acknowledges:
            self.queue.remove(message)
            self.delivered.append(message)

    def answer(self, uid: str, process: int, plan: Mapping[int, Interruption]) -> bool:
        """Return whether the message about *uid* is settled: in step, or put aside."""
        chosen = self.processes[process]
        chosen.calls.begin(plan)
        try:
            chosen.sync.sync(uid)
        except UnavailableError:
            return False
        except RejectedError:
            return True
        except Killed:
            self.processes[process] = self._process()
            return False
        return True

    def forge(self, uid: str, process: int) -> str | None:
        """Return what a forged message did; None if it did nothing."""
        before = self.directory.everybody()
        self.answer(uid, process, {})
        changed = self.directory.everybody() != before
        return f"a message about {uid} changed the pool" if changed else None

    def interrupt(self, kind: str, uid: str, process: int) -> Interruption:
        """Return what happens between two calls."""
        return {
            "pool down": lambda: self._fail(ProviderUnavailableError("down")),
            "legacy down": lambda: self._fail(LegacyUnavailableError("down")),
            "killed": self._kill,
            "frozen": lambda: self.clock.advance(TURN),
            "changed": lambda: self._change_meanwhile(uid),
            "overtaken": lambda: self._overtake(uid, 1 - process),
        }[kind]

    def skew(self, seconds: int) -> None:
        """Set every clock forward or back."""
        self.clock.advance(timedelta(seconds=seconds))

    def drain(self) -> None:
        """Deliver all messages, lost ones too, until the queue is empty."""
        self.queue += self.lost
        self.lost.clear()
        for _ in range(MAX_DRAIN):
            if not self.queue:
                return
            self.deliver(self.queue[0], 0, {})
            self.clock.advance(TURN)
        raise AssertionError("the queue does not empty")

    def divergences(self) -> list[str]:
        """Return where pool users differ from the newest version; call it after ``drain``."""
        return [
            wrong
            for uid, account in self.newest.items()
            for wrong in self._divergences(uid, account, self._user(uid))
        ]

    def violations(self) -> list[str]:
        """Return what must never be, also while messages are under way."""
        wrong = [
            f"{uid} was written to"
            for uid, user in self._strangers.items()
            if self.directory.find(user.username) != user
        ]
        for uid in self.newest:
            user = self._user(uid)
            held = user.attributes
            wrong += [
                f"{uid} got a {name} it never had"
                for name in ("email", "name")
                if held.get(name, "") not in self._had[uid, name]
            ]
            if held.get("email_verified") == "true" and held["email"] not in self._verified[uid]:
                wrong.append(f"{uid} has a verified address that was never verified")
            if held.get(LEGACY_UID) != uid:
                wrong.append(f"{uid} lost its link")
        return wrong

    def _divergences(
        self, uid: str, account: LegacyAccount | DeletedAccount, user: DirectoryUser
    ) -> Iterator[str]:
        if isinstance(account, DeletedAccount):
            if user.enabled:
                yield f"{uid} was deleted, and its user is enabled"
            return
        held = user.attributes
        if (held.get("email"), held.get("name")) != (account.email, account.display_name):
            yield f"{uid} has not the newest profile"
        if account.email and account.email_verified and held.get("email_verified") != "true":
            yield f"{uid} has an address that is verified and does not say so"
        if user.enabled is account.locked:
            yield f"{uid} has not the newest lock"

    def _link(self, uid: str, names: str | None) -> DirectoryUser:
        """Add an account and its user, who names *names*."""
        account = LegacyAccount(
            uid, f"user-{uid}", f"{uid}@example.org", email_verified=True, display_name=uid
        )
        attributes = {"email": f"{uid}@example.org", "email_verified": "true", "name": uid}
        link = {} if names is None else {LEGACY_UID: names}
        user = self.directory.add(f"user-{uid}", {**attributes, **link})
        self._usernames[uid] = user.username
        self._put(attrs.evolve(account, cognito_id=user.subject))
        return user

    def _put(self, account: LegacyAccount) -> None:
        uid = account.legacy_uid
        self._had[uid, "email"].add(account.email or "")
        self._had[uid, "name"].add(account.display_name or "")
        if account.email_verified and account.email:
            self._verified[uid].add(account.email)
        self.legacy.put(account)

    def _account(self, uid: str) -> LegacyAccount:
        account = self.legacy.accounts[uid]
        assert isinstance(account, LegacyAccount)
        return account

    def _user(self, uid: str) -> DirectoryUser:
        user = self.directory.find(self._usernames[uid])
        assert user is not None
        return user

    def _change_meanwhile(self, uid: str) -> None:
        if uid in self.newest and self.is_open(uid):
            self.change(uid, display_name=f"{self._account(uid).display_name}+"[-8:])

    def _overtake(self, uid: str, process: int) -> None:
        """Change the account once more, and let another process answer that message first."""
        if uid in self.newest and self.is_open(uid):
            self._change_meanwhile(uid)
            self.deliver(self.queue[-1], process, {})

    def _fail(self, error: AuthcoreError) -> None:
        raise error

    def _kill(self) -> None:
        raise Killed

    def _process(self) -> Process:
        calls = Calls()
        directory = InterruptedDirectory(self.directory, calls)
        lease = self._shared or AbandonedLease(self.clock)
        sync = ProfileSync(
            accounts=InterruptedProfiles(self.legacy, calls),
            directory=directory,
            administration=InterruptedAdministration(directory, calls),
            links=InMemoryProviderLinks(directory),
            writes=Retrier(
                rate_limiter=RateLimiter(25, clock=self.clock, pause=self.pause),
                pause=self.pause,
                back_off=(timedelta(milliseconds=250),),
            ),
            turns=UserTurns(lease=lease, pause=self.pause, clock=self.clock),
            policy=POLICY,
            audit=self.audit,
        )
        return Process(sync, calls)
