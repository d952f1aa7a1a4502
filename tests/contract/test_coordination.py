"""Leases and replay memory: the fakes and one process's own under the ports' suites."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from authcore.adapters.coordination.file_lock import FileLock
from authcore.adapters.coordination.process.leases import ProcessLease
from authcore.adapters.coordination.process.replay_cache import (
    ProcessCreateIntents,
    ProcessReplayCache,
)
from authcore.domain.errors import (
    ConfigurationError,
    CoordinationUnavailableError,
    LeaseHeldError,
)
from authcore.ports.coordination import (
    CreateIntents,
    Lease,
    MachineLock,
    RenewableLease,
    ReplayCache,
)
from authcore.ports.system import Clock
from authcore.testing.contracts.coordination import (
    TTL,
    CreateIntentsContract,
    MachineLockContract,
    RenewableLeaseContract,
    ReplayCacheContract,
)
from authcore.testing.fakes.coordination import (
    InMemoryCreateIntents,
    InMemoryLease,
    InMemoryMachineLock,
    InMemoryReplayCache,
)
from authcore.testing.fakes.system import FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


class TestInMemoryReplayCache(ReplayCacheContract):
    @pytest.fixture
    def seen(self, clock: FrozenClock) -> ReplayCache:
        return InMemoryReplayCache(clock)

    @pytest.fixture
    def fast_forward(self, clock: FrozenClock) -> Callable[[timedelta], None]:
        return clock.advance


class TestInMemoryCreateIntents(CreateIntentsContract):
    @pytest.fixture
    def intents(self, clock: FrozenClock) -> CreateIntents:
        return InMemoryCreateIntents(clock)

    @pytest.fixture
    def fast_forward(self, clock: FrozenClock) -> Callable[[timedelta], None]:
        return clock.advance


class TestProcessCreateIntents(CreateIntentsContract):
    @pytest.fixture
    def intents(self, clock: FrozenClock) -> CreateIntents:
        return ProcessCreateIntents(clock, max_entries=1_000)

    @pytest.fixture
    def fast_forward(self, clock: FrozenClock) -> Callable[[timedelta], None]:
        return clock.advance

    def test_results_are_bounded_and_the_oldest_goes_first(self, clock: FrozenClock) -> None:
        # DL-06
        intents = ProcessCreateIntents(clock, max_entries=2)
        for key in "abc":
            intents.first_time(key, TTL)
            intents.complete(key, f"result of {key}")
        assert [intents.result_of(key) for key in "abc"] == [None, "result of b", "result of c"]


class TestProcessReplayCache(ReplayCacheContract):
    @pytest.fixture
    def seen(self, clock: FrozenClock) -> ProcessReplayCache:
        return ProcessReplayCache(clock, max_entries=1_000)

    @pytest.fixture
    def fast_forward(self, clock: FrozenClock) -> Callable[[timedelta], None]:
        return clock.advance

    def test_memory_is_bounded_and_the_oldest_goes_first(self, clock: FrozenClock) -> None:
        # DL-06
        seen = ProcessReplayCache(clock, max_entries=3)
        for key in "abcd":
            seen.first_time(key, TTL)
        assert len(seen) == 3
        assert not any(seen.first_time(key, TTL) for key in "bcd")
        assert seen.first_time("a", TTL)

    def test_what_was_forgotten_and_came_again_is_young(self, clock: FrozenClock) -> None:
        seen = ProcessReplayCache(clock, max_entries=3)
        seen.first_time("long", TTL)
        seen.first_time("again", timedelta(minutes=1))
        seen.first_time("older", TTL)
        clock.advance(timedelta(minutes=2))
        seen.first_time("again", TTL)
        seen.first_time("new", TTL)
        seen.first_time("newer", TTL)
        assert not seen.first_time("again", TTL)

    def test_fifty_thousand_distinct_keys_leave_no_more_than_the_bound(
        self, clock: FrozenClock
    ) -> None:
        # DL-06
        seen = ProcessReplayCache(clock, max_entries=100)
        for number in range(50_000):
            seen.first_time(str(number), TTL)
        assert len(seen) == 100

    def test_what_has_had_its_time_makes_room(self, clock: FrozenClock) -> None:
        seen = ProcessReplayCache(clock, max_entries=1_000)
        for number in range(500):
            seen.first_time(str(number), TTL)
        clock.advance(TTL)
        seen.first_time("new", TTL)
        assert len(seen) == 1


class TestInMemoryLease(RenewableLeaseContract):
    @pytest.fixture
    def renewable(self, clock: FrozenClock) -> InMemoryLease:
        return InMemoryLease(clock)

    @pytest.fixture
    def lease_clock(self, clock: FrozenClock) -> Clock:
        return clock

    @pytest.fixture
    def fast_forward(self, clock: FrozenClock) -> Callable[[timedelta], None]:
        return clock.advance

    @pytest.fixture
    def outage(self, lease: InMemoryLease) -> Callable[[], None]:
        def begin() -> None:
            lease.unavailable = True

        return begin

    def test_it_tells_which_keys_it_was_asked_for(self, lease: InMemoryLease) -> None:
        for key in "aba":
            with lease.hold(key, TTL):
                pass

        assert lease.asked == ["a", "b", "a"]


class TestProcessLease(RenewableLeaseContract):
    @pytest.fixture
    def renewable(self, clock: FrozenClock) -> ProcessLease:
        return ProcessLease(clock, max_leases=3)

    @pytest.fixture
    def lease_clock(self, clock: FrozenClock) -> Clock:
        return clock

    @pytest.fixture
    def fast_forward(self, clock: FrozenClock) -> Callable[[timedelta], None]:
        return clock.advance

    @pytest.fixture
    def outage(self, lease: Lease) -> Iterator[Callable[[], None]]:
        """Full: the only way in which a process's own memory cannot answer."""
        with ExitStack() as others:

            def begin() -> None:
                for key in "bcd":
                    others.enter_context(lease.hold(key, TTL))

            yield begin

    @pytest.mark.xfail(reason="a process that is full still knows the leases that it gave")
    def test_an_outage_is_no_renewal(
        self, renewable: RenewableLease, outage: Callable[[], None]
    ) -> None:
        super().test_an_outage_is_no_renewal(renewable, outage)

    def test_nothing_is_remembered_of_leases_that_were_given_back(self, clock: FrozenClock) -> None:
        # DL-06
        lease = ProcessLease(clock)
        for number in range(100):
            with lease.hold(str(number), TTL):
                pass
        assert len(lease) == 0

    def test_leases_that_ran_out_make_room(self, clock: FrozenClock) -> None:
        # DL-06
        lease = ProcessLease(clock, max_leases=2)
        with lease.hold("a", TTL), lease.hold("b", TTL):
            with pytest.raises(CoordinationUnavailableError), lease.hold("c", TTL):
                pass
            clock.advance(TTL)
            with lease.hold("c", TTL):
                assert len(lease) == 1


