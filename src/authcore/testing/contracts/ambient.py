"""What every Clock and every Entropy does."""

import re
from abc import ABC, abstractmethod
from datetime import timedelta

import pytest

from authcore.ports.ambient import Clock, Entropy


class ClockContract(ABC):
    """Subclass it, and say which clock."""

    @pytest.fixture
    @abstractmethod
    def clock(self) -> Clock:
        """The clock under test."""

    def test_the_time_is_aware_and_in_utc(self, clock: Clock) -> None:
        assert clock.now().utcoffset() == timedelta(0)

    def test_time_does_not_run_backwards(self, clock: Clock) -> None:
        moments = [clock.now() for _ in range(100)]

        assert moments == sorted(moments)


class EntropyContract(ABC):
    """Subclass it, and say which source."""

    @pytest.fixture
    @abstractmethod
    def entropy(self) -> Entropy:
        """The source under test."""

    def test_a_token_fits_a_pkce_verifier_and_a_url(self, entropy: Entropy) -> None:
        # SP-04: RFC 7636 §4.1 asks for 43 to 128 unreserved characters.
        assert re.fullmatch(r"[A-Za-z0-9_-]{43,128}", entropy.token())

    def test_no_token_comes_twice(self, entropy: Entropy) -> None:
        # SP-04
        assert len({entropy.token() for _ in range(10_000)}) == 10_000
