"""What operators do, as the guides say, and what is in no person's hands."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, cast

import attrs

from authcore.domain.errors import AuthcoreError
from authcore.domain.model.link_audit import Finding
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore_cli.links_run import LinkRun
from authcore_local.cognito.user_pool.users import PoolUser, fresh_uuid
from authcore_local.legacy.user_table import Row
from faults.world.stand import GONE
from faults.world.weather import Side
from faults.world.world import World


NOTHING: Final = "nothing"


class _NoReport:
    """Shows nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


def _write(world: World, statement: str, *values: object) -> None:
    with world.stand.legacy._users._store.transaction() as connection:
        connection.execute(statement, values)


def _row(world: World, userid: str) -> Row | None:
    return next((row for row in world.rows() if row.userid == userid), None)


def _linked_user(world: World, row: Row) -> PoolUser | None:
    return world.stand.cognito.users.with_subject(row.cognito_id or "")


@contextmanager
def _until_done(world: World) -> Iterator[None]:
    """A guide's list of commands, each repeated until it is answered."""
    weather = world.stand.weather
    down, strikes, between = set(weather.down), weather.strikes, weather.between
    weather.down, weather.strikes, weather.between = set(), {}, {}
    try:
        yield
    finally:
        weather.down, weather.strikes, weather.between = down, strikes, between


def _switch(world: World, user: PoolUser, *, enabled: bool) -> None:
    world.stand.cognito.users.change(
        user.username, lambda known: attrs.evolve(known, enabled=enabled)
    )
    if not enabled:
        world.stand.cognito.sessions.end_all_of(user.subject)


def _end(world: World, user: PoolUser) -> None:
    world.stand.end_sessions(user.username)
    world.ended[user.subject] = world.number


def lock(world: World, _: str, userid: str) -> str:
    """Lock an account; a user who is linked with it is disabled, and their sessions end."""
    row = _row(world, userid)
    if row is None:
        return NOTHING
    _write(world, "UPDATE users SET locked = 1 WHERE userid = ?", userid)
    user = _linked_user(world, row)
    if user is not None:
        with _until_done(world):
            _switch(world, user, enabled=False)
            _end(world, user)
    return "done"


def unlock(world: World, _: str, userid: str) -> str:
    """Undo ``lock``."""
    row = _row(world, userid)
    if row is None:
        return NOTHING
    _write(world, "UPDATE users SET locked = 0 WHERE userid = ?", userid)
    user = _linked_user(world, row)
    if user is not None:
        _switch(world, user, enabled=True)
    return "done"


def disable(world: World, _: str, name: str) -> str:
    """Disable a user of the pool, and end their sessions."""
    user = world.stand.cognito.users.find(name)
    if user is None:
        return NOTHING
    with _until_done(world):
        _switch(world, user, enabled=False)
        _end(world, user)
    return "done"


def enable(world: World, _: str, name: str) -> str:
    """Enable a user again, unless their account is locked."""
    user = world.stand.cognito.users.find(name)
    if user is None or any(row.locked for row in world.rows() if row.cognito_id == user.subject):
        return NOTHING
    _switch(world, user, enabled=True)
    return "done"


def end_sessions(world: World, _: str, name: str) -> str:
    """``authcore sessions end``."""
    user = world.stand.cognito.users.find(name)
    if user is None:
        return NOTHING
    try:
        _end(world, user)
    except AuthcoreError as error:
        return f"refused {error.code}"
    return "done"


def unlink(world: World, _: str, userid: str) -> str:
    """Take a link away on both sides."""
    row = _row(world, userid)
    user = _linked_user(world, row) if row else None
    if user is None:
        return NOTHING
    with _until_done(world):
        _write(world, "UPDATE users SET cognito_id = NULL WHERE userid = ?", userid)
        _write(world, "DELETE FROM identities WHERE userid = ?", userid)
        _take_attributes(world, user)
        _end(world, user)
    return "done"


def _take_attributes(world: World, user: PoolUser | None) -> None:
    if user is None:
        return

    def without(known: PoolUser) -> PoolUser:
        named = {LEGACY_UID, LEGACY_LINKED}
        left = {name: text for name, text in known.attributes.items() if name not in named}
        return attrs.evolve(known, attributes=left)

    world.stand.cognito.users.change(user.username, without)


def delete(world: World, actor: str, userid: str) -> str:
    """Delete an account; a link is taken away first."""
    if _row(world, userid) is None:
        return NOTHING
    unlink(world, actor, userid)
    _write(world, "DELETE FROM sessions WHERE userid = ?", userid)
    _write(world, "DELETE FROM identities WHERE userid = ?", userid)
    _write(
        world,
        "UPDATE users SET username = ?, email = NULL, email_verified = 0, cognito_id = NULL,"
        " locked = 1, password_hash = NULL, created_under = NULL WHERE userid = ?",
        f"{GONE}{userid}",
        userid,
    )
    return "done"


def merge(world: World, actor: str, userid: str, into: str) -> str:
    """Make one account of a person's two: the first one's identities move, the rest is dropped."""
    first, second = _row(world, userid), _row(world, into)
    if first is None or second is None or userid == into:
        return NOTHING
    if not world.persons(first) & world.persons(second):
        return NOTHING
    _write(world, "UPDATE identities SET userid = ? WHERE userid = ?", into, userid)
    return delete(world, actor, userid)


def rename(world: World, _: str, userid: str, name: str) -> str:
    """Give an account another login name."""
    if _row(world, userid) is None or any(row.username == name for row in world.rows()):
        return NOTHING
    _write(world, "UPDATE users SET username = ? WHERE userid = ?", name, userid)
    return "done"


