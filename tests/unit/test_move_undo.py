"""An undo leaves the pool as it was before the run, and keeps every user who may be in use."""

from collections.abc import Callable

import attrs
import pytest

from authcore.domain.errors import (
    ConfigurationError,
    LegacyUnavailableError,
    ProviderUnavailableError,
)
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.usernames import LEGACY_LINKED
from authcore.domain.services.moves.batches import Workers
from authcore.domain.services.moves.undo import RunUndo
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyUnlinking
from authcore.testing.fakes.user_directory import InMemoryProviderLinks, InMemoryUserAdministration
from unit.moves_world import World, executed_world, pool_before


@pytest.mark.parametrize("is_linked", [False, True], ids=["created", "linked"])
def test_pool_and_legacy_system_are_as_before(is_linked: bool) -> None:
    world = executed_world(is_linked=is_linked)

    world.undo_all()

    assert ([*world.directory.everybody()], [*world.links.rows.items()]) == pool_before()
    assert {*world.kinds().values()} == {"undone"}


def test_a_run_that_was_undone_is_undone_again_without_a_call() -> None:
    world = executed_world()
    world.undo_all()
    pool = world.directory.everybody()

    world.undo_all()

    assert world.directory.everybody() == pool


def _set_password(world: World) -> None:
    world.administration.set_password("user1", "canary-Password-1")


def _rename(world: World) -> None:
    world.directory.set_attributes("user1", {"name": "renamed"})


def _disable(world: World) -> None:
    world.directory.disable("user1")


def _enrol_mfa(world: World) -> None:
    user = world.directory.find("user1")
    assert user is not None
    world.directory.replace(attrs.evolve(user, has_mfa=True))


def _connect(world: World) -> None:
    identity = ExternalIdentity("Google", "118470000000000001847")
    InMemoryProviderLinks(world.directory).link_provider("user1", identity)


USES = [
    (_set_password, "may_have_signed_in"),
    (_rename, "changed_since"),
    (_disable, "user_disabled"),
    (_enrol_mfa, "second_factor"),
    (_connect, "has_identities"),
]


@pytest.mark.parametrize(("use", "reason"), USES)
def test_an_undo_never_touches_a_user_who_was_used_since(
    use: Callable[[World], None], reason: str
) -> None:
    world = executed_world()
    use(world)
    used, row = world.directory.find("user1"), world.links.rows["1"]

    world.undo_all()

    assert (world.outcomes()[0].kind, world.outcomes()[0].reason) == ("kept", reason)
    kept = world.directory.find("user1")
    assert kept == used
    assert kept is not None
    assert used is not None
    assert kept.modified_at == used.modified_at
    assert world.links.rows["1"] == row
    assert [each.kind for each in world.outcomes()[1:]] == ["undone"] * 4


class UsedMeanwhile(InMemoryUserAdministration):
    """The pool, whose first user is used right before it is disabled."""

    def __init__(self, world: World, use: Callable[[World], None]) -> None:
        super().__init__(world.directory)
        self._uses = [lambda: use(world)]

    def disable_user(self, username: str) -> None:
        """See the port."""
        while self._uses:
            self._uses.pop()()
        super().disable_user(username)


@pytest.mark.parametrize(("use", "reason"), [each for each in USES if each[0] is not _disable])
def test_a_user_who_is_used_while_the_undo_begins_is_enabled_again_and_kept(
    use: Callable[[World], None], reason: str
) -> None:
    world = executed_world()
    removal = attrs.evolve(world.removal(), administration=UsedMeanwhile(world, use))
    undo = attrs.evolve(world.undo(), removal=removal)

    undo.run(lambda: None, lambda _: None)

    kept = world.directory.find("user1")
    assert kept is not None
    assert kept.enabled
    assert (world.outcomes()[0].kind, world.outcomes()[0].reason) == ("kept", reason)
    assert world.links.rows["1"].account.cognito_id == kept.subject


def test_an_undo_that_continues_enables_no_user_whom_an_administrator_disabled() -> None:
    world = executed_world(size=1, is_linked=False)
    world.administration.set_password("user1", "canary-Password-1")
    world.administration.disable_user("user1")

    world.undo_all()

    user = world.directory.find("user1")
    assert user is not None
    assert not user.enabled
    assert [(each.kind, each.reason) for each in world.outcomes()] == [("kept", "user_disabled")]


