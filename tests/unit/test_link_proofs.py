"""What ``custom:legacy_linked`` proves, and to whom."""

import pytest

from authcore.domain.model.link_proofs import LinkProofs, Refusal


OLD, NEW = b"o" * 32, b"n" * 32
PROOFS = LinkProofs((NEW,), "eu-west-1_Ab12Cd34")
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
        PROOFS.vouch("1847", "jane@example.com"),
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
        assert PROOFS.migrated_uid(proofs.vouch("1847", None), None) is None
        assert PROOFS.refusal(proofs.refuse("sub-jane", REFUSED), "sub-jane") is None


def test_after_a_key_change_old_statements_hold_and_new_ones_use_the_first_key() -> None:
    before, after = LinkProofs((OLD,), "pool"), LinkProofs((NEW, OLD), "pool")

    assert after.is_linked(before.prove_link("sub-jane", "1847"), "sub-jane", "1847")
    assert after.migrated_uid(before.vouch("1847", "a@b.example"), "a@b.example") == "1847"
    assert after.prove_link("sub-jane", "1847") != before.prove_link("sub-jane", "1847")
    assert after.prove_link("sub", "1") == LinkProofs((NEW,), "pool").prove_link("sub", "1")


@pytest.mark.parametrize("legacy_uid", ["1847", "a.b", "..", "é:7", "x" * 64, "linked"])
@pytest.mark.parametrize("email", [None, "jane@example.com"])
def test_a_voucher_names_its_account_while_the_address_is_the_same(
    legacy_uid: str, email: str | None
) -> None:
    # AL-06, MG-06
    statement = PROOFS.vouch(legacy_uid, email)

    assert PROOFS.migrated_uid(statement, email) == legacy_uid
    assert PROOFS.migrated_uid(statement, "new@example.com") is None
    assert PROOFS.migrated_uid(statement.removesuffix(legacy_uid) + "666", email) is None


@pytest.mark.parametrize("legacy_uid", ["1847", "a.b", "..", None])
def test_a_refusal_keeps_its_reason_and_its_account(legacy_uid: str | None) -> None:
    refusal = Refusal("link_taken", legacy_uid)
    statement = PROOFS.refuse("sub-jane", refusal)

    assert PROOFS.refusal(statement, "sub-jane") == refusal
    assert PROOFS.refusal(statement, "sub-john") is None
    assert PROOFS.refusal(statement.replace("link_taken", "link_issuer"), "sub-jane") is None


def test_parts_of_a_statement_do_not_run_into_each_other() -> None:
    assert not PROOFS.is_linked(PROOFS.prove_link("sub-1", "847"), "sub-18", "47")
    assert PROOFS.migrated_uid(PROOFS.vouch("1", "847@b.example"), "47@b.example") is None


def test_every_statement_fits_an_attribute() -> None:
    longest = [PROOFS.vouch("x" * 64, None), PROOFS.refuse("s" * 128, Refusal("r" * 32, "x" * 64))]
    assert max(map(len, longest)) < 2048


def test_keys_are_in_no_repr() -> None:
    assert "nnn" not in repr(PROOFS)
