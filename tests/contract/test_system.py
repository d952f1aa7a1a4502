"""Clocks, pauses and sources of chance."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from authcore.adapters.async_pause import SystemAsyncPause
from authcore.adapters.system import SystemClock, SystemEntropy, SystemPause, monotonic
from authcore.domain.errors import UnavailableError
from authcore.ports.system import AsyncPause, Clock, Entropy, Pause
from authcore.testing.contracts.system import (
    AsyncPauseContract,
    ClockContract,
    EntropyContract,
    PauseContract,
)
from authcore.testing.fakes.system import (
    FrozenClock,
    RecordedAsyncPause,
    RecordedPause,
    ScriptedEntropy,
)
from authcore_cli.stoppable_pause import StoppablePause


class TestFrozenClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return FrozenClock()


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return SystemClock()


class TestRecordedPause(PauseContract):
    @pytest.fixture
    def clock(self) -> FrozenClock:
        return FrozenClock()

    @pytest.fixture
    def pause(self, clock: FrozenClock) -> Pause:
        return RecordedPause(clock)

    def test_every_wait_is_recorded(self, clock: FrozenClock) -> None:
        pause = RecordedPause(clock)

        pause.wait(timedelta(seconds=2))
        pause.wait(timedelta(seconds=1))

        assert pause.waited == [timedelta(seconds=2), timedelta(seconds=1)]


class _MonotonicClock(Clock):
    """The wall clock may be set while a test runs."""

    def now(self) -> datetime:
        return datetime(2026, 3, 14, tzinfo=UTC) + timedelta(seconds=monotonic())


class TestSystemPause(PauseContract):
    @pytest.fixture
    def pause(self) -> Pause:
        return SystemPause()

    @pytest.fixture
    def clock(self) -> Clock:
        return _MonotonicClock()


class TestStoppablePause(PauseContract):
    @pytest.fixture
    def pause(self) -> Pause:
        return StoppablePause()

    @pytest.fixture
    def clock(self) -> Clock:
        return _MonotonicClock()


def test_a_stopped_pause_ends_the_waits_of_all_threads() -> None:
    pause = StoppablePause()
    with ThreadPoolExecutor(2) as threads:
        waits = [threads.submit(pause.wait, timedelta(days=1)) for _ in range(2)]
        pause.stop()
        for wait in waits:
            assert isinstance(wait.exception(), UnavailableError)
    with pytest.raises(UnavailableError):
        pause.wait(timedelta(0))


class TestScriptedEntropy(EntropyContract):
    @pytest.fixture
    def entropy(self) -> Entropy:
        return ScriptedEntropy()


class TestSystemEntropy(EntropyContract):
    @pytest.fixture
    def entropy(self) -> Entropy:
        return SystemEntropy()


class TestRecordedAsyncPause(AsyncPauseContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return FrozenClock()

    @pytest.fixture
    def async_pause(self, clock: FrozenClock) -> AsyncPause:
        return RecordedAsyncPause(clock)


class TestSystemAsyncPause(AsyncPauseContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return SystemClock()

    @pytest.fixture
    def async_pause(self) -> AsyncPause:
        return SystemAsyncPause()
