"""Nobody comes in with an account that the legacy system locked, nor gets another one instead."""

import attrs
import pytest

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.linking import Creation, LinkOutcome, NewLegacyAccount
from unit.linking_world import EMMA, EMMAS_OLD_ACCOUNT, NATIVE_EMMA, World, row


LOCKED = attrs.evolve(EMMAS_OLD_ACCOUNT, locked=True)


@pytest.mark.parametrize(
    ("account", "google"),
    [
        pytest.param(LOCKED, False, id="email"),
        pytest.param(attrs.evolve(LOCKED, cognito_id="sub-emmas-other-user"), False, id="linked"),
        pytest.param(attrs.evolve(LOCKED, email=None), True, id="identity"),
        pytest.param(attrs.evolve(LOCKED, cognito_id=EMMA.subject), False, id="cognito_id"),
    ],
)
@pytest.mark.parametrize("creation", ["unique", "idempotent", "lease"])
def test_whom_the_legacy_system_locked_out_gets_neither_that_account_nor_another(
    account: LegacyAccount, google: bool, creation: Creation
) -> None:
    before = row(account, "session", google=google)
    world = World(before, creation=creation)

    assert world.signs_in(EMMA) == LinkOutcome("refused", "link_account_locked")
    assert world.links.rows == {"1815": before}
    assert world.links.calls == ["match"]
    assert world.pool_side(EMMA) is None


def test_a_lock_that_comes_between_look_up_and_attachment_still_holds() -> None:
    world = World(row())
    attach = world.links.attach_cognito_id

    def lock_first(legacy_uid: str, cognito_id: str, *, reset_access: bool) -> LegacyAccount:
        world.links.rows["1815"] = row(LOCKED)
        return attach(legacy_uid, cognito_id, reset_access=reset_access)

    world.links.attach_cognito_id = lock_first  # type: ignore[method-assign]

    assert world.signs_in(EMMA) == LinkOutcome("refused", "link_account_locked")
    assert world.links.rows == {"1815": row(LOCKED)}
    assert world.pool_side(EMMA) is None


def test_a_creation_that_finds_what_it_made_before_locked_is_refused() -> None:
    world = World(providers=frozenset())
    create = world.links.create

    def lock_then_answer(account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:
        return attrs.evolve(create(account, idempotency_key=idempotency_key), locked=True)

    world.links.create = lock_then_answer  # type: ignore[method-assign]

    assert world.signs_in(EMMA) == LinkOutcome("refused", "link_account_locked")
    assert world.pool_side(EMMA) is None


def test_a_locked_account_whose_address_nobody_verified_locks_nobody_out() -> None:
    """Otherwise a stranger could be locked out by having their address written somewhere."""
    world = World(row(attrs.evolve(LOCKED, email_verified=False)))

    assert world.signs_in(EMMA).status == "created"


def test_a_migrated_user_whose_account_was_locked_since_is_refused() -> None:
    world = World(row(LOCKED))

    outcome = world.service.link(attrs.evolve(NATIVE_EMMA, legacy_uid="1815"))

    assert outcome == LinkOutcome("refused", "link_account_locked")
    assert world.legacy_side("1815") is None
