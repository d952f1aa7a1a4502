"""The runbook of a move: its stages, and by which evidence each is recognised."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from authcore.domain.model.census import DailyCount
from authcore.domain.model.readiness import Evidence
from authcore.domain.model.runbook import Stage, StageId
from authcore.domain.services.moves.evidence_reading import (
    GUARDS,
    SIGN_INS,
    fresh_census,
    old_sessions,
    read,
    select_counts,
    select_watched,
    watched_guards,
)


WEEK: Final = 7
"""Days that are compared, so that weekends count on both sides."""

PASSWORDS: Final = ("password.verify", "password.change")
"""What the old login asks."""

RUNBOOK: Final[tuple[Stage, ...]] = (
    Stage(
        id="before",
        title="before the cut-over",
        recognised="no sign-in at the auth service within the window",
        step="let the sign-in link of one application, or of a share of users, lead to "
        "/auth/signin, and wait an hour of the busiest time",
        check="sign_in.complete is accepted; unavailable and misconfigured stay at zero",
        command="authcore doctor",
        back="remove the guards; nothing else has changed",
    ),
    Stage(
        id="share",
        title="a share of users signs in at the new login",
        recognised="of the last seven days, the old login admitted more requests than new sessions",
        step="change the remaining sign-in links",
        check="the same, and the legacy system's load is as before: one call a first sign-in",
        command="authcore move status",
        back="let the sign-in link of every application lead to the old form again",
    ),
    Stage(
        id="all",
        title="all applications lead to the new login",
        recognised="new sessions make at least half of the admitted requests",
        step="replace the old login form by a page with a link to the new sign-in; keep "
        "/api/session, /api/login and /api/cognito_helper",
        check="legacy_session decreases from here on",
        command="authcore move status",
        back="",
    ),
    Stage(
        id="form",
        title="the old form is replaced",
        recognised="besides, the old login admitted at most half of what it did the week before",
        step="wait until the last old session has ended, and update mobile applications",
        check="no legacy_session within the window",
        command="authcore move ready",
        back="bring the old login form back",
    ),
    Stage(
        id="mobile",
        title="only programs use the old login",
        recognised="no request by an old session within the window, and passwords are asked for",
        step="update mobile applications, or block their old versions",
        check="no password.verify within the window",
        command="authcore move ready",
        back="",
    ),
    Stage(
        id="unused",
        title="the old login is not used any more",
        recognised="neither a request by an old session nor a password within the window",
        step="when authcore move ready says ready, remove AUTHCORE_LEGACY_SESSIONS_COOKIE from "
        "every guard and the auth service, and AUTHCORE_OLD_LOGIN_CALLER_KEYS",
        check="no legacy_session, no complaints",
        command="authcore move ready",
        back="",
    ),
    Stage(
        id="switched_off",
        title="the old login is switched off, and persons remain",
        recognised="AUTHCORE_LEGACY_SESSIONS_COOKIE is not set, and not every person has moved",
        step="import, invite or delete the users who never came",
        check="the persons who have not moved are those whom you leave behind",
        command="authcore move plan",
        back="set AUTHCORE_LEGACY_SESSIONS_COOKIE in every guard and the auth service again, and "
        "AUTHCORE_OLD_LOGIN_CALLER_KEYS where the old login asks about passwords",
    ),
    Stage(
        id="done",
        title="the move is done",
        recognised="the same, and every person has moved",
        step="set AUTHCORE_DOCTOR_PHASE=moved, and detach user migration",
        check="authcore doctor and authcore links audit find nothing",
        command="authcore doctor",
        back="attach user migration again, and set AUTHCORE_DOCTOR_PHASE=migration",
    ),
)

STAGES: Final[Mapping[StageId, Stage]] = MappingProxyType({each.id: each for each in RUNBOOK})


def recognise(evidence: Evidence) -> Stage:
    """
    Say how far the move is.

    Raises:
        UnreadPartError: The evidence for that could not be read.
    """
    return STAGES[_stage(evidence)]


def steps_back(stage: Stage) -> tuple[str, ...]:
    """Return what leads from *stage* back to the old login, in order."""
    first, *later = RUNBOOK[: RUNBOOK.index(stage) + 1]
    return tuple(each.back for each in reversed(later or [first]) if each.back)


def _stage(evidence: Evidence) -> StageId:
    if not any(each.count for each in select_counts(evidence, *SIGN_INS) if _is_sign_in(each)):
        return _before(evidence)
    if not _admits_old_sessions(evidence):
        return _after_the_end(evidence)
    if old_sessions(watched_guards(evidence)):
        return _while_used(evidence)
    asked = sum(each.count for each in read(evidence.days) if _is_recent_password(each, evidence))
    return "mobile" if asked else "unused"


def _before(evidence: Evidence) -> StageId:
    """Say that nothing has begun; a history without the auth service's lines does not show it."""
    if fresh_census(evidence).gone_over > 0:
        select_watched(evidence, "the auth service", *SIGN_INS)
    return "before"


def _is_sign_in(count: DailyCount) -> bool:
    is_end = count.action in ("sign_in.complete", "password.begin", "password.challenge")
    return is_end and count.outcome == "accepted"


def _admits_old_sessions(evidence: Evidence) -> bool:
    """Whether the setting is there, or guards with other settings than these still admit some."""
    since = evidence.now.date() - timedelta(days=1)
    newest = [each for each in read(evidence.days) if each.day >= since]
    return evidence.setup.admits_old_sessions or old_sessions(newest) > 0


def _after_the_end(evidence: Evidence) -> StageId:
    waiting = fresh_census(evidence).waiting
    return "done" if waiting <= evidence.setup.left_behind else "switched_off"


def _while_used(evidence: Evidence) -> StageId:
    today = evidence.now.date()
    week = _of_days(evidence, today - timedelta(WEEK), today)
    before = _of_days(evidence, today - timedelta(2 * WEEK), today - timedelta(WEEK + 1))
    old = old_sessions(week)
    new = sum(each.count for each in week if each.outcome == "accepted") - old
    if old > new:
        return "share"
    return "form" if 2 * old <= old_sessions(before) else "all"


def _of_days(evidence: Evidence, first: date, last: date) -> Collection[DailyCount]:
    return [
        each for each in read(evidence.days) if first <= each.day <= last and each.action in GUARDS
    ]


def _is_recent_password(count: DailyCount, evidence: Evidence) -> bool:
    first = evidence.now.date() - timedelta(evidence.setup.quiet_days)
    return count.day >= first and count.action in PASSWORDS
