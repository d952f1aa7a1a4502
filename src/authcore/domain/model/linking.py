"""How accounts may be joined, and what came of it."""

from typing import Literal

import attrs

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import ExternalIdentity


NATIVE: str = "Cognito"
"""Stands for users who signed up in the pool itself, where policies name providers."""

Creation = Literal["unique", "idempotent", "lease", "once"]
"""
What keeps the legacy system from holding two accounts of one person.

``unique``: the Cognito id is a unique external id there.  ``idempotent``: creates are keyed.
``lease``: accounts can be looked up, and a lease of ours keeps attempts apart.  ``once``: none of
these; a second attempt whose first one may have had an effect is refused and recorded.
"""


@attrs.frozen(kw_only=True)
class LinkPolicy:
    """
    What a team allows.

    Attributes:
        email_providers: Providers whose verified e-mail address may link an existing account;
            NATIVE for pool users.  All others are linked by identity and Cognito id only.
        creation: What the legacy system can promise.
        blocks_sign_in: Whether a user whose link failed is kept out.  By default they get in, the
            link is repaired at the next sign-in, and the audit says so.
    """

    email_providers: frozenset[str] = frozenset()
    creation: Creation = "unique"
    blocks_sign_in: bool = False


LinkStatus = Literal["already_linked", "linked", "created", "refused", "postponed"]


@attrs.frozen
class LinkOutcome:
    """
    What became of one attempt.

    Attributes:
        status: ``refused``: the answer is no.  ``postponed``: there was no answer; next time.
        reason: ``ok``, how the account was found (``cognito_id``, ``identity``, ``email``),
            ``email_taken`` where it was created without the address because another one has it, or
            the code of the error.
        legacy_uid: Once known to belong to the user.
    """

    status: LinkStatus
    reason: str
    legacy_uid: str | None = None


@attrs.frozen
class PoolAccount:
    """
    Somebody who signs in, as a trigger's event shows them.

    Attributes:
        username: The pool's own user name.
        subject: ``sub``.
        email: As the pool holds it.
        email_verified: Whether the pool vouches for it: ``true`` or ``"true"``, nothing else.
        name: Display name.
        identity: The primary external identity; None for native users.
        legacy_uid: ``custom:legacy_uid``; None until linked.
    """

    username: str
    subject: str
    email: str | None = attrs.field(repr=False)
    email_verified: bool
    name: str | None = attrs.field(repr=False)
    identity: ExternalIdentity | None
    legacy_uid: str | None


@attrs.frozen
class AccountQuery:
    """
    Ways in which a legacy account may be the one of a pool user; asked in one call.

    Attributes:
        cognito_id: ``sub``.
        identity: None for native users.
        email: In canonical form, only where linking by it is allowed; otherwise None.
    """

    cognito_id: str
    identity: ExternalIdentity | None
    email: str | None = attrs.field(repr=False)


@attrs.frozen
class AccountMatches:
    """
    Which legacy account each way of an AccountQuery leads to.

    Attributes:
        by_cognito_id: Attached to this Cognito user already.
        by_identity: Has this identity at the same provider.
        by_email: The one account with this e-mail address, verified there or not.
    """

    by_cognito_id: LegacyAccount | None = None
    by_identity: LegacyAccount | None = None
    by_email: LegacyAccount | None = None


@attrs.frozen
class NewLegacyAccount:
    """
    A legacy account to be created for a pool user, attached from its first moment.

    Attributes:
        cognito_id: ``sub``; the unique external id.
        identity: None for native users.
        username: A wish; the legacy system may choose another.
        email: None where there is none.
        email_verified: Whether the pool vouches for *email*.
        display_name: For greeting people.
    """

    cognito_id: str
    identity: ExternalIdentity | None
    username: str = attrs.field(repr=False)
    email: str | None = attrs.field(repr=False)
    email_verified: bool
    display_name: str | None = attrs.field(repr=False)
