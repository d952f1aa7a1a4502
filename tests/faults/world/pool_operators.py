"""What operators do with links, and with the pool as a whole, as the guides say."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import attrs

from authcore.domain.errors import AuthcoreError
from authcore.domain.model.link_audit import Finding
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore_cli.links_run import LinkRun
from authcore_local.cognito.user_pool.users import PoolUser, fresh_uuid
from authcore_local.legacy.user_table import Row
from faults.world.interventions import (
    row_of,
    switch,
    take_attributes,
    until_done,
    write,
)
from faults.world.world import World


NOTHING: Final = "nothing"


class _NoReport:
    """Shows nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


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
    with until_done(world):
        return _tidy(world)


def _tidy(world: World) -> str:
    report = _Findings()
    LinkRun(world.stand.link_tools(), cast("Any", report)).audit()
    for finding in report.all:
        if finding.reason == "sub_changed" and _is_told(world, finding):
            _set_cognito_id(world, finding.accounts[0].legacy_uid, finding.users[0].subject)
        elif finding.reason in {"sub_gone", "sub_changed", "crossed", "duplicate"}:
            for account in finding.accounts:
                if world.stand.cognito.users.with_subject(account.cognito_id or "") is None:
                    _set_cognito_id(world, account.legacy_uid, None)
        elif finding.reason == "dangling":
            for each in finding.users:
                take_attributes(world, world.stand.cognito.users.with_subject(each.subject))
    world.is_copy = world.is_fresh_copy = False
    repair_links(world, "op")
    return " ".join(
        f"{reason}:{count}"
        for reason, count in Counter(each.reason for each in report.all).items()
        if reason in {"sub_gone", "sub_changed", "dangling"}
    )


def _is_told(world: World, finding: Finding) -> bool:
    """Whether a copy tells whose the account is: it is not used yet, or the address is the same."""
    user = world.stand.cognito.users.with_subject(finding.users[0].subject)
    row = row_of(world, finding.accounts[0].legacy_uid)
    if not world.is_copy or world.stand.variant.writable or user is None or row is None:
        return False
    return world.is_fresh_copy or user.attributes.get("email") == row.email


def _set_cognito_id(world: World, userid: str, cognito_id: str | None) -> None:
    write(world, "UPDATE users SET cognito_id = ? WHERE userid = ?", cognito_id, userid)


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
    """Lock, delete and unlink again, before anybody signs in, what was so since the point."""
    users = world.stand.cognito.users
    rows = {row.userid: row for row in world.rows()}
    for user in users.all_users():
        row = rows.get(user.attributes.get(LEGACY_UID, ""))
        unlinked = row is not None and row.cognito_id is None and _held_a_link(user)
        if row is None or unlinked or row.cognito_id not in {None, user.subject}:
            take_attributes(world, user)
        elif row.locked:
            switch(world, user, enabled=False)


def _held_a_link(user: PoolUser) -> bool:
    """Whether both systems once named each other: the proof is written last."""
    return user.attributes.get(LEGACY_LINKED, "").startswith("linked.")


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
    world.sessions, world.saved = [], None
    world.is_copy = world.is_fresh_copy = True
    return "done"


def _named(world: World, row: Row) -> str:
    """The ``sub`` that *row* names, or named before another copy."""
    earlier = [subject for userid, subject in world.restored if userid == row.userid]
    return (earlier[-1] if earlier and world.is_copy else row.cognito_id) or ""


POOL_VERBS: Final[Mapping[str, Callable[..., str]]] = {
    "audit": audit_links,
    "repair": repair_links,
    "tidy": tidy,
    "hear": hear,
    "save": save_pool,
    "restore": restore_pool,
    "copy": copy_pool,
}
