"""Everybody who signs in ends up with one legacy account that both sides know."""

from datetime import timedelta

import attrs
import pytest

from authcore.domain.errors import LegacyUnavailableError, ProviderUnavailableError
from authcore.domain.model.accounts import (
    DirectoryUser,
    ExternalIdentity,
    LegacyAccount,
    PoolAccount,
)
from authcore.domain.model.linking import NATIVE, Creation, LinkOutcome, LinkPolicy
from authcore.domain.services.linking import LATE_CREATE, LEASE_TTL, AccountLinking
from authcore.testing.fakes.ambient import FrozenClock
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.coordination import InMemoryLease, InMemorySeenBefore
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyLinks, LegacyRow
from authcore.testing.fakes.user_directory import InMemoryUserDirectory


ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E"
GOOGLE = ExternalIdentity("Google", "109511962726719553612")
EMMA = PoolAccount(
    username="Google_109511962726719553612",
    subject="sub-emma",
    email="emma@hartfield.example",
    email_verified=True,
    name="Emma Woodhouse",
    identity=GOOGLE,
    legacy_uid=None,
)
NATIVE_EMMA = attrs.evolve(EMMA, username="emma", identity=None)
EMMAS_OLD_ACCOUNT = LegacyAccount("1815", "emma", "emma@hartfield.example", True, "Emma")


class World:
    """The service on fakes."""

    def __init__(
        self,
        *rows: LegacyRow,
        creation: Creation = "unique",
        providers: frozenset[str] = frozenset({"Google", NATIVE}),
    ) -> None:
        self.clock = FrozenClock()
        self.links = InMemoryLegacyLinks(rows, mode=creation)
        self.directory = InMemoryUserDirectory()
        self.lease = InMemoryLease(self.clock)
        self.audit = InMemoryAuditLog()
        self.service = AccountLinking(
            links=self.links,
            directory=self.directory,
            lease=self.lease,
            intents=InMemorySeenBefore(self.clock),
            audit=self.audit,
            policy=LinkPolicy(email_providers=providers, creation=creation),
            issuer=ISSUER,
            clock=self.clock,
        )

    def knows(self, person: PoolAccount) -> None:
        self.directory.replace(
            DirectoryUser(person.username, person.subject, True, "CONFIRMED", {})
        )

    def signs_in(self, person: PoolAccount) -> LinkOutcome:
        """With the attribute that the pool holds by now."""
        if self.directory.find(person.username) is None:
            self.knows(person)
        return self.service.link(attrs.evolve(person, legacy_uid=self.pool_side(person)))

    def pool_side(self, person: PoolAccount) -> str | None:
        user = self.directory.find(person.username)
        return user.attributes.get("custom:legacy_uid") if user else None

    def legacy_side(self, legacy_uid: str | None) -> str | None:
        return self.links.rows[legacy_uid].account.cognito_id if legacy_uid else None

    def assert_linked(self, person: PoolAccount, legacy_uid: str) -> None:
        assert self.pool_side(person) == legacy_uid
        assert self.legacy_side(legacy_uid) == person.subject


def row(account: LegacyAccount = EMMAS_OLD_ACCOUNT, *held: str, google: bool = False) -> LegacyRow:
    identities = {("Google", GOOGLE.user_id)} if google else set()
    return LegacyRow(account, frozenset(identities), frozenset(held))


@pytest.mark.parametrize("person", [EMMA, NATIVE_EMMA])
@pytest.mark.parametrize("creation", ["unique", "idempotent", "lease", "once"])
def test_somebody_new_gets_one_account_that_both_sides_know(
    person: PoolAccount, creation: Creation
) -> None:
    # AL-07
    world = World(creation=creation)

    outcome = world.signs_in(person)

    assert outcome.status == "created"
    assert len(world.links.rows) == 1
    world.assert_linked(person, outcome.legacy_uid or "")
    assert len(world.links.calls) <= 2


def test_an_external_user_who_is_linked_costs_no_legacy_call() -> None:
    world = World()
    world.signs_in(EMMA)
    world.links.calls.clear()

    outcome = world.signs_in(EMMA)

    assert (outcome.status, world.links.calls) == ("already_linked", [])


