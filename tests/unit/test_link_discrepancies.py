"""What is wrong is told apart, each tangle once, and nothing that is right is reported."""

import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.link_audit import (
    AccountLink,
    AccountLinks,
    Finding,
    LinkPage,
    LinkSnapshot,
    UserLink,
    UserLinks,
)
from unit.link_audit_world import World, subject


@pytest.mark.parametrize(
    ("users", "accounts", "reasons"),
    [
        ([], {}, []),
        (["a"], {"a": 1}, []),
        (["a", "b"], {"a": 1, "b": 2, "c": None}, []),
        (["a"], {"a": None}, ["legacy_lacks_cognito_id"]),
        ([None], {"a": 1}, ["cognito_lacks_legacy_uid"]),
        ([None], {"a": None}, ["missing"]),
        ([""], {"a": 1}, ["cognito_lacks_legacy_uid"]),
        (["a"], {}, ["dangling"]),
        ([], {"a": 9}, ["sub_gone"]),
        ([None], {"a": 9}, ["sub_gone", "missing"]),
        (["b"], {"a": 9}, ["sub_gone", "dangling"]),
        (["a", "a"], {"a": None}, ["duplicate"]),
        (["a", "a"], {"a": 1}, ["duplicate"]),
        (["a", "a"], {}, ["duplicate"]),
        ([None], {"a": 1, "b": 1}, ["duplicate"]),
        (["a"], {"a": 1, "b": 1}, ["duplicate"]),
        (["a", None], {"a": 2}, ["crossed"]),
        (["a", "b"], {"a": 2, "b": 1}, ["crossed"]),
        (["a"], {"a": None, "b": 1}, ["crossed"]),
        (["a"], {"a": 9}, ["sub_changed"]),
        (["a", "a"], {"a": 9}, ["duplicate"]),
        (["a"], {"a": 9, "b": 9}, ["duplicate"]),
        (["a"], {"a": 9, "b": 1}, ["crossed"]),
        (["a", "b"], {"a": 2, "b": None}, ["crossed"]),
        (["a", None], {"a": None, "b": 2}, ["legacy_lacks_cognito_id", "cognito_lacks_legacy_uid"]),
    ],
)
def test_each_disagreement_is_one_finding_with_its_reason(
    users: list[str | None], accounts: dict[str, int | None], reasons: list[str]
) -> None:
    found = World(users, accounts).findings()

    assert [finding.reason for finding in found] == reasons


def test_a_finding_shows_everybody_who_is_involved_and_whom_they_name() -> None:
    found = World(["a", "b", "a"], {"a": 2, "b": None, "c": 9}).findings()

    assert found[0] == Finding(
        "duplicate",
        (
            UserLink(subject(1), "a", "user-1"),
            UserLink(subject(2), "b", "user-2"),
            UserLink(subject(3), "a", "user-3"),
        ),
        (AccountLink("a", subject(2)), AccountLink("b", None)),
    )


@pytest.mark.parametrize("count", [0, 59, 60, 61, 121])
def test_every_page_of_both_sides_is_read(count: int) -> None:
    world = World([f"{n}" for n in range(count)], {f"{n}": n + 1 for n in range(count)})
    world.write("last", subject(count + 1))

    assert [finding.reason for finding in world.findings()] == ["sub_gone"]


def test_a_user_who_was_listed_twice_counts_once_and_as_listed_last() -> None:
    pages: list[LinkPage] = [
        UserLinks((UserLink("s", None, "s"),), "2"),
        UserLinks((UserLink("s", "a", "s"),), None),
        AccountLinks((AccountLink("a", "s"),), None),
    ]
    both = LinkSnapshot(pages, key="")

    assert both.complete
    assert list(World([], {}).audit.findings(both)) == []


def test_more_than_fits_into_memory_is_refused() -> None:
    both = LinkSnapshot(
        [UserLinks((UserLink("1", None, "1"), UserLink("2", None, "2")), "2")],
        key="",
        max_entries=2,
    )

    with pytest.raises(ConfigurationError, match="more than 2 entries"):
        both.take(UserLinks((UserLink("3", None, "3"),), None))


def test_a_listing_that_never_ends_is_refused() -> None:
    """A page that repeats, or is empty, counts again."""
    both = LinkSnapshot([AccountLinks((), "again")] * 100, key="", max_entries=100)

    with pytest.raises(ConfigurationError, match="more than 100 entries"):
        both.take(AccountLinks((), "again"))
