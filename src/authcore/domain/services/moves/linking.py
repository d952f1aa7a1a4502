"""Writes the links of the users whom a run created, on both sides."""

from datetime import datetime
from typing import Final

import attrs

from authcore.domain.errors import (
    AccountNotFoundError,
    ConfigurationError,
    UnprovenLinkError,
)
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.linking import FoundAccount, LinkOutcome, PoolAccount
from authcore.domain.model.moves import PlannedUser, UserOutcome
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.domain.services.accounts.claimed_account import ClaimedAccount
from authcore.domain.services.accounts.pool_side import PoolSide
from authcore.domain.services.accounts.retrying import Retrier
from authcore.domain.services.moves.batches import OnOutcomes, Workers
from authcore.domain.services.moves.own_users import UNUSED, holds
from authcore.domain.services.moves.pool_turn import RequireTurn
from authcore.domain.services.moves.run_step import RunStep
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.ports.legacy_links import LegacyLinks
from authcore.ports.move_runs import RunStore
from authcore.ports.user_directory import UserDirectory


LINKING: Final = "linking"
"""
Note of the run: once an account may name a user of the run, ``begun https://legacy.example``.
"""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class RunLinking:
    """
    Links each created user with the account that the user was made from, as a first sign-in would.

    The voucher in the pool is followed, and the account must be as it was when the run was planned.
    The legacy side is written first, the proof in the pool last; a repetition finds what an earlier
    attempt left.  Unlike a sign-in, a refusal changes nothing: the outcome stays ``created`` with
    the reason, for an operator or the first sign-in to settle.

    Args:
        store: The run.

        directory: The pool.

        accounts: The legacy user table.

        links: The legacy system.

        system: Its URL, as of ``require_same_system``; empty by default.

        proofs: Of the pool.

        retrier: Paced to the quota of user updates.

        audit: Records every link and every refusal.

        workers: Threads.
    """

    store: RunStore
    directory: UserDirectory
    accounts: LegacyAccounts
    links: LegacyLinks
    system: str = ""
    proofs: LinkProofs
    retrier: Retrier
    audit: AuditLog
    workers: Workers

    def run(self, require: RequireTurn, on_outcomes: OnOutcomes) -> None:
        """
        Link all created users.  May be called again after any failure.

        Args:
            require: Called before each write.

            on_outcomes: Called with the outcomes of each batch, after they are recorded.

        Raises:
            UnavailableError: Seven attempts got no answer worth trusting, or the turn was lost.

            ConfigurationError: The store cannot be used, or the run has links in another system.
        """
        require_same_system(self.store, self.system)
        self.store.note(LINKING, _begun(self.system))
        step = RunStep(
            store=self.store,
            retrier=self.retrier,
            audit=self.audit,
            workers=self.workers,
            action="move.link",
            kind="linked",
            before=frozenset({"created", "opened"}),
        )
        step.run(self._link, require, on_outcomes)

    def _link(self, row: PlannedUser, outcome: UserOutcome) -> UserOutcome:
        found = self._created_user(outcome)
        user = _pool_account(found)
        account = self._require_account(user, row)
        if account.account.cognito_id is None:
            self.links.attach_cognito_id(
                account.account.legacy_uid, user.subject, reset_access=False
            )
        if self._pool_side.is_linked(user):  # by an attempt that was not recorded
            is_unused = found.status in UNUSED and holds(found, row)
            return _mark_linked(outcome, found.modified_at if is_unused else None)
        self._pool_side.prove(user, LinkOutcome("linked", account.way, row.legacy_uid))
        return self._date_proof(found, outcome)

    def _created_user(self, outcome: UserOutcome) -> DirectoryUser:
        found = self.directory.find(outcome.subject) if outcome.subject else None
        if found is None or found.subject != outcome.subject:
            raise AccountNotFoundError("the user is not in the pool any more")
        return found

    def _require_account(self, user: PoolAccount, row: PlannedUser) -> FoundAccount:
        checked = ClaimedAccount(accounts=self.accounts, links=self.links, proofs=self.proofs)
        found = checked.find(user)
        if found is None or found.account.legacy_uid != row.legacy_uid:
            raise UnprovenLinkError("nothing proves that the account is the user's")
        return found

    def _date_proof(self, before: DirectoryUser, outcome: UserOutcome) -> UserOutcome:
        """
        Return the outcome with the date of the proof, by which an undo sees later changes.

        Without a date, which an undo takes for a change, where anything else changed meanwhile.
        """
        after = self._created_user(outcome)
        if not self._pool_side.is_linked(_pool_account(after)):
            raise UnprovenLinkError("the pool does not hold the proof that was written")
        is_same = before.modified_at == outcome.modified_at and after.status in UNUSED
        is_same &= _others(before) == _others(after) and before.enabled == after.enabled
        modified_at = after.modified_at if is_same else None
        return _mark_linked(outcome, modified_at)

    @property
    def _pool_side(self) -> PoolSide:
        return PoolSide(directory=self.directory, proofs=self.proofs, audit=self.audit)


def require_same_system(store: RunStore, system: str) -> None:
    """
    Check that links of the run, if it has any, are in *system*.

    Another system has accounts of the same ids: an undo would find no link to take back there and
    remove the user, while the account still names that user and lets its owner move no more.

    Raises:
        ConfigurationError: They are in another one.
    """
    noted = store.noted().get(LINKING, _begun(system))
    if noted != _begun(system):
        there = noted.removeprefix("begun ")
        raise ConfigurationError(
            [f"AUTHCORE_LEGACY_URL is wrong: the run was linked in {there}, and is undone there"]
        )


def _begun(system: str) -> str:
    return f"begun {system}".rstrip()


def _mark_linked(outcome: UserOutcome, modified_at: datetime | None) -> UserOutcome:
    return attrs.evolve(outcome, kind="linked", reason="ok", modified_at=modified_at)


def _pool_account(user: DirectoryUser) -> PoolAccount:
    """Return *user* as a sign-in would describe a native user."""
    held = user.attributes
    return PoolAccount(
        username=user.username,
        subject=user.subject,
        email=held.get("email"),
        email_verified=held.get("email_verified") == "true",
        name=held.get("name"),
        identity=None,
        legacy_uid=held.get(LEGACY_UID) or None,
        statement=held.get(LEGACY_LINKED) or None,
    )


def _others(user: DirectoryUser) -> dict[str, str]:
    """Return the attributes that a link does not write."""
    return {
        name: value
        for name, value in user.attributes.items()
        if name not in (LEGACY_UID, LEGACY_LINKED)
    }
