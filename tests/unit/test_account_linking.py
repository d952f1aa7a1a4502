"""Everybody who signs in ends up with one legacy account that both sides know."""

from datetime import timedelta

import attrs
import pytest

from authcore.domain.errors import LegacyUnavailableError, ProviderUnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.link_proofs import Refusal
from authcore.domain.model.linking import Creation, LinkOutcome, PoolAccount
from authcore.domain.services.accounts.account_creation import LATE_CREATE, lease_key
from authcore.domain.services.accounts.account_linking import LEASE_TTL
from unit.linking_world import (
    EMMA,
    EMMAS_OLD_ACCOUNT,
    ISSUER,
    NATIVE_EMMA,
    PROOFS,
    World,
    migrated,
    row,
)


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


def test_a_migrated_user_whose_account_belongs_to_somebody_else_is_refused() -> None:
    # AL-01, AL-08
    world = World(row(attrs.evolve(EMMAS_OLD_ACCOUNT, cognito_id="sub-knightley")))

    outcome = world.signs_in(migrated(NATIVE_EMMA))

    assert outcome == LinkOutcome("refused", "link_taken")
    assert world.legacy_side("1815") == "sub-knightley"
    assert world.pool_side(NATIVE_EMMA) is None


def test_a_migrated_user_who_has_another_account_already_is_refused() -> None:
    # AL-01, AL-08
    hers = attrs.evolve(
        EMMAS_OLD_ACCOUNT, legacy_uid="1816", username="e2", email=None, cognito_id=EMMA.subject
    )
    world = World(row(), row(hers))

    outcome = world.signs_in(migrated(NATIVE_EMMA))

    assert outcome == LinkOutcome("refused", "link_taken")
    assert world.legacy_side("1815") is None


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


@pytest.mark.parametrize("person", [EMMA, NATIVE_EMMA])
def test_a_proven_address_of_another_pool_users_account_gives_no_second_account(
    person: PoolAccount,
) -> None:
    """It is the same mailbox, so most likely the same person: a user of another provider."""
    # AL-01, AL-07
    taken = attrs.evolve(EMMAS_OLD_ACCOUNT, cognito_id="sub-of-her-other-user")
    world = World(row(taken))

    assert world.signs_in(person) == LinkOutcome("refused", "link_taken")
    assert world.links.rows == {"1815": row(taken)}
    assert PROOFS.refusal(world.statement(person), person.subject) == Refusal("link_taken", "1815")


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
    [made] = world.links.rows
    assert outcome == LinkOutcome("postponed", ProviderUnavailableError.code, made)
    [event] = world.audit.events
    assert (event.outcome, event.reason, event.legacy_uid) == ("unavailable", outcome.reason, made)

    world.directory.unavailable = False
    world.signs_in(EMMA)

    assert len(world.links.rows) == 1
    world.assert_linked(EMMA, next(iter(world.links.rows)))


def test_where_nothing_is_promised_a_blind_retry_is_refused_and_recorded() -> None:
    # AL-07, AL-08
    world = World(creation="once", providers=frozenset())
    world.links.unanswered = "create"
    world.signs_in(EMMA)
    world.links.unanswered = None

    outcome = world.signs_in(EMMA)

    assert outcome == LinkOutcome("refused", "link_blind_retry")
    assert len(world.links.rows) == 0
    assert world.audit.events[-1].reason == "link_blind_retry"
    assert world.audit.events[-1].subject == EMMA.subject


def test_where_nothing_is_promised_an_id_that_was_answered_is_kept_and_written_next_time() -> None:
    # AL-07, AL-08
    world = World(creation="once", providers=frozenset())
    world.knows(EMMA)
    world.directory.unavailable = True
    created = world.service.link(EMMA)
    assert created.status == "postponed"
    assert [event.legacy_uid for event in world.audit.events] == [created.legacy_uid]
    world.directory.unavailable = False

    assert world.signs_in(EMMA).legacy_uid == created.legacy_uid
    assert len(world.links.rows) == 1
    world.assert_linked(EMMA, created.legacy_uid or "")
    assert world.signs_in(EMMA).status == "already_linked"


def test_where_nothing_is_promised_an_attached_account_is_kept_until_it_is_written() -> None:
    """Its address, by which it was found, may be another one at the next sign-in."""
    # AL-07
    world = World(row(), creation="once")
    world.knows(EMMA)
    world.directory.unavailable = True
    assert world.service.link(EMMA).legacy_uid == "1815"
    moved = attrs.evolve(world.links.rows["1815"].account, email="new@else.example")
    world.links.rows["1815"] = row(moved)
    world.directory.unavailable = False

    assert world.signs_in(EMMA) == LinkOutcome("linked", "cognito_id", "1815")
    assert [*world.links.rows] == ["1815"]


def test_an_id_that_could_not_be_kept_stands_in_the_audit_line_at_least() -> None:
    # AL-07, AL-08
    world = World(creation="once", providers=frozenset())
    world.intents.unavailable = frozenset({"complete"})
    world.knows(EMMA)
    world.directory.unavailable = True

    created = world.service.link(EMMA)

    assert created.legacy_uid in world.links.rows
    assert [(event.action, event.legacy_uid) for event in world.audit.events] == [
        ("account_linking.unkept", created.legacy_uid),
        ("account_linking.postponed", created.legacy_uid),
    ]
    world.directory.unavailable = False
    assert world.signs_in(EMMA) == LinkOutcome("refused", "link_blind_retry")


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

    with world.lease.hold(lease_key(ISSUER, EMMA.subject), LEASE_TTL):
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
