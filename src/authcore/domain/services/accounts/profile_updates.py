"""
Brings the legacy account in step with what its user changed in the pool.

Each field has one owner, so that no change comes back: the fields that are written here are those
that the profile sync never writes to the pool.
"""

from collections.abc import Collection
from typing import Final

import attrs

from authcore.domain.errors import RejectedError, UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.linking import LinkPolicy, PoolAccount
from authcore.domain.model.profile_updates import update_of
from authcore.domain.model.profiles import ProfileField
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_profiles import LegacyProfileWriter


ACTION: Final = "profile.update"


@attrs.frozen(kw_only=True, repr=False, eq=False)
class ProfileUpdates:
    """
    Writes the pool's fields to the legacy account of a user who signs in.

    Attributes:
        writer: The legacy system.
        owned: Fields of the pool.
        policy: Names the providers whose verified addresses are believed.
        audit: Records what was written, refused, or got no answer.
    """

    writer: LegacyProfileWriter
    owned: frozenset[ProfileField]
    policy: LinkPolicy
    audit: AuditLog

    def tell(self, user: PoolAccount, legacy_uid: str, providers: Collection[str] | None) -> None:
        """
        Write what differs.  Never raises one of our errors: the next sign-in repeats it.

        Args:
            user: As the pool holds them.

            legacy_uid: Of an account that a proof names.

            providers: Of all identities that sign the user in, each of which may have written the
                address; none for users whose address only the pool itself verified, and None where
                that is not known.
        """
        trusts_email = providers is not None and all(map(self.policy.trusts_emails_of, providers))
        update = update_of(user, self.owned, trusts_email=trusts_email)
        if update is None:
            return
        error: RejectedError | UnavailableError | None = None
        try:
            if not self.writer.write(legacy_uid, user.subject, update):
                return
        except (RejectedError, UnavailableError) as failure:
            error = failure
        self.audit.record(AuditEvent.of(ACTION, error, subject=user.subject, legacy_uid=legacy_uid))