class TestInMemoryMachineLock(MachineLockContract):
    @pytest.fixture
    def lock(self) -> MachineLock:
        return InMemoryMachineLock()


class TestFileLock(MachineLockContract):
    @pytest.fixture
    def lock(self, tmp_path: Path) -> MachineLock:
        return FileLock(tmp_path / "locks")

    def test_two_objects_on_one_folder_share_their_locks(
        self, lock: MachineLock, tmp_path: Path
    ) -> None:
        with lock.hold("a"), pytest.raises(LeaseHeldError), FileLock(tmp_path / "locks").hold("a"):
            pass

    def test_only_its_owner_may_read_the_folder_and_the_file(
        self, lock: MachineLock, tmp_path: Path
    ) -> None:
        with lock.hold("a"):
            modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("locks", "locks/a.lock")]

        assert modes == [0o700, 0o600]

    def test_the_lock_of_a_killed_process_is_free(self, lock: MachineLock, tmp_path: Path) -> None:
        code = (
            "import os, signal; from pathlib import Path;"
            "from authcore.adapters.coordination.file_lock import FileLock\n"
            f"with FileLock(Path({str(tmp_path / 'locks')!r})).hold('a'):\n"
            "    os.kill(os.getpid(), signal.SIGKILL)"
        )
        killed = subprocess.run([sys.executable, "-c", code], check=False)

        assert killed.returncode == -signal.SIGKILL
        with lock.hold("a"):
            pass

    def test_a_folder_that_cannot_be_made_is_a_wrong_setting(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()

        with pytest.raises(ConfigurationError), FileLock(tmp_path / "file" / "locks").hold("a"):
            pass
