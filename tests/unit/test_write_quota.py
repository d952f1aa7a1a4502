"""The limit of writes is read, not assumed."""

from datetime import timedelta

from authcore.domain.services.accounts.write_quota import READ_EVERY, WriteQuota
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.user_directory import InMemoryProvisionedLimits


def test_the_account_s_limit_counts() -> None:
    assert WriteQuota(InMemoryProvisionedLimits(40), clock=FrozenClock()).per_second() == 40


def test_without_one_the_documented_quota_counts() -> None:
    assert WriteQuota(InMemoryProvisionedLimits(None), clock=FrozenClock()).per_second() == 25


def test_a_process_may_take_less_and_never_more() -> None:
    limits, clock = InMemoryProvisionedLimits(40), FrozenClock()

    assert WriteQuota(limits, clock=clock, at_most=10).per_second() == 10
    assert WriteQuota(limits, clock=clock, at_most=99).per_second() == 40


def test_a_changed_limit_is_read_and_a_known_one_outlives_an_outage() -> None:
    limits, clock = InMemoryProvisionedLimits(40), FrozenClock()
    quota = WriteQuota(limits, clock=clock)
    quota.per_second()
    limits.rate = 60
    assert quota.per_second() == 40

    clock.advance(timedelta(minutes=15) - timedelta(microseconds=1))
    assert quota.per_second() == 40
    clock.advance(timedelta(microseconds=1))
    assert quota.per_second() == 60
    limits.rate = None
    clock.advance(READ_EVERY)
    assert quota.per_second() == 60


def test_each_category_has_its_own_limit_and_its_own_documented_quota() -> None:
    limits, clock = InMemoryProvisionedLimits(40), FrozenClock()
    limits.rates["UserCreation"] = 70

    assert WriteQuota(limits, clock=clock, category="UserCreation").per_second() == 70
    limits.rate = None
    assert WriteQuota(limits, clock=clock, category="UserCreation").per_second() == 50
    assert WriteQuota(limits, clock=clock, category="UserList").per_second() == 30


def test_a_share_is_left_to_others_and_one_request_a_second_remains() -> None:
    limits, clock = InMemoryProvisionedLimits(50), FrozenClock()

    assert WriteQuota(limits, clock=clock, leave=20).per_second() == 40
    assert WriteQuota(limits, clock=clock, leave=20, at_most=10).per_second() == 10
    limits.rate = 1
    assert WriteQuota(limits, clock=clock, leave=99).per_second() == 1
