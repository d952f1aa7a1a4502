"""Where the simulation aggregates: the real services on a virtual clock take as long as it says."""

from collections import Counter
from datetime import timedelta
from typing import Final

import attrs
import pytest

from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.sessions.refresh_policy import RefreshPolicy
from authcore.domain.services.sessions.session_validation import validate_session
from authcore.testing.fakes.legacy_accounts import LegacyRow
from authcore.testing.fakes.system import FrozenClock, RecordedPause
from authcore.testing.mint import TokenMint
from authcore.wiring.profile_sync import BURST
from authcore_local.cognito.idp_api.request_rates import RequestRates
from simulation import backlog, busy_days, refreshes, ways
from simulation.quotas import RATES
from unit.linking_world import EMMAS_OLD_ACCOUNT, NATIVE_EMMA, World, migrated
from unit.profile_sync_queue import Queue, ThrottledDirectory
from unit.session_world import SessionWorld


USERS: Final = 2_000
SECOND: Final = timedelta(seconds=1)


@pytest.mark.parametrize("others", [0, 5])
def test_changed_profiles_drain_as_the_simulation_says(others: int) -> None:
    took = Queue(500, others).empty()

    a_burst = backlog.seconds_to_drain(RATES["UserUpdate"] + BURST, others)  # free at the begin
    predicted = backlog.seconds_to_drain(500, others)
    assert predicted - a_burst <= took.total_seconds() <= predicted * 1.02


def test_created_users_take_as_long_as_the_simulation_says_and_none_is_refused() -> None:
    clock = FrozenClock()
    rates = RequestRates(clock)
    rates.throttle("UserCreation", RATES["UserCreation"])
    limiter = RateLimiter(RATES["UserCreation"], clock=clock, pause=RecordedPause(clock))
    began = clock.now()

    for _ in range(USERS):
        limiter.acquire()
        rates.check("AdminCreateUser")

    predicted = USERS / ways.CREATING
    assert (clock.now() - began).total_seconds() == pytest.approx(predicted, rel=0.01)


def test_links_beyond_the_quota_are_postponed_as_the_simulation_says() -> None:
    a_second, users = 40, 240
    accounts = [
        attrs.evolve(EMMAS_OLD_ACCOUNT, legacy_uid=f"{n}", username=f"user-{n}", email=None)
        for n in range(users)
    ]
    world = World(*map(LegacyRow, accounts))
    world.directory = directory = ThrottledDirectory(world.clock)
    linking = attrs.evolve(world.service, directory=directory)
    statuses: Counter[str] = Counter()
    for account in accounts:
        name = f"user-{account.legacy_uid}"
        person = migrated(attrs.evolve(NATIVE_EMMA, username=name, subject=name), account)
        world.knows(person)
        statuses[linking.link(person).status] += 1
        world.clock.advance(SECOND / a_second)

    assert set(statuses) == {"linked", "postponed"}
    [minute] = busy_days.minutes([60 * a_second], [1.0])
    predicted = minute.linked * (users / a_second) / 60
    assert statuses["linked"] == pytest.approx(predicted, abs=RATES["UserUpdate"])  # one burst


@pytest.mark.parametrize("minutes", [15, pytest.param(60, marks=pytest.mark.whole)])
def test_a_session_in_use_is_refreshed_as_often_as_the_simulation_says(minutes: int) -> None:
    lifetime, hours, step = timedelta(minutes=minutes), minutes, timedelta(seconds=15)
    world, policy, count = SessionWorld(), RefreshPolicy(timedelta(days=30)), 0
    world.mint = TokenMint(clock=world.clock, lifetime=lifetime)
    session = validate_session(world.validator, world.sign_in())
    for _ in range(hours * 3600 // 15):
        world.clock.advance(step)
        if policy.decide(session, now=world.clock.now()) == "refresh":
            session, count = validate_session(world.validator, world.sign_in()), count + 1

    predicted = refreshes.refreshes_per_second(1, lifetime) * hours * 3600
    assert count == pytest.approx(predicted, rel=0.03)
