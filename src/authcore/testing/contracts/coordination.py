"""What every Lease, every MachineLock and every ReplayCache promises."""

import threading
from abc import abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import timedelta

import pytest

from authcore.domain.errors import CoordinationUnavailableError, LeaseHeldError
from authcore.ports.coordination import (
    CreateIntents,
    Lease,
    MachineLock,
    RenewableLease,
    ReplayCache,
)
from authcore.ports.system import Clock
from authcore.testing.contracts.suite import ContractSuite


TTL = timedelta(minutes=10)


class _MeetingKey(str):
    """
    A key at whose use in a dictionary two threads wait for each other, for a short time.

    If look-up and insertion are two steps, both threads pass the first before either takes the
    second; if they are one, no second thread arrives, and the wait ends.
    """

    __slots__ = ("_meeting",)

    def __init__(self, _text: str) -> None:
        self._meeting = threading.Barrier(2)

    def __hash__(self) -> int:
        with suppress(threading.BrokenBarrierError):
            self._meeting.wait(timeout=0.02)
        return super().__hash__()


class ReplayCacheContract(ContractSuite):
    """Run by every ReplayCache: the fake and each adapter."""

    @pytest.fixture
    @abstractmethod
    def seen(self) -> ReplayCache:
        """Returns the cache under test, without keys."""

    @pytest.fixture
    @abstractmethod
    def fast_forward(self) -> Callable[[timedelta], None]:
        """Returns a function that lets time pass for ``seen``."""

    def test_only_the_first_time_is_the_first_time(self, seen: ReplayCache) -> None:
        assert [seen.first_time("a", TTL) for _ in range(3)] == [True, False, False]

    def test_keys_do_not_touch_each_other(self, seen: ReplayCache) -> None:
        seen.first_time("a", TTL)
        assert seen.first_time("b", TTL)
        assert seen.first_time("A", TTL)
        assert not seen.first_time("a", TTL)

    def test_it_remembers_for_the_whole_ttl(
        self, seen: ReplayCache, fast_forward: Callable[[timedelta], None]
    ) -> None:
        seen.first_time("a", TTL)
        fast_forward(TTL - timedelta(seconds=2))
        assert not seen.first_time("a", TTL)

    def test_asking_again_does_not_prolong_the_memory(
        self, seen: ReplayCache, fast_forward: Callable[[timedelta], None]
    ) -> None:
        seen.first_time("a", TTL)
        fast_forward(TTL / 2)
        seen.first_time("a", TTL)
        fast_forward(TTL / 2 + timedelta(seconds=2))
        assert seen.first_time("a", TTL)

    def test_it_forgets_after_the_ttl_and_remembers_anew(
        self, seen: ReplayCache, fast_forward: Callable[[timedelta], None]
    ) -> None:
        seen.first_time("a", TTL)
        fast_forward(TTL + timedelta(seconds=2))
        assert seen.first_time("a", TTL)
        assert not seen.first_time("a", TTL)

    def test_a_short_memory_does_not_wait_for_a_long_one(
        self, seen: ReplayCache, fast_forward: Callable[[timedelta], None]
    ) -> None:
        seen.first_time("long", TTL)
        seen.first_time("short", timedelta(minutes=1))
        fast_forward(timedelta(minutes=2))
        assert seen.first_time("short", TTL)
        assert not seen.first_time("long", TTL)

    def test_what_was_forgotten_is_new_again_once(self, seen: ReplayCache) -> None:
        # AL-07
        seen.first_time("a", TTL)

        assert seen.forget("a")
        assert [seen.first_time("a", TTL) for _ in range(2)] == [True, False]

    def test_only_what_is_remembered_can_be_forgotten_and_only_once(
        self, seen: ReplayCache, fast_forward: Callable[[timedelta], None]
    ) -> None:
        assert not seen.forget("a")
        seen.first_time("a", TTL)
        assert [seen.forget("a") for _ in range(2)] == [True, False]
        seen.first_time("a", TTL)
        fast_forward(TTL + timedelta(seconds=2))
        assert not seen.forget("a")

    def test_forgetting_one_key_leaves_the_others(self, seen: ReplayCache) -> None:
        seen.first_time("a", TTL)
        seen.first_time("b", TTL)
        seen.forget("a")
        assert not seen.first_time("b", TTL)

    @pytest.mark.parametrize("number", range(5))
    def test_of_two_threads_at_once_one_is_first(self, seen: ReplayCache, number: int) -> None:
        # SP-01
        key = _MeetingKey(f"race {number}")
        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(seen.first_time, [key, key], [TTL, TTL]))
        assert sorted(answers) == [False, True]


