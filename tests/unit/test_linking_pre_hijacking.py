"""
Whoever prepares an account for a victim never gets into it.

The five attacks of Sudhodanan and Paverd, "Pre-hijacked accounts", USENIX Security 2022, against
every form in which a pool may say, or not say, that an address was verified.
"""

from collections.abc import Callable, Mapping
from typing import Final

import attrs
import pytest

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.linking import PoolAccount
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyLinks, LegacyRow
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.user_attributes import require_readable
from unit.linking_world import World
from unit.trigger_world import trigger_event


EMAIL: Final = "victim@hartfield.example"

SAID: Final[Mapping[str, dict[str, object]]] = {
    "verified": {"email_verified": True},
    "unverified": {"email_verified": False},
    "absent": {},
    "text true": {"email_verified": "true"},
    "text false": {"email_verified": "false"},
}

HELD_BY_THE_ATTACKER: Final[Mapping[str, frozenset[str]]] = {
    "classic-federated merge": frozenset({"password"}),
    "unexpired session": frozenset({"session"}),
    "trojan identifier": frozenset({"Facebook identity of the attacker"}),
    "unexpired email change": frozenset({"pending change to the attacker's address"}),
}
"""What the attacker can still get in with, after having opened the victim's account."""

TROJAN: Final = ("Facebook", "attackers-identity")
"""Added through a session that outlived the victim's verification, so after it."""


def signed_in(subject: str, provider: str, said: Mapping[str, object]) -> PoolAccount:
    """Whom the trigger's event shows: the victim's address, verified as *said*."""
    identities = f'[{{"userId":"{subject}","providerName":"{provider}","primary":true}}]'
    status = {"cognito:user_status": "EXTERNAL_PROVIDER"}
    held = {"sub": subject, "email": EMAIL, "identities": identities, **status, **said}
    event = trigger_event("PostConfirmation_ConfirmSignUp", held, username=f"{provider}_{subject}")
    return require_readable(TriggerEvent.read(event).account)


def opened_by_the_attacker(attack: str, *, verified: bool) -> LegacyRow:
    """Verified where the victim has used it meanwhile, e.g. after a password reset."""
    account = LegacyAccount("666", "mallory", EMAIL, verified, None)
    return LegacyRow(account, frozenset(), HELD_BY_THE_ATTACKER[attack])


def takeovers_of_a_prepared_account(
    attack: str, said: Mapping[str, object], *, verified: bool, world: Callable[..., World] = World
) -> int:
    """How many ways in the attacker has to the account that the victim has from now on."""
    here = world(opened_by_the_attacker(attack, verified=verified), providers=frozenset({"Google"}))
    victim = signed_in("sub-victim", "Google", said)
    outcome = here.signs_in(victim)
    here.assert_linked(victim, outcome.legacy_uid or "")
    return len(here.links.rows[outcome.legacy_uid or ""].unproven_access)


def takeovers_through_a_trojan(
    said: Mapping[str, object], world: Callable[..., World] = World
) -> int:
    """The victim comes first, then the attacker through the identity: in how many ways."""
    account = LegacyAccount("666", "mallory", EMAIL, True, None)
    trap = LegacyRow(account, frozenset({TROJAN}), frozenset({"session"}))
    here = world(trap, providers=frozenset({"Google"}))
    victims = here.signs_in(signed_in("sub-victim", "Google", said)).legacy_uid or ""
    attackers = here.signs_in(signed_in(TROJAN[1], TROJAN[0], {})).legacy_uid
    row = here.links.rows[victims]
    return len(row.unproven_access) + (TROJAN in row.identities) + (attackers == victims)


def takeovers_through_a_provider(
    said: Mapping[str, object], *, verified: bool, trusted: str = "Google"
) -> int:
    """How many accounts of the victim an attacker gets whose provider believes every address."""
    account = LegacyAccount("1", "victim", EMAIL, verified, None)
    here = World(LegacyRow(account), providers=frozenset({trusted}))
    attacker = signed_in("sub-attacker", "Evil", said)
    here.signs_in(attacker)
    return int(here.legacy_side("1") == attacker.subject)


@pytest.mark.parametrize("verified", [True, False], ids=["verified there", "unverified there"])
@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("attack", HELD_BY_THE_ATTACKER)
def test_a_prepared_account_lets_nobody_in_but_the_victim(
    attack: str, said: str, verified: bool
) -> None:
    # AL-01, AL-02
    assert takeovers_of_a_prepared_account(attack, SAID[said], verified=verified) == 0


@pytest.mark.parametrize("said", SAID)
def test_an_identity_added_after_the_victim_verified_lets_nobody_in_but_the_victim(
    said: str,
) -> None:
    """Unexpired session and trojan identifier together: nothing was added before."""
    # AL-01, AL-02
    assert takeovers_through_a_trojan(SAID[said]) == 0


@pytest.mark.parametrize("verified", [True, False], ids=["verified there", "unverified there"])
@pytest.mark.parametrize("said", SAID)
def test_a_provider_that_believes_every_address_gets_nobodys_account(
    said: str, verified: bool
) -> None:
    # AL-01, AL-03
    assert takeovers_through_a_provider(SAID[said], verified=verified) == 0


@pytest.mark.parametrize("said", ["verified", "text true"])
def test_the_victim_is_not_kept_from_an_account_that_is_theirs(said: str) -> None:
    """So that no takeover is not merely no link."""
    here = World(opened_by_the_attacker("unexpired session", verified=True))

    assert here.signs_in(signed_in("sub-victim", "Google", SAID[said])).legacy_uid == "666"


class LeavesTheDoorOpen(InMemoryLegacyLinks):
    """Attaches and throws nobody out."""

    def attach_cognito_id(
        self, legacy_uid: str, cognito_id: str, *, reset_access: bool
    ) -> LegacyAccount:
        return super().attach_cognito_id(legacy_uid, cognito_id, reset_access=False)


def careless(*rows: LegacyRow, providers: frozenset[str]) -> World:
    world = World(*rows, providers=providers)
    world.links = LeavesTheDoorOpen(rows)
    world.service = attrs.evolve(world.service, links=world.links)
    return world


def test_the_table_can_tell_a_takeover() -> None:
    said = SAID["verified"]

    assert takeovers_through_a_provider(said, verified=True, trusted="Evil") == 1
    assert takeovers_through_a_trojan(said, careless) == 2
    for attack in HELD_BY_THE_ATTACKER:
        assert takeovers_of_a_prepared_account(attack, said, verified=True, world=careless) == 1
