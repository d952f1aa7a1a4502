"""Checks of the pool that users move from: its mark, its kind, and what it makes unsafe."""

from collections.abc import Iterator
from typing import Final

from authcore.domain.model.checks import Check, Detail
from authcore.domain.model.deployment import Deployment, NothingToAskError
from authcore.domain.model.pool_settings import AttributeSettings
from authcore.domain.model.surroundings import OLD_POOL_KIND, OLD_POOL_MFA, RESETS
from authcore.domain.model.usernames import MOVED_TO
from authcore.domain.services.doctor.checks_old_client import (
    PAGE,
    PREPARE,
    of_old_pool,
    old_plan,
)
from authcore.domain.services.doctor.checks_pool import variable_of_migration
from authcore.domain.services.doctor.mending import pool_edit


SUB_LENGTH: Final = 36
"""Characters of a ``sub``, a UUID, which the mark holds."""

_STAYS: Final = (
    f"{MOVED_TO} of a pool can be neither changed nor removed: no user of this pool can be linked, "
    "so do not begin the move"
)


def _mark(facts: Deployment) -> AttributeSettings:
    found = facts.ask(facts.old_pool).attributes.get(MOVED_TO)
    if found is None:
        raise NothingToAskError
    return found


def _variable(facts: Deployment, name: str, default: str, own: str) -> str:
    found = variable_of_migration(facts, name, default)
    return own if found is None else found


def _same_pool(facts: Deployment) -> Iterator[str]:
    if old_plan(facts).pool_id == facts.plan.pool_id:
        yield "AUTHCORE_OLD_POOL_USER_POOL_ID names the pool that users move to"


def _no_mark(facts: Deployment) -> Iterator[Detail]:
    if MOVED_TO not in facts.ask(facts.old_pool).attributes:
        yield of_old_pool(facts, f"the old pool has no attribute {MOVED_TO}")


def _fixed_mark(facts: Deployment) -> Iterator[str]:
    if not _mark(facts).is_mutable:
        yield f"{MOVED_TO} of the old pool cannot be changed after the user was created"


def _narrow_mark(facts: Deployment) -> Iterator[str]:
    mark = _mark(facts)
    if mark.kind != "String":
        yield f"{MOVED_TO} of the old pool is a {mark.kind}"
    elif not mark.min_length <= SUB_LENGTH <= mark.max_length:
        holds = f"from {mark.min_length} to {mark.max_length}"
        yield f"{MOVED_TO} of the old pool holds {holds} characters, and an id has {SUB_LENGTH}"


def _another_kind(facts: Deployment) -> Iterator[str]:
    found = facts.ask(facts.old_pool).kind
    kind = _variable(facts, OLD_POOL_KIND, "username", old_plan(facts).kind)
    if found != kind:
        yield f"AUTHCORE_OLD_POOL_KIND is {kind}, and the old pool is of the kind {found}"


def _lost_factor(facts: Deployment) -> Iterator[str]:
    plan = old_plan(facts)
    requires = facts.ask(facts.old_pool).mfa == "ON"
    moves_by_reset = _variable(facts, RESETS, "pool", plan.resets) == "pool"
    refuses = _variable(facts, OLD_POOL_MFA, "refuse", plan.mfa) == "refuse"
    if requires and moves_by_reset and refuses:
        yield "the old pool requires a second factor, and a forgotten password moves users"


def _other_spellings(facts: Deployment) -> Iterator[str]:
    counts = facts.ask(facts.old_pool).is_case_sensitive
    if facts.plan.phase == "moved":
        raise NothingToAskError
    if counts and facts.pool.get().has_open_sign_up:
        yield "letter case counts in the old pool, and users may sign up themselves in the new one"


def _old_trigger(facts: Deployment) -> Iterator[Detail]:
    arn = facts.ask(facts.old_pool).triggers.get("user_migration")
    if arn is not None:
        yield of_old_pool(facts, f"the old pool has a user migration trigger, {arn}")


CHECKS: Final = (
    Check(
        id="old_pool_is_another",
        question="Is the pool that users move from another one than the pool they move to?",
        severity="high",
        why="The pool asks itself about users whom it does not know, and none moves.",
        mend="set AUTHCORE_OLD_POOL_USER_POOL_ID to the id of the pool that users leave",
        anchor=f"{PAGE}#settings",
        examine=_same_pool,
    ),
    Check(
        id="old_pool_mark_present",
        question=f"Does the old pool have {MOVED_TO}, which says who has moved?",
        severity="high",
        why="Each link is postponed until the attribute is there.",
        mend="aws cognito-idp add-custom-attributes --region {region} --user-pool-id {pool} "
        "--custom-attributes Name=cognito_id,AttributeDataType=String,Mutable=true",
        anchor=PREPARE,
        examine=_no_mark,
    ),
    Check(
        id="old_pool_mark_mutable",
        question=f"Can {MOVED_TO} of the old pool be changed?",
        severity="high",
        why="No user is marked as moved, and each link is postponed.",
        mend=_STAYS,
        anchor=PREPARE,
        examine=_fixed_mark,
    ),
    Check(
        id="old_pool_mark_holds_ids",
        question=f"Does {MOVED_TO} of the old pool hold the id of a user?",
        severity="high",
        why="The old pool refuses the mark, and each link is postponed.",
        mend=_STAYS,
        anchor=PREPARE,
        examine=_narrow_mark,
    ),
    Check(
        id="old_pool_kind",
        question="Do users sign in at the old pool with what the migration function expects?",
        severity="high",
        why="Users are looked up under what the old pool does not know them by, and do not move.",
        mend="set AUTHCORE_OLD_POOL_KIND to the kind of the old pool",
        anchor=f"{PAGE}#settings",
        examine=_another_kind,
    ),
    Check(
        id="old_pool_second_factors",
        question="Does no user move by a forgotten password from a pool that requires two factors?",
        severity="critical",
        why="A stolen mailbox then opens an account that a second factor protected.",
        mend="set AUTHCORE_MIGRATION_RESETS=legacy at user migration",
        anchor=f"{PAGE}#who-does-not-move",
        examine=_lost_factor,
    ),
    Check(
        id="old_pool_letter_case",
        question="Can no stranger sign up with another spelling of a name of the old pool?",
        severity="critical",
        why="The stranger's user exists before the owner moves, who then is locked out of it.",
        mend=pool_edit(".AdminCreateUserConfig.AllowAdminCreateUserOnly=true"),
        anchor=f"{PAGE}#who-does-not-move",
        examine=_other_spellings,
    ),
    Check(
        id="old_pool_migrates_none",
        question="Does the old pool take over no users itself?",
        severity="medium",
        why="Each attempt asks a third system, or both pools ask each other until both give up.",
        mend="make its function return an error where ClientMetadata has authcore_migration=off, "
        "as authcore's does, and leave this check out by --except",
        anchor=f"{PAGE}#what-the-old-pool-notices",
        examine=_old_trigger,
    ),
)