def test_a_user_who_was_migrated_by_password_is_attached_with_one_call() -> None:
    world = World(row())
    world.knows(NATIVE_EMMA)
    world.directory.set_attributes(NATIVE_EMMA.username, {"custom:legacy_uid": "1815"})

    outcome = world.signs_in(NATIVE_EMMA)

    assert outcome == LinkOutcome("already_linked", "ok", "1815")
    assert world.links.calls == ["attach_cognito_id"]
    world.assert_linked(NATIVE_EMMA, "1815")


def test_an_account_with_the_same_identity_is_found_whatever_its_email() -> None:
    world = World(row(attrs.evolve(EMMAS_OLD_ACCOUNT, email="old@else.example"), google=True))

    assert world.signs_in(EMMA) == LinkOutcome("linked", "identity", "1815")
    world.assert_linked(EMMA, "1815")


def test_an_account_with_an_email_verified_on_both_sides_is_linked() -> None:
    # AL-01
    world = World(row())

    assert world.signs_in(EMMA) == LinkOutcome("linked", "email", "1815")
    world.assert_linked(EMMA, "1815")


def test_linking_by_email_takes_all_unproven_access_away() -> None:
    # AL-02: sessions, a pending change of address, a sign-in method nobody verified.
    world = World(row(EMMAS_OLD_ACCOUNT, "session", "pending_email", "trojan_identifier"))

    world.signs_in(EMMA)

    assert world.links.rows["1815"].unproven_access == frozenset()


def test_linking_by_identity_leaves_sessions_alone() -> None:
    world = World(row(EMMAS_OLD_ACCOUNT, "session", google=True))

    world.signs_in(EMMA)

    assert world.links.rows["1815"].unproven_access == {"session"}


@pytest.mark.parametrize(
    ("person", "account"),
    [
        pytest.param(attrs.evolve(EMMA, email_verified=False), EMMAS_OLD_ACCOUNT, id="here"),
        pytest.param(EMMA, attrs.evolve(EMMAS_OLD_ACCOUNT, email_verified=False), id="there"),
        pytest.param(
            attrs.evolve(EMMA, email="EMMA@hartfield.example"), EMMAS_OLD_ACCOUNT, id="case"
        ),
        pytest.param(
            attrs.evolve(EMMA, email="emma+x@hartfield.example"), EMMAS_OLD_ACCOUNT, id="tag"
        ),
        pytest.param(
            EMMA, attrs.evolve(EMMAS_OLD_ACCOUNT, cognito_id="sub-somebody-else"), id="taken"
        ),
    ],
)
def test_an_email_that_proves_nothing_links_nothing(
    person: PoolAccount, account: LegacyAccount
) -> None:
    # AL-01, AL-04
    world = World(row(account))

    outcome = world.signs_in(person)

    assert outcome.status == "created"
    assert outcome.legacy_uid != "1815"
    assert world.links.rows["1815"].account == account


def test_a_provider_that_is_not_trusted_with_emails_links_nothing_by_them() -> None:
    # AL-03
    world = World(row(), providers=frozenset({"Facebook"}))

    assert world.signs_in(EMMA).status == "created"
    assert world.links.rows["1815"].account.cognito_id is None


def test_two_accounts_with_the_address_are_nobodys() -> None:
    # AL-01
    world = World(row(), row(attrs.evolve(EMMAS_OLD_ACCOUNT, legacy_uid="1816")))

    assert world.signs_in(EMMA) == LinkOutcome("refused", "link_ambiguous")
    assert world.pool_side(EMMA) is None


def test_a_cognito_id_and_an_identity_that_disagree_are_refused() -> None:
    world = World(
        row(attrs.evolve(EMMAS_OLD_ACCOUNT, cognito_id=EMMA.subject)),
        row(attrs.evolve(EMMAS_OLD_ACCOUNT, legacy_uid="1816", email=None), google=True),
    )

    assert world.signs_in(EMMA) == LinkOutcome("refused", "link_ambiguous")


def test_an_identity_of_an_account_that_belongs_to_another_user_is_refused() -> None:
    world = World(row(attrs.evolve(EMMAS_OLD_ACCOUNT, cognito_id="sub-knightley"), google=True))

    assert world.signs_in(EMMA) == LinkOutcome("refused", "link_taken")
    assert world.legacy_side("1815") == "sub-knightley"