class CreateIntentsContract(ReplayCacheContract):
    """Run by every CreateIntents: the fake and each adapter."""

    @pytest.fixture
    @abstractmethod
    def intents(self) -> CreateIntents:
        """Returns the intents under test, without keys."""

    @pytest.fixture
    def seen(self, intents: CreateIntents) -> ReplayCache:
        """Returns the intents, which keep all promises of a ReplayCache."""
        return intents

    def test_a_result_is_found_with_its_key_and_no_other(self, intents: CreateIntents) -> None:
        # AL-07
        intents.first_time("a", TTL)
        intents.first_time("b", TTL)

        intents.complete("a", "5001")

        assert (intents.result_of("a"), intents.result_of("b")) == ("5001", None)
        assert not intents.first_time("a", TTL)
        assert intents.result_of("a") == "5001"

    def test_a_key_that_is_not_remembered_has_no_result(self, intents: CreateIntents) -> None:
        intents.complete("a", "5001")
        assert intents.result_of("a") is None
        assert intents.first_time("a", TTL)
        assert intents.result_of("a") is None

    def test_a_result_is_kept_as_long_as_its_key(
        self, intents: CreateIntents, fast_forward: Callable[[timedelta], None]
    ) -> None:
        intents.first_time("a", TTL)
        intents.complete("a", "5001")
        fast_forward(TTL - timedelta(seconds=2))
        assert intents.result_of("a") == "5001"
        fast_forward(timedelta(seconds=4))
        assert intents.result_of("a") is None

    def test_a_key_that_is_remembered_again_has_no_earlier_result(
        self, intents: CreateIntents, fast_forward: Callable[[timedelta], None]
    ) -> None:
        intents.first_time("a", TTL)
        intents.complete("a", "5001")
        fast_forward(TTL + timedelta(seconds=2))
        intents.first_time("a", TTL)
        assert intents.result_of("a") is None

    def test_a_key_that_was_forgotten_has_no_result(self, intents: CreateIntents) -> None:
        intents.first_time("a", TTL)
        intents.complete("a", "5001")
        intents.forget("a")
        assert intents.result_of("a") is None
        intents.first_time("a", TTL)
        assert intents.result_of("a") is None

    def test_the_last_result_counts(self, intents: CreateIntents) -> None:
        intents.first_time("a", TTL)
        intents.complete("a", "5001")
        intents.complete("a", "5002")
        assert intents.result_of("a") == "5002"


