"""Two who look like one person are one finding; what is one link, or not decided yet, is none."""

import pytest

from authcore.domain.model.link_audit import (
    AccountLink,
    AccountLinks,
    Finding,
    LinkPage,
    LinkSnapshot,
    UserLink,
    UserLinks,
)
from authcore.domain.services.accounts.link_discrepancies import findings_in
from unit.link_audit_world import World, subject


JANE = "jane@thornfield.example"


def reasons(world: World) -> list[str]:
    return [finding.reason for finding in world.findings()]


def test_jane_who_came_by_password_and_by_google_is_one_finding_with_both_accounts() -> None:
    # AL-07: the demo's own script
    world = World(["1847"], {"1847": 1, "100005": 2, "7": None}, externals=["100005"])
    world.verify(JANE, users=[1, 2], accounts=["1847", "100005"])

    assert world.findings() == [
        Finding(
            "same_person",
            (
                UserLink(subject(1), "1847", "user-1"),
                UserLink(subject(2), "100005", "Google_2"),
            ),
            (AccountLink("100005", subject(2)), AccountLink("1847", subject(1))),
        )
    ]
    assert not world.findings()[0].is_repairable


def test_a_user_who_is_not_linked_beside_one_who_is_does_not_wait_for_a_sign_in() -> None:
    """A sign-in would be refused: the account belongs to the other user."""
    world = World(["1847", None, None], {"1847": 1})
    world.verify(JANE, users=[1, 2])

    assert [(each.reason, len(each.users)) for each in world.findings()] == [
        ("same_person", 2),
        ("missing", 1),
    ]


def test_the_owner_of_an_account_counts_by_the_accounts_address_too() -> None:
    """The pool did not verify the owner's address; the legacy system did."""
    world = World(["1847", "100005"], {"1847": 1, "100005": 2})
    world.verify(JANE, users=[2], accounts=["1847"])

    assert reasons(world) == ["same_person"]


def test_an_account_that_no_user_has_beside_a_user_who_has_another_one() -> None:
    world = World(["100005"], {"1847": None, "100005": 1})
    world.verify(JANE, users=[1], accounts=["1847"])

    [finding] = world.findings()
    assert (finding.reason, [each.legacy_uid for each in finding.accounts]) == (
        "same_person",
        ["100005", "1847"],
    )


@pytest.mark.parametrize(
    ("users", "accounts"),
    [
        (["1847"], {"1847": 1}),
        ([None], {"1847": None}),
        ([None, None], {"1847": None}),
        ([], {"1847": None, "7": None}),
    ],
    ids=["one link", "not moved yet", "two who are not linked yet", "nobody moved"],
)
def test_what_is_one_person_or_not_decided_yet_is_no_finding(
    users: list[str | None], accounts: dict[str, int | None]
) -> None:
    world = World(users, accounts)
    world.verify(JANE, users=range(1, len(users) + 1), accounts=accounts)

    assert "same_person" not in reasons(world)


@pytest.mark.parametrize(
    ("users", "accounts", "reason"),
    [
        (["a"], {"a": None}, "legacy_lacks_cognito_id"),
        ([None], {"a": 1}, "cognito_lacks_legacy_uid"),
        (["a", "a"], {"a": 1}, "duplicate"),
        (["a", None], {"a": 2}, "crossed"),
        ([None], {"a": 9}, None),
    ],
)
def test_what_names_each_other_is_reported_by_that_and_not_twice(
    users: list[str | None], accounts: dict[str, int | None], reason: str | None
) -> None:
    world = World(users, accounts)
    world.verify(JANE, users=range(1, len(users) + 1), accounts=accounts)

    found = reasons(world)
    assert "same_person" not in found
    assert reason is None or found == [reason]


def test_a_half_link_does_not_make_two_of_one() -> None:
    """The user who names the account has another address; the account has the other user's."""
    world = World(["a", "b"], {"a": None, "b": 2})
    world.verify(JANE, users=[2], accounts=["a"])

    assert [(each.reason, len(each.users), len(each.accounts)) for each in world.findings()] == [
        ("legacy_lacks_cognito_id", 1, 1),
        ("same_person", 2, 2),
    ]


def test_addresses_that_only_look_alike_are_not_one() -> None:
    # AL-04
    world = World(["a", "b", "c"], {"a": 1, "b": 2, "c": 3})
    for number, address in enumerate(("jane@t.example", "Jane@t.example", "jane+x@t.example"), 1):
        world.verify(address, users=[number])

    assert reasons(world) == []


def test_the_domains_letter_case_does_not_count() -> None:
    # AL-04
    world = World(["a", "b"], {"a": 1, "b": 2})
    world.verify("jane@T.example", users=[1])
    world.verify("jane@t.EXAMPLE", users=[2])

    assert reasons(world) == ["same_person"]


@pytest.mark.parametrize("odd", ["ján@t.example", '"jane"@t.example', "jane@t.example.", ""])
def test_addresses_that_must_not_be_compared_are_not(odd: str) -> None:
    # AL-04
    world = World(["a", "b"], {"a": 1, "b": 2})
    world.verify(odd, users=[1, 2], accounts=["a", "b"])

    assert reasons(world) == []


@pytest.mark.parametrize("marked", ["false", "True", "", None])
def test_an_address_that_the_pool_did_not_verify_does_not_count(marked: str | None) -> None:
    # AL-01
    world = World(["a", "b"], {"a": 1, "b": 2})
    world.verify(JANE, users=[1])
    flag = {} if marked is None else {"email_verified": marked}
    world.users.set_attributes("user-2", {"email": JANE, **flag})

    assert reasons(world) == []


def test_three_with_two_addresses_are_one_finding() -> None:
    world = World(["a", "b", "c"], {"a": 1, "b": 2, "c": 3})
    world.verify(JANE, users=[1, 2])
    world.verify("eyre@thornfield.example", users=[3], accounts=["b"])

    [finding] = world.findings()
    assert len(finding.users) == len(finding.accounts) == 3


def test_an_address_that_was_taken_away_meanwhile_counts_no_more() -> None:
    """A later entry of a listing replaces an earlier one."""
    pages: list[LinkPage] = [
        UserLinks((UserLink("1", "a", "1", b"jane"), UserLink("2", "b", "2", b"jane")), "more"),
        UserLinks((UserLink("2", "b", "2"),), None),
        AccountLinks((AccountLink("a", "1", b"jane"), AccountLink("b", "2", b"jane")), "more"),
        AccountLinks((AccountLink("b", "2"),), None),
    ]

    assert [*findings_in(LinkSnapshot(pages, key=""))] == []


def test_digests_of_two_runs_cannot_be_compared() -> None:
    one, other = LinkSnapshot(key="one"), LinkSnapshot(key="other")

    assert one.digest(JANE) == LinkSnapshot(key="one").digest(JANE)
    assert one.digest(JANE) != other.digest(JANE)
    assert one.digest(JANE) != one.digest("huck@thornfield.example")


def test_a_page_shows_no_digest() -> None:
    # SP-11
    link = UserLink("1", "a", "1", b"digest-canary")

    assert "canary" not in repr((link, AccountLink("a", "1", b"digest-canary")))
