"""Where the simulation aggregates: the real services on a virtual clock take as long as it says."""

from collections import Counter
from datetime import timedelta
from typing import Final

import attrs
import pytest

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.moves import NewPoolUser
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.accounts.write_quota import WriteQuota
from authcore.domain.services.sessions.refresh_policy import RefreshPolicy
from authcore.domain.services.sessions.session_validation import validate_session
from authcore.testing.fakes.legacy_accounts import LegacyRow
from authcore.testing.fakes.system import RecordedPause
from authcore.testing.fakes.user_creation import InMemoryUserCreation
from authcore.testing.fakes.user_directory import InMemoryProvisionedLimits
from authcore.testing.mint import TokenMint
from authcore.wiring.profile_sync import BURST
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.idp_api.request_rates import RequestRates
from simulation import backlog, busy_days, refreshes, ways
from simulation.quotas import RATES
from unit.linking_world import EMMAS_OLD_ACCOUNT, NATIVE_EMMA, World, migrated
from unit.moves_world import World as MoveWorld
from unit.profile_sync_queue import Queue, ThrottledDirectory
from unit.session_world import SessionWorld


SECOND: Final = timedelta(seconds=1)


@pytest.mark.parametrize("others", [0, 5])
def test_changed_profiles_drain_as_the_simulation_says(others: int) -> None:
    took = Queue(500, others).empty()

    a_burst = backlog.seconds_to_drain(RATES["UserUpdate"] + BURST, others)  # free at the begin
    predicted = backlog.seconds_to_drain(500, others)
    assert predicted - a_burst <= took.total_seconds() <= predicted * 1.02


class ThrottledCreation(InMemoryUserCreation):
    """Refuses creations beyond Cognito's rate."""

    def __init__(self, world: MoveWorld) -> None:
        super().__init__(world.directory)
        self.rates = RequestRates(world.clock)
        self.rates.throttle("UserCreation", RATES["UserCreation"])

    def create_user(self, user: NewPoolUser) -> DirectoryUser:
        try:
            self.rates.check("AdminCreateUser")
        except CognitoError:
            raise ProviderUnavailableError("x", detail="TooManyRequestsException") from None
        return super().create_user(user)


@pytest.mark.parametrize("users", [100, pytest.param(2_000, marks=pytest.mark.whole)])
def test_a_run_creates_its_users_in_the_time_that_the_simulation_says(users: int) -> None:
    world = MoveWorld(size=users)
    world.creation = creation = ThrottledCreation(world)
    pause = RecordedPause(world.clock)
    quota = WriteQuota(
        InMemoryProvisionedLimits(RATES["UserCreation"]),
        clock=world.clock,
        category="UserCreation",
        leave=ways.LEFT_TO_SIGN_UPS,
    )
    limiter = RateLimiter(quota.per_second, clock=world.clock, pause=pause)
    retrier = Retrier(rate_limiter=limiter, pause=pause)
    began = world.clock.now()

    attrs.evolve(world.execution(), retrier=retrier).run(lambda: None, lambda _: None)

    assert world.store.counts()["created", "ok"] == users
    assert creation.rates.count_refused("UserCreation") == 0
    took = (world.clock.now() - began).total_seconds()
    assert took == pytest.approx(users / ways.CREATING, rel=0.01)


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
    lifetime, hours, step = timedelta(minutes=minutes), minutes // 3, timedelta(seconds=15)
    world, policy, count = SessionWorld(), RefreshPolicy(timedelta(days=30)), 0
    world.mint = TokenMint(clock=world.clock, lifetime=lifetime)
    session = validate_session(world.validator, world.sign_in())
    for _ in range(hours * 3600 // 15):
        world.clock.advance(step)
        if policy.decide(session, now=world.clock.now()) == "refresh":
            session, count = validate_session(world.validator, world.sign_in()), count + 1

    predicted = refreshes.refreshes_per_second(1, lifetime) * hours * 3600
    assert count == pytest.approx(predicted, rel=0.03, abs=1)
