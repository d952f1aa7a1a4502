"""
The way back to the old login: what users have in Cognito only, and what keeps both logins equal.

The way back leaves pool, triggers and auth service where they are.  What one-password keeps equal
is the password of a user whom both sides name: the old login asks the pool.  It writes no hash to
the legacy system, so that it keeps nothing equal once the pool or the auth service is gone.
"""

from collections.abc import Callable, Iterator
from typing import Final

from authcore.domain.model.audit import Outcome
from authcore.domain.model.deployment import NothingToAskError, UnreadPartError
from authcore.domain.model.readiness import Evidence, Obstacle
from authcore.domain.model.runbook import Difference, Stage, WayBack
from authcore.domain.services.moves.evidence_reading import fresh_census, read
from authcore.domain.services.moves.readiness import WHAT_IT_NEEDS
from authcore.domain.services.moves.runbook import recognise, steps_back


Compare = Callable[[Evidence], Difference]

POOL_IS_ASKED: Final = "one password: the old login asks the pool"
REFUSED: Final = ("cognito_lacks_legacy_uid", "sub_changed", "sub_gone")
"""
Findings of accounts that name a user who does not name them: the old login asks and is refused.

An account that names no user is compared with its own hash, and a link without a proof is asked
about like any other.
"""

PERHAPS_REFUSED: Final = ("duplicate", "crossed", "dangling")
"""Findings with such an account among others."""

KEEP_RUNNING: Final = (
    "keep the pool, its triggers, the auth service and AUTHCORE_OLD_LOGIN_CALLER_KEYS: without "
    "them every password that was changed in Cognito is lost"
)
LOCK: Final = (
    "lock the accounts of users whom an administrator disabled in the pool: the old login admits "
    "them"
)

NEEDED: Final = (
    "--history FILE for the history, authcore move status for the count of both systems; the page "
    "names the other parts"
)


def way_back(evidence: Evidence) -> WayBack:
    """Say what the way back takes, and what users would miss.  Never raises for a missing part."""
    found: list[Difference] = []
    unknown: list[Obstacle] = []
    for name, compare in COMPARISONS.items():
        try:
            found.append(compare(evidence))
        except NothingToAskError:
            continue
        except UnreadPartError as unread:
            unknown.append(_open(name, str(unread)))
    stage: Stage | None = None
    try:
        stage = recognise(evidence)
    except UnreadPartError as unread:
        unknown.append(_open("stage", str(unread)))
    return WayBack(
        stage=stage,
        steps=_steps(stage, evidence),
        differences=tuple(each for each in found if each.at_most),
        unknown=tuple(unknown),
    )


def _steps(stage: Stage | None, evidence: Evidence) -> tuple[str, ...]:
    if stage is None:
        return ()
    is_before = stage.id == "before"
    return (*steps_back(stage), *([] if is_before else _precautions(evidence)))


def _precautions(evidence: Evidence) -> Iterator[str]:
    yield KEEP_RUNNING if evidence.setup.has_one_password else LOCK


def _passwords(evidence: Evidence) -> Difference:
    """
    Compare the passwords of users who moved.

    Without one password the old login knows the one from before the move, or none.  How many users
    changed it since is not known: Cognito counts no such change.
    """
    is_kept = evidence.setup.has_one_password
    return Difference(
        id="passwords",
        what="may have changed the password in Cognito; by itself the old login accepts the older "
        "one",
        at_least=0,
        at_most=fresh_census(evidence).persons["linked"],
        kept_by=POOL_IS_ASKED if is_kept else "",
        mend="switch one password on before the way back, or let these users reset the password on "
        "the old page",
        anchor="one-password.md",
    )


def _unlinked_passwords(evidence: Evidence) -> Difference:
    """
    Compare the passwords of users who have signed in and are not linked: each side has its own.

    Users who moved and have not signed in since have the password that they had.
    """
    postponed = _total(evidence, "account_linking.postponed")
    moved = fresh_census(evidence).persons["moved"] if postponed else 0
    return Difference(
        id="passwords_of_unlinked",
        what="signed in and could not be linked: each login has a password of its own",
        at_least=0,
        at_most=min(moved, postponed),
        kept_by="",
        mend="their next sign-in links them; authcore links audit lists them",
        anchor="one-password.md#what-the-legacy-system-does",
    )


