"""Lists of revoked sessions under the contract of their port."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from authcore.adapters.coordination.process.revocations import ProcessRevocationList
from authcore.domain.errors import CoordinationUnavailableError
from authcore.ports.revocation import RevocationList
from authcore.ports.system import Clock
from authcore.testing.contracts.revocation import (
    HOUR,
    RevocationListContract,
    SharedRevocationListContract,
    access_claims,
)
from authcore.testing.fakes.revocation import InMemoryRevocationList
from authcore.testing.fakes.system import FrozenClock


class OnAFrozenClock:
    """By a clock of the tests."""

    @pytest.fixture
    def clock(self) -> FrozenClock:
        return FrozenClock()

    @pytest.fixture
    def revocations_clock(self, clock: FrozenClock) -> Clock:
        return clock

    @pytest.fixture
    def fast_forward(self, clock: FrozenClock) -> Callable[[timedelta], None]:
        return clock.advance


class TestInMemoryRevocationList(OnAFrozenClock, SharedRevocationListContract):
    @pytest.fixture
    def revocations(self, clock: FrozenClock) -> InMemoryRevocationList:
        return InMemoryRevocationList(clock)

    @pytest.fixture
    def outage(self, revocations: InMemoryRevocationList) -> Callable[[], None]:
        return lambda: setattr(revocations, "unavailable", True)


class TestProcessRevocationList(OnAFrozenClock, RevocationListContract):
    @pytest.fixture
    def revocations(self, clock: FrozenClock) -> RevocationList:
        return ProcessRevocationList(clock)

    def test_a_full_list_forgets_nobody_and_says_so(self, clock: FrozenClock) -> None:
        # DL-06
        revocations = ProcessRevocationList(clock, max_revocations=2)
        now = clock.now()
        revocations.revoke_session("sign-in-1", until=now + HOUR)
        revocations.revoke_user("berta", signed_in_until=now, until=now + HOUR)
        with pytest.raises(CoordinationUnavailableError):
            revocations.revoke_session("sign-in-2", until=now + HOUR)
        assert revocations.is_revoked(access_claims(now))
        assert revocations.is_revoked(access_claims(now, subject="berta", origin_jti=None))

        clock.advance(HOUR + timedelta(seconds=1))
        revocations.revoke_session("sign-in-2", until=clock.now() + HOUR)
        assert revocations.size == 1
