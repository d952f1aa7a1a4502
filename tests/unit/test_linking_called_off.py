"""Where the legacy system promises nothing, a create that came to nothing locks nobody out."""

from datetime import timedelta

import attrs
import pytest

from authcore.domain.errors import (
    AccountTakenError,
    AuthcoreError,
    CoordinationUnavailableError,
    LegacyMisconfiguredError,
    LegacyMisconfiguredNotReachedError,
    LegacyNotReachedError,
    LegacyUnavailableError,
    LinkRejectedError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.linking import Creation, LinkOutcome, NewLegacyAccount
from authcore.domain.services.accounts.account_creation import create_key
from authcore.testing.fakes.coordination import InMemoryCreateIntents
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyLinks
from unit.linking_world import EMMA, ISSUER, World


class Failing(InMemoryLegacyLinks):
    """
    Fails creates without any effect.

    Attributes:
        failure: Raised instead; None to create.
        belongs_to: Whose the new account turns out to be, if not theirs for whom it is created.
    """

    failure: AuthcoreError | None = None
    belongs_to: str | None = None

    def create(self, account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:
        if self.failure:
            raise self.failure
        owned = attrs.evolve(account, cognito_id=self.belongs_to or account.cognito_id)
        return super().create(owned, idempotency_key=idempotency_key)


class Forgetless(InMemoryCreateIntents):
    """Gives no answer when it is asked to forget."""

    def forget(self, key: str) -> bool:
        raise CoordinationUnavailableError("lost")


class FailingWorld(World):
    """A legacy system that promises nothing and can be told how to fail."""

    def __init__(
        self,
        failure: AuthcoreError,
        *,
        creation: Creation = "once",
        memory: type[InMemoryCreateIntents] = InMemoryCreateIntents,
    ) -> None:
        super().__init__(creation=creation, providers=frozenset())
        self.failing = Failing(mode=creation)
        self.failing.failure = failure
        self.links = self.failing
        self.intents = memory(self.clock)
        self.service = attrs.evolve(self.service, links=self.links, intents=self.intents)
        self.knows(EMMA)


NOT_REACHED = LegacyNotReachedError("nobody listens")


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (NOT_REACHED, LinkOutcome("postponed", "legacy_unavailable")),
        (
            LegacyMisconfiguredNotReachedError("no such key", detail="HTTP 401"),
            LinkOutcome("postponed", "legacy_misconfigured"),
        ),
        (AccountTakenError("somebody's"), LinkOutcome("refused", "link_taken")),
        (LinkRejectedError("cannot be said"), LinkOutcome("refused", "link_rejected")),
    ],
)
def test_a_create_that_certainly_came_to_nothing_is_made_again_as_often_as_it_takes(
    failure: AuthcoreError, outcome: LinkOutcome
) -> None:
    # AL-07, LT-06
    world = FailingWorld(failure)
    assert [world.signs_in(EMMA) for _ in range(3)] == [outcome] * 3

    world.failing.failure = None

    assert world.signs_in(EMMA).status == "created"
    assert len(world.links.rows) == 1


@pytest.mark.parametrize(
    "failure",
    [
        LegacyUnavailableError("no answer"),
        LegacyMisconfiguredError("a filter between the two", detail="HTTP 403"),
    ],
)
def test_a_create_that_may_have_come_to_something_is_not_made_again(
    failure: LegacyUnavailableError,
) -> None:
    # AL-07
    world = FailingWorld(failure)
    world.signs_in(EMMA)
    world.failing.failure = None
    world.clock.advance(timedelta(days=300))

    assert world.signs_in(EMMA) == LinkOutcome("refused", "link_blind_retry")
    assert world.links.rows == {}


def test_a_new_account_that_turns_out_to_be_anothers_came_to_something() -> None:
    # AL-07
    world = FailingWorld(NOT_REACHED)
    world.failing.failure = None
    world.failing.belongs_to = "sub-harriet"

    for _ in range(2):
        assert world.signs_in(EMMA) == LinkOutcome("refused", "link_taken")
    assert len(world.links.rows) == 1


def test_what_could_not_be_forgotten_is_left_to_a_person_and_the_reason_stays_what_it_was() -> None:
    # AL-07, AL-08
    world = FailingWorld(NOT_REACHED, memory=Forgetless)

    assert world.signs_in(EMMA) == LinkOutcome("postponed", "legacy_unavailable")
    assert world.signs_in(EMMA) == LinkOutcome("refused", "link_blind_retry")


def test_a_person_who_has_looked_lets_the_create_be_made_again() -> None:
    # AL-07
    world = FailingWorld(LegacyUnavailableError("no answer"))
    world.signs_in(EMMA)
    world.failing.failure = None
    world.signs_in(EMMA)
    blocked = world.audit.events[-1]
    assert (blocked.reason, blocked.subject) == ("link_blind_retry", EMMA.subject)

    assert world.intents.forget(create_key(ISSUER, blocked.subject or ""))

    assert world.signs_in(EMMA).status == "created"


def test_under_a_lease_nothing_is_forgotten_early() -> None:
    """An attempt that slept past its lease would forget what its successor noted."""
    # AL-07
    world = FailingWorld(NOT_REACHED, creation="lease")
    world.signs_in(EMMA)

    assert not world.intents.first_time(create_key(ISSUER, EMMA.subject), timedelta(1))
