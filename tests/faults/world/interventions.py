"""What operators' commands are made of."""

from collections.abc import Iterator
from contextlib import contextmanager

import attrs

from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore_local.cognito.user_pool.users import PoolUser
from authcore_local.legacy.user_table import Row
from faults.world.world import World


def write(world: World, statement: str, *values: object) -> None:
    """Carry out one statement in the legacy system's database."""
    with world.stand.legacy._users._store.transaction() as connection:
        connection.execute(statement, values)


def row_of(world: World, userid: str) -> Row | None:
    """The account *userid*, unless it was deleted."""
    return next((row for row in world.rows() if row.userid == userid), None)


def linked_user(world: World, row: Row) -> PoolUser | None:
    """The user whom *row* names."""
    return world.stand.cognito.users.with_subject(row.cognito_id or "")


@contextmanager
def until_done(world: World) -> Iterator[None]:
    """A guide's list of commands, each repeated until it is answered."""
    weather = world.stand.weather
    down, strikes, between = set(weather.down), weather.strikes, weather.between
    weather.down, weather.strikes, weather.between = set(), {}, {}
    try:
        yield
    finally:
        weather.down, weather.strikes, weather.between = down, strikes, between


def switch(world: World, user: PoolUser, *, enabled: bool) -> None:
    """Enable *user*, or disable them and end their sessions at the pool."""
    world.stand.cognito.users.change(
        user.username, lambda known: attrs.evolve(known, enabled=enabled)
    )
    if not enabled:
        world.stand.cognito.sessions.end_all_of(user.subject)


def end_all(world: World, user: PoolUser) -> None:
    """``authcore sessions end``, noted."""
    world.stand.end_sessions(user.username)
    world.ended[user.subject] = world.number


def take_attributes(world: World, user: PoolUser | None) -> None:
    """Take away from *user* what only authcore writes."""
    if user is None:
        return

    def without(known: PoolUser) -> PoolUser:
        named = {LEGACY_UID, LEGACY_LINKED}
        left = {name: text for name, text in known.attributes.items() if name not in named}
        return attrs.evolve(known, attributes=left)

    world.stand.cognito.users.change(user.username, without)
