"""Who may sign up while some accounts are only in the legacy system."""

from typing import Final

import attrs
import pytest

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.audit import Outcome
from authcore.domain.services.accounts.sign_up_policy import SignUp, SignUpPolicy
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts


CANARY: Final = "canary@pemberley.example"
ANNE: Final = LegacyAccount("1817", "anne", CANARY, True, "Anne Elliot")


class World:
    """A legacy system and the policy in front of it."""

    def __init__(self) -> None:
        self.audit = InMemoryAuditLog()
        self.accounts = InMemoryLegacyAccounts()
        self.policy = SignUpPolicy(accounts=self.accounts, audit=self.audit)

    def sign_up(
        self,
        email: str | None,
        username: str | None = "newcomer",
        *,
        preferred_username: str | None = None,
        claims_legacy_id: bool = False,
    ) -> Outcome:
        return self.policy.decide(
            SignUp(
                username=username,
                email=email,
                preferred_username=preferred_username,
                claims_legacy_id=claims_legacy_id,
            )
        )

    def reasons(self) -> list[str]:
        return [event.reason for event in self.audit.events]


@pytest.fixture
def world() -> World:
    return World()


def test_a_newcomer_signs_up(world: World) -> None:
    world.accounts.add(ANNE, "password")

    assert world.sign_up("frederick@laconia.example") == "accepted"


@pytest.mark.parametrize(
    ("email", "username", "preferred"),
    [
        (CANARY, "newcomer", None),
        (CANARY.upper(), "newcomer", None),
        (CANARY.title(), "newcomer", None),
        (None, "anne", None),
        (None, "Anne", None),
        ("other@bath.example", CANARY, None),
        ("other@bath.example", "newcomer", "anne"),
    ],
)
def test_who_lives_in_the_legacy_system_alone_is_not_shut_out_by_a_sign_up(
    world: World, email: str | None, username: str, preferred: str | None
) -> None:
    """Migration runs only for names that the pool does not know."""
    world.accounts.add(ANNE, "password")

    assert world.sign_up(email, username, preferred_username=preferred) == "rejected"
    assert world.reasons() == ["lives_in_legacy"]


@pytest.mark.parametrize("cognito_id", [None, "there"])
@pytest.mark.parametrize(("email", "username"), [(CANARY, "newcomer"), (None, "anne")])
def test_nobody_signs_up_in_the_place_of_somebody_who_was_locked_out(
    world: World, email: str | None, username: str, cognito_id: str | None
) -> None:
    """Neither they themselves, for a second account, nor a stranger, for their name."""
    world.accounts.add(attrs.evolve(ANNE, locked=True, cognito_id=cognito_id), "password")

    assert world.sign_up(email, username) == "rejected"
    assert world.reasons() == ["account_locked"]


def test_an_address_of_several_accounts_is_nobodys_to_sign_up_with(world: World) -> None:
    world.accounts.add(ANNE, "password")
    world.accounts.add(attrs.evolve(ANNE, legacy_uid="1818", cognito_id="there"), "password")

    assert world.sign_up(CANARY) == "rejected"
    assert world.reasons() == ["link_ambiguous"]


def test_the_legacy_system_is_asked_once_for_each_name_whatever_its_letter_case(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(world.accounts, "find", asked.append)

    world.sign_up("Fred@laconia.example", "FRED@laconia.example", preferred_username="fred")

    assert [name.casefold() for name in asked] == ["fred@laconia.example", "fred"]


def test_an_address_whose_owner_is_in_the_pool_already_is_left_to_the_pool(world: World) -> None:
    world.accounts.add(attrs.evolve(ANNE, cognito_id="there"), "password")

    assert world.sign_up(CANARY) == "accepted"


def test_an_outage_is_no_answer_and_recorded_as_one(world: World) -> None:
    world.accounts.go_down()

    assert world.sign_up(CANARY) == "unavailable"
    assert [(e.action, e.outcome, e.reason) for e in world.audit.events] == [
        ("sign_up", "unavailable", "legacy_unavailable")
    ]


def test_a_legacy_id_of_the_clients_is_refused_before_anything_is_asked(world: World) -> None:
    # AL-06
    world.accounts.go_down()

    assert world.sign_up(CANARY, claims_legacy_id=True) == "rejected"
    assert world.reasons() == ["claims_legacy_uid"]


def test_a_sign_up_without_a_name_gets_no_answer(world: World) -> None:
    assert world.sign_up(None, None) == "unavailable"
    assert world.reasons() == ["event_unreadable"]


def test_the_audit_holds_no_name(world: World) -> None:
    # AL-08
    world.accounts.add(ANNE, "password")

    world.sign_up(CANARY, CANARY, preferred_username=CANARY)

    assert "canary" not in repr(world.audit.events)
    assert "canary" not in repr(
        SignUp(username=CANARY, email=CANARY, preferred_username=CANARY, claims_legacy_id=False)
    )


@pytest.mark.parametrize("email", [CANARY, None])
def test_a_name_that_the_legacy_system_finds_in_another_spelling_is_taken(
    world: World, email: str | None
) -> None:
    """Whose account it is cannot be told, so no sign-up may take the name."""
    world.accounts.add(ANNE, "password")
    world.accounts.mix_up()

    assert world.sign_up(email, "anne") == "rejected"
    assert world.reasons() == ["legacy_mismatch"]


def test_a_name_that_the_legacy_system_does_not_know_is_free_all_the_same(world: World) -> None:
    world.accounts.add(ANNE, "password")
    world.accounts.mix_up()

    assert world.sign_up("frederick@laconia.example") == "accepted"
