"""What operators do with accounts and users by the guides, and what is in no person's hands."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, cast

from authcore.domain.errors import AuthcoreError
from faults.world.in_process import GONE
from faults.world.interventions import (
    end_all,
    linked_user,
    row_of,
    switch,
    take_attributes,
    until_done,
    write,
)
from faults.world.pool_operators import POOL_VERBS
from faults.world.weather import Side
from faults.world.world import World


NOTHING: Final = "nothing"


def lock(world: World, _: str, userid: str) -> str:
    """Lock an account; a user who is linked with it is disabled, and their sessions end."""
    row = row_of(world, userid)
    if row is None:
        return NOTHING
    write(world, "UPDATE users SET locked = 1 WHERE userid = ?", userid)
    user = linked_user(world, row)
    if user is not None:
        with until_done(world):
            switch(world, user, enabled=False)
            end_all(world, user)
    return "done"


def unlock(world: World, _: str, userid: str) -> str:
    """Undo ``lock``."""
    row = row_of(world, userid)
    if row is None:
        return NOTHING
    write(world, "UPDATE users SET locked = 0 WHERE userid = ?", userid)
    user = linked_user(world, row)
    if user is not None:
        switch(world, user, enabled=True)
    return "done"


def disable(world: World, _: str, name: str) -> str:
    """Disable a user of the pool, and end their sessions."""
    user = world.stand.cognito.users.find(name)
    if user is None:
        return NOTHING
    with until_done(world):
        switch(world, user, enabled=False)
        end_all(world, user)
    return "done"


def enable(world: World, _: str, name: str) -> str:
    """Enable a user again, unless their account is locked."""
    user = world.stand.cognito.users.find(name)
    if user is None or any(row.locked for row in world.rows() if row.cognito_id == user.subject):
        return NOTHING
    switch(world, user, enabled=True)
    return "done"


def end_sessions(world: World, _: str, name: str) -> str:
    """``authcore sessions end``."""
    user = world.stand.cognito.users.find(name)
    if user is None:
        return NOTHING
    try:
        end_all(world, user)
    except AuthcoreError as error:
        return f"refused {error.code}"
    return "done"


def unlink(world: World, _: str, userid: str) -> str:
    """Take a link away on both sides; where creation is ``once``, ``links allow-create`` too."""
    row = row_of(world, userid)
    user = linked_user(world, row) if row else None
    if user is None:
        return NOTHING
    with until_done(world):
        write(world, "UPDATE users SET cognito_id = NULL WHERE userid = ?", userid)
        write(world, "DELETE FROM identities WHERE userid = ?", userid)
        take_attributes(world, user)
        end_all(world, user)
        world.stand.allow_create(user.subject)
    return "done"


def delete(world: World, actor: str, userid: str) -> str:
    """Delete an account; a link is taken away first."""
    if row_of(world, userid) is None:
        return NOTHING
    unlink(world, actor, userid)
    write(world, "DELETE FROM sessions WHERE userid = ?", userid)
    write(world, "DELETE FROM identities WHERE userid = ?", userid)
    write(
        world,
        "UPDATE users SET username = ?, email = NULL, email_verified = 0, cognito_id = NULL,"
        " locked = 1, password_hash = NULL, created_under = NULL WHERE userid = ?",
        f"{GONE}{userid}",
        userid,
    )
    return "done"


def merge(world: World, actor: str, userid: str, into: str) -> str:
    """Make one account of a person's two: the first one's identities move, the rest is dropped."""
    first, second = row_of(world, userid), row_of(world, into)
    if first is None or second is None or userid == into:
        return NOTHING
    if not world.persons(first) & world.persons(second):
        return NOTHING
    write(world, "UPDATE identities SET userid = ? WHERE userid = ?", into, userid)
    return delete(world, actor, userid)


def rename(world: World, _: str, userid: str, name: str) -> str:
    """Give an account another login name."""
    if row_of(world, userid) is None or any(row.username == name for row in world.rows()):
        return NOTHING
    write(world, "UPDATE users SET username = ? WHERE userid = ?", name, userid)
    return "done"


def set_address(world: World, _: str, userid: str, address: str) -> str:
    """Write a verified address into an account; ``none`` takes it away."""
    if row_of(world, userid) is None:
        return NOTHING
    email = None if address == "none" else address
    write(
        world,
        "UPDATE users SET email = ?, email_verified = ? WHERE userid = ?",
        email,
        email is not None,
        userid,
    )
    return "done"


def pass_mailbox(world: World, _: str, address: str, reader: str) -> str:
    """From now on *reader* reads the mail to *address*."""
    world.readers[address] = reader
    return "done"


def turn_weather(world: World, _: str, side: str) -> str:
    """A side answers nothing from now on; with ``clear``, all do."""
    down = world.stand.weather.down
    down.clear() if side == "clear" else down.add(cast("Side", side))
    return "done"


def wait(world: World, _: str, minutes: str) -> str:
    """Time passes."""
    world.stand.clock.advance(timedelta(minutes=int(minutes)))
    return "done"


OPERATOR_VERBS: Final[Mapping[str, Callable[..., str]]] = {
    "lock": lock,
    "unlock": unlock,
    "disable": disable,
    "enable": enable,
    "end": end_sessions,
    "unlink": unlink,
    "delete": delete,
    "merge": merge,
    "rename": rename,
    "address": set_address,
    "mail": pass_mailbox,
    "down": turn_weather,
    "wait": wait,
    **POOL_VERBS,
}