class LeaseContract(ContractSuite):
    """Run by every Lease: the fake and each adapter."""

    @pytest.fixture
    @abstractmethod
    def lease(self) -> Lease:
        """Returns the lease under test, never held before."""

    @pytest.fixture
    @abstractmethod
    def lease_clock(self) -> Clock:
        """Returns the clock by which ``lease`` tells when a grant ends."""

    @pytest.fixture
    @abstractmethod
    def fast_forward(self) -> Callable[[timedelta], None]:
        """Returns a function that lets time pass for ``lease``."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the store of ``lease`` unavailable."""

    def test_what_is_held_cannot_be_held_again(self, lease: Lease) -> None:
        with lease.hold("a", TTL), pytest.raises(LeaseHeldError), lease.hold("a", TTL):
            pytest.fail("two hold one lease")

    def test_who_is_refused_learns_how_long_to_wait_at_most(self, lease: Lease) -> None:
        with lease.hold("a", TTL):
            with pytest.raises(LeaseHeldError) as refusal, lease.hold("a", TTL):
                pass
            wait = refusal.value.retry_after
            assert wait is None or timedelta(0) < wait <= TTL + timedelta(seconds=1)

    def test_a_refusal_leaves_the_holder_its_lease(self, lease: Lease) -> None:
        with lease.hold("a", TTL):
            for _ in range(2):
                with pytest.raises(LeaseHeldError), lease.hold("a", TTL):
                    pass

    def test_keys_do_not_keep_each_other_out(self, lease: Lease) -> None:
        with lease.hold("a", TTL), lease.hold("b", TTL), lease.hold("A", TTL):
            pass

    def test_it_is_free_after_the_block(self, lease: Lease) -> None:
        for _ in range(3):
            with lease.hold("a", TTL):
                pass

    def test_it_is_free_after_a_block_that_failed(self, lease: Lease) -> None:
        with pytest.raises(ZeroDivisionError), lease.hold("a", TTL):
            raise ZeroDivisionError

        with lease.hold("a", TTL):
            pass

    def test_it_is_held_for_the_whole_ttl(
        self, lease: Lease, fast_forward: Callable[[timedelta], None]
    ) -> None:
        with lease.hold("a", TTL):
            fast_forward(TTL - timedelta(seconds=2))
            with pytest.raises(LeaseHeldError), lease.hold("a", TTL):
                pass

    def test_it_is_free_after_the_ttl_though_its_holder_never_came_back(
        self, lease: Lease, fast_forward: Callable[[timedelta], None]
    ) -> None:
        # AL-07: a killed process releases nothing.
        with lease.hold("a", TTL):
            fast_forward(TTL + timedelta(seconds=2))
            with lease.hold("a", TTL):
                pass

    def test_a_late_release_does_not_free_what_another_holds_by_now(
        self, lease: Lease, fast_forward: Callable[[timedelta], None]
    ) -> None:
        # AL-07
        with ExitStack() as successor:
            with lease.hold("a", TTL):
                fast_forward(TTL + timedelta(seconds=2))
                successor.enter_context(lease.hold("a", TTL))
            with pytest.raises(LeaseHeldError), lease.hold("a", TTL):
                pass

    def test_the_grant_says_when_it_ends(self, lease: Lease, lease_clock: Clock) -> None:
        before = lease_clock.now()
        with lease.hold("a", TTL) as grant:
            after = lease_clock.now()

        assert grant.expires_at.utcoffset() == timedelta(0)
        assert before + TTL <= grant.expires_at <= after + TTL

    def test_the_fence_grows_with_every_grant(
        self, lease: Lease, fast_forward: Callable[[timedelta], None]
    ) -> None:
        # AL-07: over a release, and over a lease that ran out and came back late.
        fences = []
        with lease.hold("a", TTL) as grant:
            fences.append(grant.fence)
        with lease.hold("a", TTL) as grant:
            fences.append(grant.fence)
            fast_forward(TTL + timedelta(seconds=2))
            with lease.hold("a", TTL) as successor:
                fences.append(successor.fence)
        fast_forward(TTL * 10)
        with lease.hold("a", TTL) as grant:
            fences.append(grant.fence)

        assert fences[0] > 0
        assert fences == sorted(set(fences))

    @pytest.mark.parametrize("number", range(5))
    def test_of_two_threads_at_once_one_holds(self, lease: Lease, number: int) -> None:
        # AL-07, LT-02
        key = _MeetingKey(f"race {number}")
        asked = threading.Barrier(2)

        def attempt(_: int) -> bool:
            try:
                with lease.hold(key, TTL):
                    asked.wait(timeout=60)
                    return True
            except LeaseHeldError:
                asked.wait(timeout=60)
                return False

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(attempt, range(2))) == [False, True]

    def test_an_outage_is_not_a_lease_and_not_a_holder(
        self, lease: Lease, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(CoordinationUnavailableError), lease.hold("a", TTL):
            pytest.fail("held during an outage")


class RenewableLeaseContract(LeaseContract):
    """Run by every RenewableLease: the fake and each adapter."""

    @pytest.fixture
    @abstractmethod
    def renewable(self) -> RenewableLease:
        """Returns the lease under test, never held before."""

    @pytest.fixture
    def lease(self, renewable: RenewableLease) -> Lease:
        """Returns the lease, which keeps all promises of a Lease."""
        return renewable

    def test_a_renewed_lease_is_held_for_another_ttl(
        self, renewable: RenewableLease, fast_forward: Callable[[timedelta], None]
    ) -> None:
        with renewable.hold("a", TTL) as first:
            grant = first
            for _ in range(3):
                fast_forward(TTL - timedelta(seconds=2))
                grant = renewable.renew("a", grant, TTL)
            fast_forward(TTL - timedelta(seconds=2))
            with pytest.raises(LeaseHeldError), renewable.hold("a", TTL):
                pass

    def test_a_renewal_moves_the_end_and_keeps_the_fence(
        self,
        renewable: RenewableLease,
        lease_clock: Clock,
        fast_forward: Callable[[timedelta], None],
    ) -> None:
        with renewable.hold("a", TTL) as grant:
            fast_forward(TTL / 2)
            before = lease_clock.now()
            renewed = renewable.renew("a", grant, TTL)

        assert renewed.fence == grant.fence
        assert before + TTL <= renewed.expires_at <= lease_clock.now() + TTL

    def test_a_renewed_lease_is_free_after_the_block(
        self, renewable: RenewableLease, fast_forward: Callable[[timedelta], None]
    ) -> None:
        with renewable.hold("a", TTL) as grant:
            fast_forward(TTL / 2)
            renewable.renew("a", grant, TTL)

        with renewable.hold("a", TTL):
            pass

    def test_an_ended_lease_is_not_renewed_though_no_other_holder_came(
        self, renewable: RenewableLease, fast_forward: Callable[[timedelta], None]
    ) -> None:
        with renewable.hold("a", TTL) as grant:
            fast_forward(TTL + timedelta(seconds=2))
            with pytest.raises(LeaseHeldError):
                renewable.renew("a", grant, TTL)

    def test_the_lease_of_a_successor_is_not_renewed(
        self, renewable: RenewableLease, fast_forward: Callable[[timedelta], None]
    ) -> None:
        with renewable.hold("a", TTL) as grant:
            fast_forward(TTL + timedelta(seconds=2))
            with renewable.hold("a", TTL), pytest.raises(LeaseHeldError):
                renewable.renew("a", grant, TTL)

    def test_an_outage_is_no_renewal(
        self, renewable: RenewableLease, outage: Callable[[], None]
    ) -> None:
        with renewable.hold("a", TTL) as grant:
            outage()
            with pytest.raises(CoordinationUnavailableError):
                renewable.renew("a", grant, TTL)


class MachineLockContract(ContractSuite):
    """Run by every MachineLock: the fake and each adapter."""

    @pytest.fixture
    @abstractmethod
    def lock(self) -> MachineLock:
        """Returns the lock under test, never held before."""

    def test_what_is_locked_cannot_be_locked_again(self, lock: MachineLock) -> None:
        for _ in range(2):
            with lock.hold("a"), pytest.raises(LeaseHeldError), lock.hold("a"):
                pytest.fail("two hold one lock")

    def test_a_refusal_leaves_the_holder_its_lock(self, lock: MachineLock) -> None:
        with lock.hold("a"):
            for _ in range(2):
                with pytest.raises(LeaseHeldError), lock.hold("a"):
                    pass

    def test_locks_of_other_keys_are_free(self, lock: MachineLock) -> None:
        with lock.hold("a"), lock.hold("b"):
            pass

    def test_a_lock_is_free_after_a_block_that_failed(self, lock: MachineLock) -> None:
        with pytest.raises(ZeroDivisionError), lock.hold("a"):
            raise ZeroDivisionError

        with lock.hold("a"):
            pass
