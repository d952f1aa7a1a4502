"""A survey finds planned users whom the pool has already, and writes nothing there."""

from datetime import timedelta

import attrs
import pytest

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.directory import DirectoryPage
from authcore.domain.services.moves.survey import FRESH_FOR
from authcore.testing.fakes.user_directory import InMemoryDirectoryListing
from unit.moves_world import Killed, Life, World, planned


def _survey(world: World) -> list[int]:
    return [page.users for page in world.survey().pages()]


def _pool() -> World:
    """One user by name, one by a verified address, one by the account, and two of nobody's."""
    world = World(size=5)
    world.directory.add("user1")
    address = {"email": "user2@legacy.example"}
    world.directory.add("other", {**address, "email_verified": "true"})
    world.directory.add("moved", {"custom:legacy_uid": "3"}, status="EXTERNAL_PROVIDER")
    world.directory.add("unverified", {"email": "user4@legacy.example"})
    world.directory.add("stranger")
    return world


def test_existing_users_are_recorded_with_what_they_have_in_common() -> None:
    world = _pool()

    assert _survey(world) == [2, 4, 5]

    assert {each.number: (each.kind, each.reason) for each in world.outcomes()} == {
        1: ("exists", "name_taken"),
        2: ("exists", "address_taken"),
        3: ("exists", "already_moved"),
    }


def test_a_user_who_exists_is_not_created() -> None:
    world = _pool()
    _survey(world)

    world.execute()

    assert world.creation.asked == ["user4", "user5"]


def test_the_pool_is_not_written_to() -> None:
    world = _pool()
    before = world.directory.everybody()

    _survey(world)

    assert world.directory.everybody() == before


def test_the_account_says_more_than_the_name() -> None:
    world = World(size=1)
    world.directory.add("user1", {"custom:legacy_uid": "1"})

    _survey(world)

    assert world.outcomes()[0].reason == "already_moved"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_survey_that_is_killed_at_any_call_continues_to_the_same_end(after: bool) -> None:
    whole = _pool()
    _survey(whole)

    for call in range(1, whole.life.calls + 1):
        world = _pool()
        world.life = Life(call, after=after)
        with pytest.raises(Killed):
            _survey(world)
        world.life = Life()
        assert _survey(world)[-1] == 5
        assert world.outcomes() == whole.outcomes()


def test_users_of_the_run_itself_are_not_in_its_way() -> None:
    world = World()
    world.execute()
    before = world.outcomes()

    _survey(world)

    assert world.outcomes() == before


def test_a_user_who_was_created_and_not_recorded_stays_pending() -> None:
    world = World(life=Life(5, after=True))
    with pytest.raises(Killed):
        world.execute()
    assert world.names()
    world.life = Life()

    _survey(world)
    assert world.outcomes() == []
    world.execute()

    assert {*world.kinds().values()} == {"created"}


def test_the_same_user_before_the_run_tried_is_one_who_exists() -> None:
    world = World()
    user = planned(1).user
    assert user is not None
    world.directory.add("user1", user.attributes, status="FORCE_CHANGE_PASSWORD")

    _survey(world)

    assert world.kinds() == {1: "exists"}


def test_a_survey_counts_for_an_hour_and_one_that_was_cut_short_not_at_all() -> None:
    world = _pool()
    survey = world.survey()
    assert not survey.is_fresh()
    next(pages := survey.pages())
    assert not survey.is_fresh()
    assert len([*pages]) == 2
    world.clock.advance(FRESH_FOR - timedelta(seconds=1))
    assert survey.is_fresh()
    world.clock.advance(timedelta(seconds=1))
    assert not survey.is_fresh()


def test_a_survey_is_due_an_hour_after_its_end_or_when_it_is_made_void() -> None:
    world = _pool()
    survey = world.survey()
    assert survey.is_due()
    pages = survey.pages()
    next(pages)
    world.clock.advance(FRESH_FOR)
    assert survey.is_due()
    assert len([*pages]) == 2
    assert not survey.is_due()
    assert not survey.is_fresh()
    world.clock.advance(FRESH_FOR - timedelta(seconds=1))
    assert not survey.is_due()
    survey.make_void()
    assert survey.is_due()


def test_a_survey_counts_as_due_where_the_clock_was_set_back() -> None:
    world = _pool()
    _survey(world)
    world.clock.advance(-2 * FRESH_FOR)

    assert world.survey().is_due()
    assert not world.survey().is_fresh()


def test_an_outage_ends_the_survey_and_no_page_is_skipped() -> None:
    world = _pool()
    pages = world.survey().pages()
    next(pages)
    world.directory.unavailable = True
    with pytest.raises(ProviderUnavailableError):
        next(pages)
    world.directory.unavailable = False

    assert _survey(world) == [4, 5]


def test_a_survey_that_was_cut_short_more_than_an_hour_ago_begins_again() -> None:
    world = _pool()
    next(world.survey().pages())
    world.clock.advance(FRESH_FOR)

    assert _survey(world) == [2, 4, 5]


def test_a_survey_that_was_continued_is_as_old_as_its_first_page() -> None:
    world = _pool()
    next(world.survey().pages())
    world.clock.advance(FRESH_FOR - timedelta(minutes=1))
    assert _survey(world) == [4, 5]
    world.clock.advance(timedelta(minutes=1))

    assert not world.survey().is_fresh()


class _Circle(InMemoryDirectoryListing):
    def users(self, after: str | None = None) -> DirectoryPage:
        return attrs.evolve(super().users(after), next="after-2")


def test_pages_that_lead_back_to_an_earlier_one_end_the_survey() -> None:
    world = _pool()
    survey = attrs.evolve(world.survey(), listing=_Circle(world.directory, 2))

    with pytest.raises(ProviderUnavailableError, match="lead back"):
        [*survey.pages()]
