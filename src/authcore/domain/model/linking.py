"""How accounts may be joined, and what came of it."""

from collections.abc import Mapping
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
    What a team allows.  That an address is verified on both sides is not theirs to choose.

    Attributes:
        email_providers: Providers whose verified e-mail address may link an existing account;
            NATIVE for pool users.  All others are linked by identity and Cognito id only.
        creation: What the legacy system can promise.
        issuers: Who must have issued an identity of a provider, where that is looked at.
    """

    email_providers: frozenset[str] = frozenset()
    creation: Creation = "unique"
    issuers: Mapping[str, str] = attrs.field(factory=dict)

    def knows_issuer(self, identity: ExternalIdentity) -> bool:
        """Whether *identity* was issued by whom its provider must be, character by character."""
        return self.issuers.get(identity.provider_name, identity.issuer) == identity.issuer


@attrs.frozen(kw_only=True)
class FailurePolicy:
    """
    Whether a user whose link failed is kept out, or gets in and is linked at the next sign-in.

    Attributes:
        blocks: For everybody whose provider is not listed.
        by_provider: By the provider's name; NATIVE for pool users.
    """

    blocks: bool = False
    by_provider: Mapping[str, bool] = attrs.field(factory=dict)

    def keeps_out(self, provider: str | None) -> bool:
        """For a user of *provider*; where nobody can say which, the strictest answer there is."""
        if provider is None:
            return self.blocks or any(self.by_provider.values())
        return self.by_provider.get(provider, self.blocks)

    def __str__(self) -> str:
        """As a setting says it: ``allow Okta=block``."""
        words = {True: "block", False: "allow"}
        listed = (f"{name}={words[blocks]}" for name, blocks in self.by_provider.items())
        return " ".join((words[self.blocks], *listed))


LinkStatus = Literal["already_linked", "linked", "created", "refused", "postponed"]


@attrs.frozen
class LinkOutcome:
    """
    What became of one attempt.

    Attributes:
        status: ``refused``: the answer is no.  ``postponed``: there was no answer; next time.
        reason: ``ok``, how the account was found (``cognito_id``, ``identity``, ``email``,
            ``legacy_uid``),
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
        legacy_uid: ``custom:legacy_uid``; None until linked, or migrated.
        linked_uid: ``custom:legacy_linked``: the legacy id whose account is known to name this
            user; None until then.
    """

    username: str
    subject: str
    email: str | None = attrs.field(repr=False)
    email_verified: bool
    name: str | None = attrs.field(repr=False)
    identity: ExternalIdentity | None
    legacy_uid: str | None
    linked_uid: str | None = None

    @property
    def is_linked(self) -> bool:
        """
        Whether both sides are known to hold both ids.

        Only linking writes an external user's legacy id, and the legacy side before it.  Migration
        writes that of native users too, and no legacy side.
        """
        if self.legacy_uid is None:
            return False
        return self.identity is not None or self.linked_uid == self.legacy_uid

    @property
    def provider(self) -> str:
        """Whose word the address is, as policies name it."""
        return self.identity.provider_name if self.identity else NATIVE


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