def _users_of_runs(evidence: Evidence) -> Difference:
    """Count users whom a run linked: until they have a password in the pool, it refuses them."""
    if not evidence.setup.has_one_password:
        raise NothingToAskError
    runs = read(evidence.runs)
    linked = sum(
        number
        for run in runs
        for (kind, _), number in run.counts.items()
        if kind in {"linked", "opened"}
    )
    return Difference(
        id="linked_by_a_run",
        what="created and linked by authcore move: until a password is set in Cognito, the old "
        "login refuses the right one",
        at_least=0,
        at_most=linked,
        kept_by="",
        mend="authcore move undo removes those who never signed in",
        anchor="one-password.md#what-the-legacy-system-does",
    )


def _second_factors(evidence: Evidence) -> Difference:
    if not evidence.setup.has_one_password:
        raise NothingToAskError
    may_have = read(evidence.second_factors)
    refused = sum(each.count for each in read(evidence.days) if each.reason == "needs_new_login")
    return Difference(
        id="second_factors",
        what="may have a second factor in Cognito, for which the old login cannot ask",
        at_least=min(1, refused),
        at_most=fresh_census(evidence).persons["linked"] if may_have or refused else 0,
        kept_by="",
        mend="AdminSetUserMFAPreference, for users who ask for it and are recognised otherwise",
        anchor="one-password.md#what-the-legacy-system-does",
    )


def _broken_links(evidence: Evidence) -> Difference:
    if not evidence.setup.has_one_password:
        raise NothingToAskError
    found = read(evidence.links)
    surely = sum(found.get(each, 0) for each in REFUSED)
    return Difference(
        id="broken_links",
        what="refused by the old login: the account names a user who does not name it",
        at_least=surely,
        at_most=surely + sum(found.get(each, 0) for each in PERHAPS_REFUSED),
        kept_by="",
        mend="authcore links repair, then authcore links audit",
        anchor="reconcile.md#findings",
    )


def _native(evidence: Evidence) -> Difference:
    number = fresh_census(evidence).persons["native"]
    return Difference(
        id="sign_ups",
        what="signed up in Cognito, without an account in the legacy system",
        at_least=number,
        at_most=number,
        kept_by="",
        mend="account linking creates an account at the next sign-in; tell the others to sign up",
        anchor="linking.md",
    )


def _providers_only(evidence: Evidence) -> Difference:
    number = fresh_census(evidence).providers_only
    return Difference(
        id="providers_only",
        what="without a password in Cognito: a provider is the only way to sign in",
        at_least=0,
        at_most=number,
        kept_by="",
        mend="the old reset page gives them a password, where the legacy system has their address",
        anchor="cut-over.md#the-way-back",
    )


def _created_accounts(evidence: Evidence) -> Difference:
    """Count accounts that linking made without a password."""
    number = _total(evidence, "account_linking.created")
    is_kept = evidence.setup.has_one_password
    return Difference(
        id="accounts_without_password",
        what="with an account that linking created, without a password",
        at_least=0,
        at_most=number,
        kept_by=POOL_IS_ASKED if is_kept else "",
        mend="the old reset page gives them a password",
        anchor="linking.md",
    )


def _profiles(evidence: Evidence) -> Difference:
    """
    Compare addresses and names.

    What the legacy system owns is right at the old login by definition.  What the pool owns is told
    at the next sign-in or refresh; a refusal is not repeated with another result.
    """
    owned = {"email", "name"} - evidence.setup.legacy_fields
    if not owned:
        raise NothingToAskError
    refused = _total(evidence, "profile.update", outcome="rejected")
    return Difference(
        id="profiles",
        what=f"changed {' or '.join(sorted(owned))} in Cognito, and the legacy system refused it",
        at_least=min(1, refused),
        at_most=refused,
        kept_by="",
        mend="correct the accounts by hand; the audit lines profile.update name them",
        anchor="webhooks.md#what-users-change-in-cognito",
    )


def _total(evidence: Evidence, action: str, *, outcome: Outcome | None = None) -> int:
    """How often *action* is in the whole history, with any outcome by default."""
    return sum(
        each.count
        for each in read(evidence.days)
        if each.action == action and outcome in (None, each.outcome)
    )


def _open(name: str, why: str) -> Obstacle:
    return Obstacle(id=name, evidence=why, mend=NEEDED, anchor=WHAT_IT_NEEDS)


COMPARISONS: Final[dict[str, Compare]] = {
    "passwords": _passwords,
    "passwords_of_unlinked": _unlinked_passwords,
    "linked_by_a_run": _users_of_runs,
    "second_factors": _second_factors,
    "broken_links": _broken_links,
    "sign_ups": _native,
    "providers_only": _providers_only,
    "accounts_without_password": _created_accounts,
    "profiles": _profiles,
}
"""By the id of the difference, in the order of the report."""
