"""Checks of a move: whether the old login is still used, and who still needs it."""

from collections.abc import Iterator
from typing import Final

from authcore.domain.model.census import Census
from authcore.domain.model.counts import format_count
from authcore.domain.model.deployment import NothingToAskError
from authcore.domain.model.readiness import OBSERVED, Evidence, ReadinessCheck
from authcore.domain.services.moves.evidence_reading import (
    OLD_SESSION,
    SHADOWS,
    SIGN_INS,
    fresh_census,
    old_sessions,
    read,
    select_counts,
    select_watched,
    watched_guards,
)


_WATCHING: Final = "_shadow"
_ASKED_BY_OLD_LOGIN: Final = ("password.verify", "password.change")

COUNTS: Final = "--history FILE with the guards' counts of Prometheus"
CENSUS: Final = "authcore move status, which counts both systems"


def _old_sessions(evidence: Evidence) -> Iterator[str]:
    counts = (*watched_guards(evidence), *select_counts(evidence, *SHADOWS))
    if number := old_sessions(counts):
        last = max(each.day for each in counts if each.reason == OLD_SESSION and each.count)
        days = evidence.setup.quiet_days
        requests, window = format_count(number, "request"), format_count(days, "day")
        yield f"the old login admitted {requests} in the last {window}, on {last} last"


def _old_clients(evidence: Evidence) -> Iterator[str]:
    counts = select_watched(evidence, "the auth service", *SIGN_INS)
    asked = sum(each.count for each in counts if each.action in _ASKED_BY_OLD_LOGIN)
    if asked:
        callers = ", ".join(evidence.setup.callers)
        by = f" by {callers}" if callers else ""
        yield f"checked or set{by} for the old login: {format_count(asked, 'password')}"


def _reachable(census: Census) -> int:
    """Count those who have not moved, and can be told to; a locked account moves never."""
    return census.persons["legacy_only"] - (census.locked - census.locked_unreachable)


def _cut_off(census: Census) -> int:
    """Count those who have not moved, and cannot be told to."""
    return census.persons["unreachable"] - census.locked_unreachable


def _persons_left(evidence: Evidence) -> Iterator[str]:
    accepted = evidence.setup.left_behind
    if (number := _reachable(fresh_census(evidence))) > accepted:
        beyond = f", {accepted} of whom may stay behind" if accepted else ""
        yield f"not moved: {format_count(number, 'person')}{beyond}"


def _unreachable(evidence: Evidence) -> Iterator[str]:
    if (number := _cut_off(fresh_census(evidence))) > 0:
        yield (
            f"not moved, and without a verified address: {format_count(number, 'person')}; after "
            "the switch-off only the old password moves them"
        )


def _legacy_resets(evidence: Evidence) -> Iterator[str]:
    if not evidence.setup.legacy_resets:
        raise NothingToAskError
    census = fresh_census(evidence)
    if (number := _reachable(census) + _cut_off(census)) > 0:
        persons = format_count(number, "person")
        yield f"not moved, and able to reset the password on the old page only: {persons}"


def _observing(evidence: Evidence) -> Iterator[str]:
    for name in evidence.setup.observing:
        yield f"{OBSERVED[name]} only watches: {name} is observe"
    today = evidence.now.date()
    newest = [each for each in read(evidence.days) if (today - each.day).days <= 1 and each.count]
    if seen := sorted({part for each in newest if (part := _watching_part(each.action))}):
        yield f"since yesterday a part only watched: {', '.join(seen)}"


def _watching_part(action: str) -> str | None:
    """Return the part that recorded *action* while it only watched; None for any other action."""
    part = action.partition(".")[0]
    return part.removesuffix(_WATCHING) if part.endswith(_WATCHING) else None


CHECKS: Final = (
    ReadinessCheck(
        id="old_sessions_ended",
        question="Has no request been admitted by the old login for long enough?",
        why="These users are signed out in the middle of their work.",
        mend="wait, or send the users of the old form to the new login; then ask again",
        needs=COUNTS,
        anchor="cut-over.md#when-the-old-login-is-not-used-any-more",
        examine=_old_sessions,
    ),
    ReadinessCheck(
        id="old_clients_gone",
        question="Does no program sign users in at the old login any more?",
        why="Its users cannot sign in, and its calls for passwords end in 404.",
        mend="update the program, or block its old versions; see AUTHCORE_OLD_LOGIN_CALLER_KEYS",
        needs="--history FILE with the audit lines of the auth service",
        anchor="one-password.md",
        examine=_old_clients,
    ),
    ReadinessCheck(
        id="persons_moved",
        question="Has every person moved whose account is not locked?",
        why="They get in only as long as user migration asks the legacy system.",
        mend="import or invite them: authcore move plan; or accept a number: "
        "AUTHCORE_READY_LEFT_BEHIND",
        needs=CENSUS,
        anchor="cut-over.md#users-who-never-came",
        examine=_persons_left,
    ),
    ReadinessCheck(
        id="persons_reachable",
        question="Can a message reach every person who has not moved?",
        why="No code can be sent to them: a user who forgot the old password never gets in.",
        mend="let the old login ask them for an address and verify it, or delete their accounts",
        needs=CENSUS,
        anchor="migration.md#users-whom-no-code-can-reach",
        examine=_unreachable,
    ),
    ReadinessCheck(
        id="resets_in_pool",
        question="Does the pool reset the passwords of users who have not moved?",
        why="With the old reset page goes the only way to a new password.",
        mend="set AUTHCORE_MIGRATION_RESETS=pool at user migration before the old page goes",
        needs=CENSUS,
        anchor="migration.md#forgotten-passwords-of-users-who-have-not-moved",
        examine=_legacy_resets,
    ),
    ReadinessCheck(
        id="nothing_observes",
        question="Do all guards and triggers act, and not only watch?",
        why="A guard that only watches protects nothing, and a trigger that does moves no user.",
        mend="remove the variable, or set it to its default, and start the part again",
        needs=COUNTS,
        anchor="cut-over.md#before",
        examine=_observing,
    ),
)
