"""What ``custom:legacy_linked`` proves, and to whom."""

import attrs
import pytest

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.link_proofs import LinkProofs, Refusal


OLD, NEW = b"o" * 32, b"n" * 32
PROOFS = LinkProofs((NEW,), "eu-west-1_Ab12Cd34")
JANE = LegacyAccount("1847", "jane", "jane@example.com", True, "Jane Eyre")
REFUSED = Refusal("link_taken", "1847")


def test_a_link_is_proven_for_its_user_and_its_account_alone() -> None:
    # AL-06
    statement = PROOFS.prove_link("sub-jane", "1847")

    assert PROOFS.is_linked(statement, "sub-jane", "1847")
    assert not PROOFS.is_linked(statement, "sub-john", "1847")
    assert not PROOFS.is_linked(statement, "sub-jane", "1848")
    assert not PROOFS.is_linked(statement, "sub-jane", None)


@pytest.mark.parametrize(
    "statement",
    [
        *(None, "", "1847", "linked.", "linked.1847", "linked." + "0" * 64),
        PROOFS.prove_link("sub-jane", "1847").upper(),
        PROOFS.prove_link("sub-jane", "1847") + ".",
        PROOFS.prove_link("sub-jane", "1847") + ".1847",
        PROOFS.prove_link("sub-jane", "1847").replace("linked", "migrated"),
        PROOFS.vouch(JANE),
        PROOFS.refuse("sub-jane", Refusal("linked", "1847")),
        "x" * 4096,
    ],
)
def test_nothing_else_proves_a_link(statement: str | None) -> None:
    # AL-06
    assert not PROOFS.is_linked(statement, "sub-jane", "1847")


def test_another_pool_and_another_key_prove_nothing() -> None:
    # AL-06
    copied = LinkProofs((NEW,), "eu-west-1_Copied99")
    foreign = LinkProofs((OLD,), PROOFS.pool_id)

    for proofs in (copied, foreign):
        assert not PROOFS.is_linked(proofs.prove_link("sub-jane", "1847"), "sub-jane", "1847")
        assert PROOFS.voucher(proofs.vouch(JANE)) is None
        assert PROOFS.refusal(proofs.refuse("sub-jane", REFUSED), "sub-jane") is None


def test_after_a_key_change_old_statements_hold_and_new_ones_use_the_first_key() -> None:
    before, after = LinkProofs((OLD,), "pool"), LinkProofs((NEW, OLD), "pool")

    assert after.is_linked(before.prove_link("sub-jane", "1847"), "sub-jane", "1847")
    voucher = after.voucher(before.vouch(JANE))
    assert voucher is not None
    assert after.is_unchanged(voucher, JANE)
    assert after.prove_link("sub-jane", "1847") != before.prove_link("sub-jane", "1847")
    assert after.prove_link("sub", "1") == LinkProofs((NEW,), "pool").prove_link("sub", "1")


@pytest.mark.parametrize("legacy_uid", ["1847", "a.b", "..", "é:7", "x" * 64, "linked"])
@pytest.mark.parametrize("email", [None, "jane@example.com"])
def test_a_voucher_names_its_account_and_knows_whether_it_has_changed(
    legacy_uid: str, email: str | None
) -> None:
    # AL-06, AL-12
    account = attrs.evolve(JANE, legacy_uid=legacy_uid, email=email)
    statement = PROOFS.vouch(account)

    voucher = PROOFS.voucher(statement)

    assert voucher is not None
    assert voucher.legacy_uid == legacy_uid
    assert PROOFS.is_unchanged(voucher, attrs.evolve(account, username="j", display_name=None))
    for change in ({"email": "new@example.com"}, {"email_verified": False}):
        assert not PROOFS.is_unchanged(voucher, attrs.evolve(account, **change))
    assert PROOFS.voucher(statement.removesuffix(legacy_uid) + "666") is None
    assert PROOFS.voucher(statement.replace(voucher.state, "0" * 64)) is None
    assert "jane" not in statement


@pytest.mark.parametrize("legacy_uid", ["1847", "a.b", "20261130-7f3a9c", "20261130-7f3a9c.x"])
def test_a_voucher_names_the_run_that_it_is_of_and_no_other_can_claim_it(legacy_uid: str) -> None:
    account = attrs.evolve(JANE, legacy_uid=legacy_uid)
    statement = PROOFS.vouch(account, "20261130-7f3a9c")

    voucher = PROOFS.voucher(statement)

    assert voucher is not None
    assert (voucher.run_id, voucher.legacy_uid) == ("20261130-7f3a9c", legacy_uid)
    assert PROOFS.is_unchanged(voucher, account)
    assert PROOFS.voucher(statement.replace("-7f3a9c", "-000000", 1)) is None
    assert PROOFS.voucher(statement.replace("20261130-7f3a9c.", "", 1)) is None
    of_a_sign_in = PROOFS.voucher(PROOFS.vouch(account))
    assert of_a_sign_in is not None
    assert of_a_sign_in.run_id is None


@pytest.mark.parametrize("legacy_uid", ["1847", "a.b", "..", None])
def test_a_refusal_keeps_its_reason_and_its_account(legacy_uid: str | None) -> None:
    refusal = Refusal("link_taken", legacy_uid)
    statement = PROOFS.refuse("sub-jane", refusal)

    assert PROOFS.refusal(statement, "sub-jane") == refusal
    assert PROOFS.refusal(statement, "sub-john") is None
    assert PROOFS.refusal(statement.replace("link_taken", "link_issuer"), "sub-jane") is None


def test_parts_of_a_statement_do_not_run_into_each_other() -> None:
    assert not PROOFS.is_linked(PROOFS.prove_link("sub-1", "847"), "sub-18", "47")
    assert PROOFS.refusal(PROOFS.refuse("sub-1", Refusal("link_taken", "2")), "sub-12") is None


def test_every_statement_fits_an_attribute() -> None:
    longest = [
        PROOFS.vouch(attrs.evolve(JANE, legacy_uid="x" * 64)),
        PROOFS.refuse("s" * 128, Refusal("r" * 32, "x" * 64)),
    ]
    assert max(map(len, longest)) < 2048


def test_keys_are_in_no_repr() -> None:
    assert "nnn" not in repr(PROOFS)
