"""A count of both systems."""

from datetime import UTC, datetime

from authcore.domain.model.census import STATES, Census


CENSUS = Census(
    at=datetime(2026, 11, 30, tzinfo=UTC),
    persons=dict(zip(STATES, (100, 20, 30, 4, 5, 6), strict=True)),
    accounts=157,
    users=45,
    locked=7,
)


def test_each_person_has_one_state() -> None:
    assert CENSUS.total == 165


def test_a_person_whose_account_is_locked_does_not_wait() -> None:
    assert CENSUS.waiting == 113


def test_a_person_with_a_user_has_gone_over_also_before_the_first_sign_in() -> None:
    assert CENSUS.gone_over == 34