def test_a_legacy_system_that_is_down_postpones_and_the_next_sign_in_heals() -> None:
    # LT-06
    world = World(row())
    world.links.available = False
    assert world.signs_in(EMMA) == LinkOutcome("postponed", LegacyUnavailableError.code)

    world.links.available = True

    assert world.signs_in(EMMA).status == "linked"
    world.assert_linked(EMMA, "1815")


@pytest.mark.parametrize("creation", ["unique", "idempotent", "lease"])
def test_a_pool_that_is_down_leaves_a_half_that_the_next_sign_in_completes(
    creation: Creation,
) -> None:
    # AL-07, LT-06
    world = World(creation=creation)
    world.knows(EMMA)
    world.directory.unavailable = True
    outcome = world.service.link(EMMA)
    assert outcome == LinkOutcome("postponed", ProviderUnavailableError.code)

    world.directory.unavailable = False
    world.signs_in(EMMA)

    assert len(world.links.rows) == 1
    world.assert_linked(EMMA, next(iter(world.links.rows)))


def test_where_nothing_is_promised_a_blind_retry_is_refused_and_recorded() -> None:
    # AL-07, AL-08
    world = World(creation="once", providers=frozenset())
    world.knows(EMMA)
    world.directory.unavailable = True
    world.service.link(EMMA)
    world.directory.unavailable = False

    outcome = world.signs_in(EMMA)

    assert outcome == LinkOutcome("refused", "link_blind_retry")
    assert len(world.links.rows) == 1
    assert world.audit.events[-1].reason == "link_blind_retry"
    assert world.audit.events[-1].subject == EMMA.subject


def test_where_nothing_is_promised_a_proven_address_still_finds_what_was_created() -> None:
    # AL-07
    world = World(creation="once")
    world.knows(EMMA)
    world.directory.unavailable = True
    world.service.link(EMMA)
    world.directory.unavailable = False

    assert world.signs_in(EMMA).status == "linked"
    world.assert_linked(EMMA, *world.links.rows)


def test_where_nothing_is_promised_an_attached_account_is_known_again_by_its_address() -> None:
    # AL-07
    world = World(row(), creation="once")
    world.knows(EMMA)
    world.directory.unavailable = True
    world.service.link(EMMA)
    world.directory.unavailable = False

    assert world.signs_in(EMMA) == LinkOutcome("linked", "cognito_id", "1815")
    assert [*world.links.rows] == ["1815"]


def test_a_create_without_an_answer_is_waited_for_although_its_lease_is_free() -> None:
    """The legacy system may carry it out after whoever asked for it has given up."""
    # AL-07, LT-02
    world = World(creation="lease")
    world.knows(EMMA)
    world.links.unanswered = "create"
    assert world.service.link(EMMA) == LinkOutcome("postponed", "legacy_unavailable")
    world.links.unanswered = None

    assert world.signs_in(EMMA) == LinkOutcome("postponed", "lease_held")
    world.clock.advance(LATE_CREATE)
    assert world.signs_in(EMMA).status == "created"


def test_two_attempts_at_once_do_not_both_create() -> None:
    # AL-07, LT-02
    world = World(creation="lease")
    world.knows(EMMA)
    key = world.service._key(EMMA)

    with world.lease.hold(f"link:{key}", LEASE_TTL):
        assert world.service.link(EMMA) == LinkOutcome("postponed", "lease_held")

    assert world.signs_in(EMMA).status == "created"


def test_a_lease_that_ended_while_asking_writes_nothing() -> None:
    # AL-07: a frozen function that wakes up later must not create beside its successor.
    world = World(creation="lease")
    world.knows(EMMA)
    match = world.links.match

    def slow_match(query: object) -> object:
        world.clock.advance(LEASE_TTL + timedelta(seconds=1))
        return match(query)  # type: ignore[arg-type]

    world.links.match = slow_match  # type: ignore[method-assign, assignment]

    assert world.service.link(EMMA).status == "postponed"
    assert world.links.rows == {}


def test_every_outcome_is_recorded_with_ids_and_nothing_else() -> None:
    # AL-08
    world = World(row())
    world.signs_in(EMMA)

    recorded = repr(world.audit.events)

    assert "sub-emma" in recorded
    assert "1815" in recorded
    assert "hartfield" not in recorded
    assert "Woodhouse" not in recorded
