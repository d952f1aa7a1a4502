"""Clocks, pauses and sources of chance."""

from datetime import UTC, datetime, timedelta

import pytest

from authcore.adapters.async_pause import SystemAsyncPause
from authcore.adapters.system import SystemClock, SystemEntropy, SystemPause, monotonic
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
