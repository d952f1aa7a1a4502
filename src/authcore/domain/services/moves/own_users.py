"""Tells the users that a run created from all other users of the pool."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.moves import PlannedUser, UserOutcome
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.ports.user_directory import UserDirectory


UNUSED: Final = frozenset({"FORCE_CHANGE_PASSWORD", "RESET_REQUIRED"})
"""Statuses of users who were created by a run, and have not set a password since."""


_OF_OTHERS: Final = frozenset({"sub", "identities", LEGACY_UID, LEGACY_LINKED})
_UNSAID: Final = frozenset({("email_verified", "false"), ("phone_number_verified", "false")})
"""What Cognito may say of a user who was created without it."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class OwnUsers:
    """
    Recognises users whose creation was not recorded.

    A user counts as the run's own if the pool holds the run's voucher for exactly this account,
    which only authcore can write, and which names the run: another run may have created a user for
    the same account meanwhile.  The user must not have set a password, unless *statuses* says
    otherwise; after a sign-in the proof of the link has replaced the voucher, and counts instead.
    Asked only about users whom the run may have created: the call got no answer, or the run was
    killed before it recorded one.

    Args:
        directory: The pool.

        proofs: Of the pool.

        run_id: Of the run.

        statuses: Of a user who may be the run's own; by default UNUSED.  With CONFIRMED, a user
            counts whom the migration trigger created since: an undo keeps every such user.
    """

    directory: UserDirectory
    proofs: LinkProofs
    run_id: str
    statuses: frozenset[str] = UNUSED

    def find(self, planned: PlannedUser) -> UserOutcome | None:
        """
        Return the outcome of *planned* if the run created the user; None if it did not.

        Raises:
            ProviderUnavailableError: No usable answer.
        """
        if planned.user is None:
            return None
        found = self.directory.find(planned.user.username)
        return record_recovery(planned, found) if found and self.is_own(planned, found) else None

    def is_own(self, planned: PlannedUser, user: DirectoryUser) -> bool:
        """Whether *user* is the one whom the run created for *planned*."""
        is_named = user.attributes.get(LEGACY_UID) == planned.legacy_uid
        return is_named and user.status in self.statuses and self._is_proven(user)

    def has_voucher(self, user: DirectoryUser) -> bool:
        """Whether *user*, used or not, has the run's voucher for the account that it names."""
        voucher = self.proofs.voucher(user.attributes.get(LEGACY_LINKED))
        named = user.attributes.get(LEGACY_UID)
        return voucher is not None and (voucher.legacy_uid, voucher.run_id) == (named, self.run_id)

    def _is_proven(self, user: DirectoryUser) -> bool:
        if user.status in UNUSED:
            return self.has_voucher(user)
        statement, legacy_uid = (user.attributes.get(name) for name in (LEGACY_LINKED, LEGACY_UID))
        is_linked = self.proofs.is_linked(statement, user.subject, legacy_uid)
        return is_linked or self.has_voucher(user)


def record_creation(planned: PlannedUser, user: DirectoryUser) -> UserOutcome:
    """Return the outcome of *planned*, whom the pool has just created as *user*."""
    return UserOutcome(
        planned.number, "created", subject=user.subject, modified_at=user.modified_at
    )


def record_recovery(planned: PlannedUser, user: DirectoryUser) -> UserOutcome:
    """
    Return the outcome of *planned*, of whom *user* was found later.

    Without a date, which an undo takes for a change, where the user is not as planned: an
    administrator may have changed the user meanwhile.
    """
    modified_at = user.modified_at if holds(user, planned) else None
    return attrs.evolve(record_creation(planned, user), modified_at=modified_at)


def holds(user: DirectoryUser, planned: PlannedUser) -> bool:
    """Whether *user* is enabled and has the attributes of the plan, and no other but of links."""
    wanted = planned.user.attributes if planned.user else {}
    return user.enabled and _own_attributes(user.attributes) == _own_attributes(wanted)


def _own_attributes(held: Mapping[str, str]) -> dict[str, str]:
    """Return what says something of the user; an import trims values."""
    return {
        name: value.strip()
        for name, value in held.items()
        if value.strip() and name not in _OF_OTHERS and (name, value) not in _UNSAID
    }
