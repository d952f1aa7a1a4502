"""What every Clock, every Pause and every Entropy does."""

import asyncio
import re
from abc import abstractmethod
from datetime import timedelta

import pytest

from authcore.ports.system import AsyncPause, Clock, Entropy, Pause
from authcore.testing.contracts.suite import ContractSuite


class ClockContract(ContractSuite):
    """Subclass it, and say which clock."""

    @pytest.fixture
    @abstractmethod
    def clock(self) -> Clock:
        """Returns the clock under test."""

    def test_the_time_is_aware_and_in_utc(self, clock: Clock) -> None:
        assert clock.now().utcoffset() == timedelta(0)

    def test_time_does_not_run_backwards(self, clock: Clock) -> None:
        moments = [clock.now() for _ in range(100)]

        assert moments == sorted(moments)


class PauseContract(ContractSuite):
    """Subclass it, and say which pause, and the clock by which it waits."""

    @pytest.fixture
    @abstractmethod
    def pause(self) -> Pause:
        """Returns the pause under test."""

    @pytest.fixture
    @abstractmethod
    def clock(self) -> Clock:
        """Returns the clock that shows how long ``pause`` waited."""

    def test_it_waits_no_less_than_it_was_told(self, pause: Pause, clock: Clock) -> None:
        began = clock.now()

        pause.wait(timedelta(milliseconds=20))

        assert timedelta(milliseconds=20) <= clock.now() - began < timedelta(seconds=60)

    @pytest.mark.parametrize("duration", [timedelta(0), timedelta(days=-1)])
    def test_what_is_over_already_is_not_waited_for(
        self, pause: Pause, clock: Clock, duration: timedelta
    ) -> None:
        began = clock.now()

        pause.wait(duration)

        assert timedelta(0) <= clock.now() - began < timedelta(seconds=60)


class AsyncPauseContract(ContractSuite):
    """Subclass it, and say which pause, and the clock by which it waits."""

    @pytest.fixture
    @abstractmethod
    def async_pause(self) -> AsyncPause:
        """Returns the pause under test."""

    @pytest.fixture
    @abstractmethod
    def clock(self) -> Clock:
        """Returns the clock that shows how long ``async_pause`` waited."""

    @pytest.mark.parametrize("milliseconds", [20, 0, -1])
    def test_it_waits_no_less_than_it_was_told_and_others_run_meanwhile(
        self, async_pause: AsyncPause, clock: Clock, milliseconds: int
    ) -> None:
        duration = timedelta(milliseconds=milliseconds)

        async def other(ran: list[bool]) -> None:
            ran.append(True)

        async def wait() -> list[bool]:
            ran: list[bool] = []
            task = asyncio.create_task(other(ran))
            await async_pause.wait(duration)
            seen = list(ran)
            await task
            return seen

        began = clock.now()
        assert asyncio.run(wait()) == [True]
        assert max(duration, timedelta(0)) <= clock.now() - began < timedelta(seconds=60)


class EntropyContract(ContractSuite):
    """Subclass it, and say which source."""

    @pytest.fixture
    @abstractmethod
    def entropy(self) -> Entropy:
        """Returns the source under test."""

    def test_a_token_fits_a_pkce_verifier_and_a_url(self, entropy: Entropy) -> None:
        # SP-04: RFC 7636 §4.1 asks for 43 to 128 unreserved characters.
        assert re.fullmatch(r"[A-Za-z0-9_-]{43,128}", entropy.token())

    def test_no_token_comes_twice(self, entropy: Entropy) -> None:
        # SP-04
        assert len({entropy.token() for _ in range(10_000)}) == 10_000