def test_a_run_that_was_linked_in_another_legacy_system_is_not_undone_or_linked_here() -> None:
    world = executed_world(is_linked=False)
    there = attrs.evolve(world.linking(), system="https://legacy.example")
    there.run(lambda: None, lambda _: None)
    before = [*world.directory.everybody()]
    here = "https://staging.example"

    for work in (
        attrs.evolve(world.undo(), system=here),
        attrs.evolve(world.linking(), system=here),
    ):
        with pytest.raises(ConfigurationError, match=r"was linked in https://legacy\.example"):
            work.run(lambda: None, lambda _: None)
    assert [*world.directory.everybody()] == before
    attrs.evolve(world.undo(), system="https://legacy.example").run(lambda: None, lambda _: None)

    assert {*world.kinds().values()} == {"undone"}


@pytest.mark.parametrize("is_gone", [True, False], ids=["deleted", "there"])
def test_a_user_who_is_named_like_the_sub_of_one_of_the_run_stays(is_gone: bool) -> None:
    world = executed_world(size=1)
    created = world.directory.find("user1")
    assert created is not None
    if is_gone:
        world.directory.delete_user("user1")
    world.directory.add(created.subject, {"name": "signed up"})

    world.undo_all()

    assert created.subject in world.names()
    assert ("user1" in world.names()) is not is_gone
    assert world.kinds() == {1: "undone" if is_gone else "kept"}


def test_a_user_who_took_the_name_of_a_deleted_one_stays() -> None:
    world = executed_world()
    old = world.directory.find("user1")
    assert old is not None
    new = world.directory.add("user1", old.attributes, status="FORCE_CHANGE_PASSWORD")

    world.undo_all()

    assert world.directory.find("user1") == new
    assert world.kinds()[1] == "undone"


def test_an_account_that_names_another_user_keeps_its_link() -> None:
    world = executed_world()
    row = world.links.rows["1"]
    other = attrs.evolve(row, account=attrs.evolve(row.account, cognito_id="another-user"))
    world.links.rows["1"] = other

    world.undo_all()

    assert world.links.rows["1"] == other
    assert world.directory.find("user1") is None


def _undo(world: World, unlinking: InMemoryLegacyUnlinking | None) -> RunUndo:
    return RunUndo(
        store=world.store,
        removal=world.removal(),
        unlinking=unlinking,
        audit=world.audit,
        workers=Workers(count=1),
    )


def test_links_that_cannot_be_taken_back_refuse_the_undo_before_anything_is_removed() -> None:
    world = executed_world()
    pool = world.directory.everybody()
    unlinking = InMemoryLegacyUnlinking(world.links)
    unlinking.is_there = False

    with pytest.raises(LegacyUnavailableError):
        _undo(world, unlinking).run(lambda: None, lambda _: None)
    with pytest.raises(ConfigurationError):
        _undo(world, None).run(lambda: None, lambda _: None)

    assert world.directory.everybody() == pool
    assert {*world.kinds().values()} == {"linked"}


def test_a_run_without_links_is_undone_without_a_legacy_system() -> None:
    world = executed_world(is_linked=False)

    _undo(world, None).run(lambda: None, lambda _: None)

    assert [*world.directory.everybody()] == pool_before()[0]


def test_an_outage_stops_the_undo_and_it_continues() -> None:
    world = executed_world()
    world.directory.unavailable = True
    with pytest.raises(ProviderUnavailableError):
        world.undo_all()
    world.directory.unavailable = False

    world.undo_all()

    assert [*world.directory.everybody()] == pool_before()[0]


def test_a_user_whose_date_is_not_known_is_kept() -> None:
    world = executed_world()
    world.store.record([attrs.evolve(world.outcomes()[0], modified_at=None)])

    world.undo_all()

    assert (world.outcomes()[0].kind, world.outcomes()[0].reason) == ("kept", "changed_since")


def test_every_decision_is_recorded() -> None:
    world = executed_world(size=2)
    _set_password(world)
    world.audit.events.clear()

    world.undo_all()

    assert [(each.action, each.outcome, each.reason) for each in world.audit.events] == [
        ("move.undo", "rejected", "may_have_signed_in"),
        ("move.undo", "accepted", "ok"),
    ]
    assert LEGACY_LINKED not in str(world.audit.events)
