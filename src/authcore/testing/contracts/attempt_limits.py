"""What every AttemptLimiter promises."""

from abc import abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import pytest

from authcore.domain.errors import TooManyAttemptsError
from authcore.domain.model.attempt_limits import AttemptLimit
from authcore.ports.attempt_limits import AttemptLimiter
from authcore.testing.contracts.suite import ContractSuite


LIMIT: Final = AttemptLimit(3, timedelta(minutes=5))


def _admits(limiter: AttemptLimiter, key: str) -> bool:
    try:
        limiter.admit(key)
    except TooManyAttemptsError:
        return False
    return True


class AttemptLimiterContract(ContractSuite):
    """Run by every AttemptLimiter: the fake and each adapter."""

    @pytest.fixture
    @abstractmethod
    def limiter(self) -> AttemptLimiter:
        """Returns the limiter under test, with LIMIT and without attempts, at a window's begin."""

    @pytest.fixture
    @abstractmethod
    def fast_forward(self) -> Callable[[timedelta], None]:
        """Returns a function that lets time pass for ``limiter``."""

    def test_the_limit_is_admitted_and_not_one_more(self, limiter: AttemptLimiter) -> None:
        # MG-05
        assert [_admits(limiter, "a") for _ in range(5)] == [True, True, True, False, False]

    def test_keys_do_not_touch_each_other(self, limiter: AttemptLimiter) -> None:
        for _ in range(4):
            _admits(limiter, "a")
        assert _admits(limiter, "b")
        assert _admits(limiter, "A")
        assert not _admits(limiter, "a")

    def test_a_refusal_says_when_the_window_ends(
        self, limiter: AttemptLimiter, fast_forward: Callable[[timedelta], None]
    ) -> None:
        for _ in range(3):
            limiter.admit("a")
        fast_forward(timedelta(minutes=2))

        with pytest.raises(TooManyAttemptsError) as refused:
            limiter.admit("a")

        assert refused.value.retry_after == timedelta(minutes=3)

    def test_a_window_admits_no_more_up_to_its_end(
        self, limiter: AttemptLimiter, fast_forward: Callable[[timedelta], None]
    ) -> None:
        for _ in range(3):
            limiter.admit("a")
        fast_forward(timedelta(minutes=4, seconds=59))
        assert not _admits(limiter, "a")

    def test_the_next_window_admits_the_limit_again(
        self, limiter: AttemptLimiter, fast_forward: Callable[[timedelta], None]
    ) -> None:
        for _ in range(4):
            _admits(limiter, "a")
        fast_forward(LIMIT.window)
        assert [_admits(limiter, "a") for _ in range(4)] == [True, True, True, False]

    def test_of_many_threads_at_once_the_limit_is_admitted(self, limiter: AttemptLimiter) -> None:
        # MG-05
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: _admits(limiter, "race"), range(16)))
        assert answers.count(True) == LIMIT.attempts
