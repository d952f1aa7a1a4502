"""An import of many hours compares the pool again before each file."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.ports.user_creation import ImportJob
from authcore.testing.fakes.user_import import InMemoryUserImport
from unit.imports_world import ImportWorld
from unit.moves_world import PROOFS, Life, account


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., ImportWorld]:
    def prepare(life: Life | None = None) -> ImportWorld:
        return ImportWorld(size=5, life=life or Life()).prepare(tmp_path)

    return prepare


Make = Callable[..., ImportWorld]


class Slow(InMemoryUserImport):
    """A pool whose jobs take two hours each; *meanwhile* is called in the first."""

    def __init__(self, world: ImportWorld, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self.takes = world._take
        self._world = world
        self._meanwhile = [meanwhile]

    def start_job(self, job_id: str) -> ImportJob:
        """See the port."""
        started = super().start_job(job_id)
        self._world.clock.advance(timedelta(hours=2))
        while self._meanwhile:
            self._meanwhile.pop()()
        return started


def _sign_up(world: ImportWorld) -> None:
    address = {"email": "user4@legacy.example", "email_verified": "true"}
    world.directory.add("signed-up-meanwhile", address)


def test_a_user_who_came_into_the_pool_while_earlier_parts_were_imported_is_not_sent(
    make: Make,
) -> None:
    world = make()
    world.imports = Slow(world, lambda: _sign_up(world))

    world.import_all(world.compare)

    assert "user4" not in world.names()
    assert world.kinds() == {4: "exists", **dict.fromkeys((1, 2, 3, 5), "created")}


def test_an_imported_user_stays_the_run_s_own_where_another_names_the_account(make: Make) -> None:
    world = make()
    slow, take = Slow(world, lambda: None), world._take

    def take_and_move_again(content: bytes) -> tuple[int, int, int]:
        counts = take(content)
        if b"user1" in content:
            again = {LEGACY_UID: "1", LEGACY_LINKED: PROOFS.vouch(account(1))}
            world.directory.add("renamed", again)
        return counts

    slow.takes = take_and_move_again
    world.imports = slow

    world.import_all(world.compare)

    assert {*world.kinds().values()} == {"created"}


def test_imported_users_who_sign_in_meanwhile_are_not_in_the_way_of_the_next_part(
    make: Make,
) -> None:
    world = make()

    def sign_in() -> None:
        user = world.directory.find("user1")
        assert user is not None
        world.administration.set_password("user1", "canary-Password-1")
        proof = {LEGACY_LINKED: PROOFS.prove_link(user.subject, "1")}
        world.directory.set_attributes("user1", proof)
        world.administration.set_password("user2", "canary-Password-1")

    slow = Slow(world, lambda: None)
    take = world._take

    def take_and_sign_in(content: bytes) -> tuple[int, int, int]:
        counts = take(content)
        if b"user1" in content:
            sign_in()
        return counts

    slow.takes = take_and_sign_in
    world.imports = slow

    world.import_all(world.compare)

    assert {*world.kinds().values()} == {"created"}


def test_a_job_of_a_killed_process_is_not_in_the_way_of_a_comparison(make: Make) -> None:
    world = make()
    world.store._run = attrs.evolve(world.store.run(), target="import")
    content = (world.folder / "part-001.csv").read_bytes()
    world._take(content)

    world.compare()

    assert world.kinds() == {}


def test_a_file_is_made_again_where_another_job_of_the_account_took_an_hour(make: Make) -> None:
    world = make()
    world.compare()
    world.clock.advance(timedelta(minutes=50))
    world.imports.is_busy = True
    started = world.imports.start_job

    def start_later(job_id: str) -> ImportJob:
        if world.clock.now() - began > timedelta(minutes=5):
            world.directory.add("user1")
        if world.clock.now() - began > timedelta(minutes=20):
            world.imports.is_busy = False
        return started(job_id)

    began = world.clock.now()
    world.imports.start_job = start_later  # type: ignore[method-assign]

    world.import_all(world.compare)

    assert [*world.imports.files.values()][:2] == [
        b"cognito:username\nuser1\nuser2\n",
        b"cognito:username\nuser2\n",
    ]
    assert world.kinds()[1] == "exists"
