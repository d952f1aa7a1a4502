"""The way back: what users would miss at the old login is named and counted, and nothing else."""

from typing import Final

import pytest

from authcore.domain.model.deployment import Reading
from authcore.domain.model.readiness import Evidence
from authcore.domain.model.runbook import Difference, WayBack
from authcore.domain.services.moves.way_back import KEEP_RUNNING, LOCK, way_back
from unit.readiness_world import (
    census,
    clean_end,
    counted,
    darken,
    run_of,
    with_census,
    with_counts,
    with_links,
    with_setup,
)


def in_step() -> Evidence:
    """Users who moved and linked, one password, and nothing that the old login lacks."""
    return with_census(clean_end(), native=0)


def without_one_password(evidence: Evidence) -> Evidence:
    return with_setup(evidence, has_one_password=False)


def lost(found: WayBack) -> dict[str, tuple[int, int]]:
    return {each.id: (each.at_least, each.at_most) for each in found.differences if each.is_lost}


def difference(found: WayBack, id_: str) -> Difference:
    return next(each for each in found.differences if each.id == id_)


def test_with_one_password_nothing_is_lost() -> None:
    found = way_back(in_step())

    assert lost(found) == {}
    assert found.verdict == "safe"


def test_with_one_password_the_passwords_of_linked_users_are_kept_equal() -> None:
    passwords = difference(way_back(in_step()), "passwords")

    assert (passwords.at_most, passwords.is_lost) == (900, False)
    assert "asks the pool" in passwords.kept_by
    assert "by itself the old login accepts the older one" in passwords.what


def test_without_it_every_linked_user_may_have_another_password() -> None:
    found = way_back(without_one_password(in_step()))

    assert lost(found) == {"passwords": (0, 900)}
    assert found.verdict == "lossy"


def test_users_who_moved_and_have_not_signed_in_have_the_password_that_they_had() -> None:
    evidence = with_census(in_step(), moved=50)

    assert lost(way_back(evidence)) == {}
    assert lost(way_back(without_one_password(evidence))) == {"passwords": (0, 900)}


def test_users_whose_link_was_postponed_may_have_two_passwords() -> None:
    postponed = counted("account_linking.postponed", "legacy_unavailable", 3)

    found = way_back(with_counts(with_census(in_step(), moved=50), postponed))

    assert lost(found) == {"passwords_of_unlinked": (0, 3)}


def test_who_signed_up_in_cognito_has_no_account_at_the_old_login() -> None:
    assert lost(way_back(with_census(in_step(), native=7))) == {"sign_ups": (7, 7)}


def test_who_signs_in_with_a_provider_only_has_no_password() -> None:
    changed = census(persons={"native": 0}, providers_only=12)

    assert lost(way_back(clean_end(census=Reading("the count", changed)))) == {
        "providers_only": (0, 12)
    }


def test_users_whom_a_run_linked_are_refused_by_the_old_login_until_they_set_a_password() -> None:
    """One password makes the old login ask the pool, which has none of them yet."""
    imported = clean_end(runs=Reading("runs", (run_of("linked", linked=20, created=5),)))
    evidence = with_census(imported, native=0)

    assert lost(way_back(evidence)) == {"linked_by_a_run": (0, 20)}
    assert "linked_by_a_run" not in lost(way_back(without_one_password(evidence)))


def test_second_factors_cannot_be_asked_for_at_the_old_login() -> None:
    may_have = with_census(clean_end(second_factors=Reading("the pool", True)), native=0)
    refused = counted("password.verify", "needs_new_login", 4)

    assert lost(way_back(may_have)) == {"second_factors": (0, 900)}
    assert lost(way_back(with_counts(in_step(), refused))) == {"second_factors": (1, 900)}


LINKS: Final = [
    ("cognito_lacks_legacy_uid", (1, 1)),
    ("sub_gone", (1, 1)),
    ("sub_changed", (1, 1)),
    ("crossed", (0, 1)),
    ("duplicate", (0, 1)),
    ("dangling", (0, 1)),
    ("legacy_lacks_cognito_id", None),
    ("unproven", None),
    ("same_person", None),
    ("missing", None),
]


@pytest.mark.parametrize(("finding", "expected"), LINKS)
def test_accounts_whose_user_does_not_name_them_are_refused(
    finding: str, expected: tuple[int, int] | None
) -> None:
    """As ``LinkedUsers`` decides: it asks who names whom, and for no proof."""
    found = way_back(with_links(in_step(), **{finding: 1}))

    assert lost(found) == ({} if expected is None else {"broken_links": expected})


def test_without_one_password_no_link_keeps_anyone_out_of_the_old_login() -> None:
    found = way_back(without_one_password(with_links(in_step(), sub_gone=1)))

    assert "broken_links" not in lost(found)


def test_accounts_that_linking_created_have_no_password_of_their_own() -> None:
    created = with_counts(
        in_step(), counted("account_linking.created", "ok", 6, outcome="accepted")
    )

    assert difference(way_back(created), "accounts_without_password").kept_by
    assert lost(way_back(without_one_password(created)))["accounts_without_password"] == (0, 6)


def test_what_the_pool_owns_is_told_to_the_legacy_system_unless_it_refuses() -> None:
    owned = with_setup(in_step(), legacy_fields=frozenset({"name"}))
    told = counted("profile.update", "ok", 9, outcome="accepted")
    refused = counted("profile.update", "link_taken", 2)

    assert lost(way_back(with_counts(owned, told))) == {}
    assert lost(way_back(with_counts(owned, told, refused))) == {"profiles": (1, 2)}


def test_what_the_legacy_system_owns_is_right_there() -> None:
    assert lost(way_back(with_counts(in_step(), counted("profile.update", "link_taken")))) == {}


PARTS: Final = {
    "census": {"passwords", "sign_ups", "providers_only"},
    "days": {
        *("passwords_of_unlinked", "second_factors", "accounts_without_password"),
        "stage",
    },
    "links": {"broken_links"},
    "runs": {"linked_by_a_run"},
    "second_factors": {"second_factors"},
    "doctor": set[str](),
}


@pytest.mark.parametrize("part", PARTS)
def test_what_cannot_be_read_is_unknown_and_nothing_else(part: str) -> None:
    found = way_back(darken(in_step(), part))

    assert {each.id for each in found.unknown} == PARTS[part]
    assert found.verdict == ("unknown" if PARTS[part] else "safe")


def test_without_a_stage_there_are_no_steps() -> None:
    found = way_back(darken(in_step(), "days"))

    assert (found.stage, found.steps) == (None, ())


def test_a_loss_is_one_also_where_something_is_unknown() -> None:
    assert way_back(darken(with_census(in_step(), native=1), "runs")).verdict == "lossy"


def test_the_steps_end_with_what_must_not_be_forgotten() -> None:
    assert way_back(in_step()).steps[-1] == KEEP_RUNNING
    assert way_back(without_one_password(in_step())).steps[-1] == LOCK