def set_address(world: World, _: str, userid: str, address: str) -> str:
    """Write a verified address into an account; ``none`` takes it away."""
    if _row(world, userid) is None:
        return NOTHING
    email = None if address == "none" else address
    _write(
        world,
        "UPDATE users SET email = ?, email_verified = ? WHERE userid = ?",
        email,
        email is not None,
        userid,
    )
    return "done"


def audit_links(world: World, _: str) -> str:
    """``authcore links audit``."""
    run = LinkRun(world.stand.link_tools(), cast("Any", _NoReport()))
    try:
        run.audit()
    except AuthcoreError as error:
        return f"refused {error.code}"
    return " ".join(f"{reason}:{count}" for reason, count in sorted(run.summary.findings.items()))


def repair_links(world: World, _: str) -> str:
    """``authcore links repair``."""
    run = LinkRun(world.stand.link_tools(), cast("Any", _NoReport()))
    try:
        run.repair(dry_run=False)
    except AuthcoreError as error:
        return f"refused {error.code}"
    return " ".join(f"{status}:{count}" for status, count in sorted(run.summary.repairs.items()))


class _Findings:
    """Keeps what a run finds."""

    def __init__(self) -> None:
        self.all: list[Finding] = []

    def on_finding(self, finding: Finding, _: object) -> None:
        """See LinkReport."""
        self.all.append(finding)

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


def tidy(world: World, _: str) -> str:
    """What the guide says after a restore or a copy of the pool; then ``links repair``."""
    with _until_done(world):
        return _tidy(world)


def _tidy(world: World) -> str:
    report = _Findings()
    LinkRun(world.stand.link_tools(), cast("Any", report)).audit()
    for finding in report.all:
        if finding.reason == "sub_gone" or (finding.reason == "sub_changed" and not world.is_copy):
            for account in finding.accounts:
                _set_cognito_id(world, account.legacy_uid, None)
        elif finding.reason == "sub_changed":
            _set_cognito_id(world, finding.accounts[0].legacy_uid, finding.users[0].subject)
        elif finding.reason == "dangling":
            for each in finding.users:
                _take_attributes(world, world.stand.cognito.users.with_subject(each.subject))
    world.is_copy = False
    repair_links(world, "op")
    return " ".join(
        f"{reason}:{count}"
        for reason, count in Counter(each.reason for each in report.all).items()
        if reason in {"sub_gone", "sub_changed", "dangling"}
    )


def _set_cognito_id(world: World, userid: str, cognito_id: str | None) -> None:
    _write(world, "UPDATE users SET cognito_id = ? WHERE userid = ?", cognito_id, userid)


def hear(world: World, _: str, action: str) -> str:
    """Read the last line of the audit log about *action*."""
    for event in reversed(world.stand.audit.events):
        if event.action.startswith(action):
            detail = " with detail" if event.detail else ""
            about = f" about {event.legacy_uid}" if event.legacy_uid else ""
            return f"{event.outcome} {event.reason}{about}{detail}"
    return NOTHING


def save_pool(world: World, _: str) -> str:
    """Keep the pool as it is."""
    users = world.stand.cognito.users
    world.saved = (dict(users._by_username), dict(users._username_of), dict(users._linked_to))
    return "done"


def restore_pool(world: World, _: str) -> str:
    """Restore the pool to the point that was kept; all sessions end."""
    if world.saved is None:
        return NOTHING
    pool = world.stand.cognito
    for user in pool.users.all_users():
        pool.sessions.end_all_of(user.subject)
    by_username, username_of, linked_to = map(dict, world.saved)
    pool.users._by_username, pool.users._username_of = by_username, username_of
    pool.users._linked_to = linked_to
    world.restored |= {
        (user.attributes[LEGACY_UID], user.subject): None
        for user in pool.users.all_users()
        if LEGACY_UID in user.attributes
    }
    _repeat_decisions(world)
    return "done"


def _repeat_decisions(world: World) -> None:
    """Lock and delete again, before anybody signs in, what was locked and deleted meanwhile."""
    users = world.stand.cognito.users
    rows = {row.userid: row for row in world.rows()}
    for user in users.all_users():
        row = rows.get(user.attributes.get(LEGACY_UID, ""))
        if row is None:
            _take_attributes(world, user)
        elif row.locked:
            _switch(world, user, enabled=False)


def copy_pool(world: World, _: str) -> str:
    """Move everybody into a new pool, as an import does: with all attributes and a new ``sub``."""
    before = world.stand.open_copy()
    store = world.stand.cognito.users
    for user in before.users.all_users():
        copied = attrs.evolve(user, subject=fresh_uuid(world.stand._entropy))
        with store._lock:
            store._admit(copied)
    world.restored |= {
        (row.userid, moved.subject): None
        for row in world.rows()
        if (old := before.users.with_subject(_named(world, row)))
        and (moved := store.find(old.username))
    }
    world.sessions, world.saved, world.is_copy = [], None, True
    return "done"


def _named(world: World, row: Row) -> str:
    """The ``sub`` that *row* names, or named before another copy."""
    earlier = [subject for userid, subject in world.restored if userid == row.userid]
    return (earlier[-1] if earlier and world.is_copy else row.cognito_id) or ""


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
    "audit": audit_links,
    "repair": repair_links,
    "tidy": tidy,
    "hear": hear,
    "save": save_pool,
    "restore": restore_pool,
    "copy": copy_pool,
    "mail": pass_mailbox,
    "down": turn_weather,
    "wait": wait,
}
