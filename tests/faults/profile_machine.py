"""
Messages are created, repeated, reordered, delayed, lost, replayed and forged, clocks jump, and
processes are killed: in the end every pool user has the newest version of the account.
"""

from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from faults.profile_world import PROCESSES, STRANGERS, Message, ProfileWorld


EMAILS: Final = ("a@example.org", "b@example.org", None)
NAMES: Final = ("Ann", "Bea", None)
SKEWS: Final = (-300, -1, 1, 59, 3600)
INTERRUPTIONS: Final = (
    "pool down",
    "legacy down",
    "killed",
    "frozen",
    "changed",
    "overtaken",
)
MAX_USERS: Final = 3
MAX_MOMENT: Final = 10
"""Moments before and after the calls of one sync that writes twice: two are reads."""

CHOICES: Final = st.integers(0, 60)
PLANS: Final = st.dictionaries(
    st.integers(2, MAX_MOMENT), st.sampled_from(INTERRUPTIONS), min_size=1, max_size=2
)


class ProfileMachine(RuleBasedStateMachine):
    """See above.  A step chooses accounts and messages by number, modulo how many there are."""

    @initialize(shared_lease=st.booleans(), users=st.integers(1, MAX_USERS))
    def begin(self, shared_lease: bool, users: int) -> None:
        self.steps = 0
        self.world = ProfileWorld(shared_lease=shared_lease)
        for _ in range(users):
            self.world.create()

    @rule(which=CHOICES, email=st.sampled_from(EMAILS), is_verified=st.booleans())
    def change_address(self, which: int, email: str | None, is_verified: bool) -> None:
        if (uid := self._open(which)) is not None:
            self.world.change(uid, email=email, email_verified=is_verified)

    @rule(which=CHOICES, name=st.sampled_from(NAMES))
    def change_name(self, which: int, name: str | None) -> None:
        if (uid := self._open(which)) is not None:
            self.world.change(uid, display_name=name)

    @rule(which=CHOICES, locked=st.booleans())
    def change_lock(self, which: int, locked: bool) -> None:
        if (uid := self._open(which)) is not None:
            self.world.change(uid, locked=locked)

    @rule(which=CHOICES)
    def delete(self, which: int) -> None:
        if which % 10 == 0 and (uid := self._open(which)) is not None:
            self.world.delete(uid)

    @precondition(lambda self: self.world.queue)
    @rule(which=CHOICES)
    def duplicate(self, which: int) -> None:
        self.world.queue.append(Message(self.world.queue[which % len(self.world.queue)].uid))

    @precondition(lambda self: self.world.queue)
    @rule(which=CHOICES)
    def lose(self, which: int) -> None:
        self.world.lost.append(self.world.queue.pop(which % len(self.world.queue)))

    @precondition(lambda self: self.world.lost)
    @rule()
    def send_again(self) -> None:
        self.world.queue.append(self.world.lost.pop())

    @precondition(lambda self: self.world.delivered)
    @rule(which=CHOICES)
    def replay(self, which: int) -> None:
        delivered = self.world.delivered[which % len(self.world.delivered)]
        self.world.queue.append(Message(delivered.uid))

    @rule(uid=st.sampled_from((*STRANGERS, "4700", "", "x" * 65)), process=CHOICES)
    def forge(self, uid: str, process: int) -> None:
        assert self.world.forge(uid, process % PROCESSES) is None

    @rule(seconds=st.sampled_from(SKEWS))
    def skew(self, seconds: int) -> None:
        self.world.skew(seconds)

    @precondition(lambda self: self.world.queue)
    @rule(which=CHOICES, process=CHOICES)
    def deliver(self, which: int, process: int) -> None:
        self._deliver(which, process, {}, acknowledges=True)

    @precondition(lambda self: self.world.queue)
    @rule(which=CHOICES, process=CHOICES)
    def crash_between_apply_and_acknowledge(self, which: int, process: int) -> None:
        self._deliver(which, process, {}, acknowledges=False)

    @rule(which=CHOICES, name=st.sampled_from(NAMES), process=CHOICES, plan=PLANS)
    def change_and_interrupt(
        self, which: int, name: str | None, process: int, plan: dict[int, str]
    ) -> None:
        """A message that has something to write meets the faults."""
        if (uid := self._open(which)) is not None:
            self.world.change(uid, display_name=name, locked=which % 2 == 0)
            self._deliver(len(self.world.queue) - 1, process, plan, acknowledges=True)

    @rule()
    def settle(self) -> None:
        self.world.drain()
        assert self.world.divergences() == []

    @invariant()
    def nothing_is_ever_wrong(self) -> None:
        self.steps += 1
        assert self.world.violations() == []

    def teardown(self) -> None:
        """At the end of every run, of one that failed too."""
        if hasattr(self, "world"):
            self.settle()

    def _deliver(
        self, which: int, process: int, plan: dict[int, str], *, acknowledges: bool
    ) -> None:
        message, process = self.world.queue[which % len(self.world.queue)], process % PROCESSES
        interruptions = {
            moment: self.world.interrupt(kind, message.uid, process)
            for moment, kind in plan.items()
        }
        self.world.deliver(message, process, interruptions, acknowledges=acknowledges)

    def _open(self, which: int) -> str | None:
        """Return an account that was not deleted; None if all were."""
        uids = [uid for uid in self.world.newest if self.world.is_open(uid)]
        return uids[which % len(uids)] if uids else None
