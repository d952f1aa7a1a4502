"""Which account is the nearest, who is told of a refusal, and when a lease is over."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import attrs
import pytest

from authcore.domain.errors import AccountLockedError, AccountTakenError, AmbiguousAccountError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.linking import (
    AccountMatches,
    AccountQuery,
    LinkOutcome,
    NewLegacyAccount,
    PoolAccount,
)
from authcore.domain.services.accounts.account_linking import LEASE_TTL
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyLinks
from unit.linking_world import (
    EMMA,
    EMMAS_OLD_ACCOUNT,
    NATIVE_EMMA,
    PROOFS,
    World,
    migrated,
    row,
)


ADDRESSED: Final = EMMAS_OLD_ACCOUNT
ATTACHED: Final = attrs.evolve(ADDRESSED, cognito_id=EMMA.subject)
ANOTHERS: Final = attrs.evolve(ADDRESSED, cognito_id="sub-harriet")
SOCIAL: Final = attrs.evolve(ADDRESSED, legacy_uid="1816", email=None, email_verified=False)
KNOWN: Final = attrs.evolve(SOCIAL, cognito_id=EMMA.subject)


class Matching(InMemoryLegacyLinks):
    """Finds exactly *matches*."""

    def __init__(self, matches: AccountMatches, meanwhile: Callable[[], None]) -> None:
        found = (matches.by_cognito_id, matches.by_identity, matches.by_email)
        super().__init__([row(account) for account in found if account])
        self._matches = matches
        self._meanwhile = meanwhile
        self.wanted: list[NewLegacyAccount] = []

    def match(self, query: AccountQuery) -> AccountMatches:
        self._meanwhile()
        return self._matches

    def create(self, account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:
        self.wanted.append(account)
        return super().create(account, idempotency_key=idempotency_key)


def matching(
    world: World, meanwhile: Callable[[], None] = lambda: None, **found: LegacyAccount | None
) -> Matching:
    links = Matching(AccountMatches(**found), meanwhile)
    world.service = attrs.evolve(world.service, links=links)
    world.links = links
    return links


@pytest.mark.parametrize(
    ("known", "social", "addressed", "outcome"),
    [
        (KNOWN, None, None, LinkOutcome("linked", "cognito_id", "1816")),
        (KNOWN, SOCIAL, None, LinkOutcome("linked", "cognito_id", "1816")),
        (KNOWN, None, ADDRESSED, LinkOutcome("linked", "cognito_id", "1816")),
        (KNOWN, None, ATTACHED, LinkOutcome("linked", "cognito_id", "1816")),
        (ATTACHED, SOCIAL, None, LinkOutcome("refused", AmbiguousAccountError.code)),
        (None, SOCIAL, None, LinkOutcome("linked", "identity", "1816")),
        (None, SOCIAL, ADDRESSED, LinkOutcome("linked", "identity", "1816")),
        (None, SOCIAL, ATTACHED, LinkOutcome("refused", AmbiguousAccountError.code)),
        (None, None, ATTACHED, LinkOutcome("linked", "cognito_id", "1815")),
        (None, None, ADDRESSED, LinkOutcome("linked", "email", "1815")),
        (
            None,
            None,
            attrs.evolve(ADDRESSED, locked=True),
            LinkOutcome("refused", AccountLockedError.code),
        ),
        (
            None,
            None,
            attrs.evolve(ANOTHERS, locked=True),
            LinkOutcome("refused", AccountLockedError.code),
        ),
    ],
)
def test_each_row_of_who_is_nearest(
    known: LegacyAccount | None,
    social: LegacyAccount | None,
    addressed: LegacyAccount | None,
    outcome: LinkOutcome,
) -> None:
    # AL-01 AL-07
    world = World()
    links = matching(world, by_cognito_id=known, by_identity=social, by_email=addressed)
    assert world.signs_in(EMMA) == outcome
    assert links.wanted == []


@pytest.mark.parametrize(
    "addressed",
    [
        attrs.evolve(ANOTHERS, email_verified=False),
        attrs.evolve(ADDRESSED, email_verified=False),
        attrs.evolve(ADDRESSED, email=None),
        attrs.evolve(ADDRESSED, email="emma@hartfield.example.org"),
        attrs.evolve(ADDRESSED, email="not an address"),
        None,
    ],
)
def test_an_account_that_is_not_proven_to_be_the_users_is_left_alone(
    addressed: LegacyAccount | None,
) -> None:
    # AL-01
    world = World()
    links = matching(world, by_email=addressed)
    assert world.signs_in(EMMA).status == "created"
    assert len(links.wanted) == 1


@pytest.mark.parametrize(
    ("email", "verified", "told"),
    [
        ("emma@hartfield.example", True, True),
        ("emma@hartfield.example", False, False),
        (None, True, False),
    ],
)
def test_an_account_without_an_address_is_never_verified(
    email: str | None, *, verified: bool, told: bool
) -> None:
    world = World()
    links = matching(world)
    world.signs_in(attrs.evolve(EMMA, email=email, email_verified=verified))
    assert [(new.email, new.email_verified) for new in links.wanted] == [(email, told)]


INSTANT: Final = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("waited", "outcome"),
    [
        (LEASE_TTL - INSTANT, LinkOutcome("linked", "email", "1815")),
        (LEASE_TTL, LinkOutcome("postponed", "lease_held")),
    ],
)
def test_at_its_end_a_lease_is_over(waited: timedelta, outcome: LinkOutcome) -> None:
    world = World(creation="lease")
    matching(world, lambda: world.clock.advance(waited), by_email=ADDRESSED)
    assert world.signs_in(EMMA) == outcome


def test_linking_a_migrated_user_leaves_what_opens_the_legacy_account_alone() -> None:
    # AL-02
    access = ("password", "session", "pending address")
    world = World(row(EMMAS_OLD_ACCOUNT, *access, google=True))
    assert world.signs_in(migrated(NATIVE_EMMA)) == LinkOutcome("linked", "legacy_uid", "1815")
    held = world.links.rows["1815"]
    assert held == row(ATTACHED, *access, google=True)


@pytest.mark.parametrize(
    ("taken", "noted"),
    [
        (ANOTHERS, ("account_linking.refused", "rejected", AccountTakenError.code)),
        (
            attrs.evolve(ADDRESSED, locked=True),
            ("account_linking.refused", "rejected", AccountLockedError.code),
        ),
    ],
)
def test_a_refused_link_is_audited_with_the_account_it_was_about(
    taken: LegacyAccount, noted: tuple[str, str, str]
) -> None:
    world = World(row(taken))
    world.signs_in(migrated(NATIVE_EMMA))
    [event] = world.audit.events
    assert (event.action, event.outcome, event.reason) == noted
    assert (event.subject, event.legacy_uid) == (NATIVE_EMMA.subject, "1815")


def test_a_refused_link_by_address_is_audited_with_the_account_too() -> None:
    # AL-08
    world = World(row(attrs.evolve(ADDRESSED, locked=True)))
    world.signs_in(EMMA)
    assert [event.legacy_uid for event in world.audit.events] == ["1815"]


def linked(person: PoolAccount, uid: str) -> PoolAccount:
    proof = PROOFS.prove_link(person.subject, uid)
    return attrs.evolve(person, legacy_uid=uid, statement=proof)


def test_a_link_that_stands_is_audited_with_its_account() -> None:
    world = World()
    world.service.link(linked(NATIVE_EMMA, "1815"))
    [event] = world.audit.events
    assert (event.action, event.legacy_uid) == ("account_linking.already_linked", "1815")


@pytest.mark.parametrize(
    ("known", "status", "outcome"),
    [(True, "linked", "accepted"), (False, "created", "accepted")],
)
def test_a_link_that_was_made_is_audited_as_accepted(
    status: str, outcome: str, *, known: bool
) -> None:
    # AL-08
    world = World(*([row(google=True)] if known else []))
    uid = world.signs_in(EMMA).legacy_uid
    [event] = world.audit.events
    assert (event.action, event.outcome) == (f"account_linking.{status}", outcome)
    assert (event.subject, event.legacy_uid) == (EMMA.subject, uid)


@pytest.mark.parametrize("side", ["links", "directory"])
def test_a_link_without_an_answer_is_audited_as_an_outage(side: str) -> None:
    world = World()
    world.knows(EMMA)
    if side == "links":
        world.links.available = False
    else:
        world.directory.unavailable = True
    world.service.link(EMMA)
    [event] = world.audit.events
    assert (event.action, event.outcome) == ("account_linking.postponed", "unavailable")
