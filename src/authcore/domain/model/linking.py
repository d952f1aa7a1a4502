"""Policies, questions and outcomes of account linking."""

from collections.abc import Mapping
from typing import Literal

import attrs

from authcore.domain.errors import StaleProofError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.provider_names import includes_provider, is_same_provider


NATIVE: str = "Cognito"
"""The provider name of native users, who signed up in the pool itself, in policies."""

Creation = Literal["unique", "idempotent", "lease", "once"]
"""
What prevents a second legacy account for one user.

``unique``: the legacy system stores the Cognito id as a unique external id.  ``idempotent``: it
honours idempotency keys.  ``lease``: accounts can be looked up, and a lease of authcore serialises
attempts.  ``once``: none of these; if an attempt may have had an effect, later ones are refused and
recorded.
"""


@attrs.frozen(kw_only=True)
class LinkPolicy:
    """
    Which links are allowed.  An e-mail address always has to be verified on both sides.

    Names of providers are compared without letter case.

    Attributes:
        email_providers: Providers whose verified e-mail address may link an existing account;
            NATIVE for native users.  By default none: links then need the identity or Cognito id.
        creation: What the legacy system guarantees; by default ``unique``.
        issuers: The issuer that identities of a provider must have, by provider name; by default
            none is checked.
    """

    email_providers: frozenset[str] = frozenset()
    creation: Creation = "unique"
    issuers: Mapping[str, str] = attrs.field(factory=dict)

    def trusts_emails_of(self, provider: str) -> bool:
        """Whether a verified address of *provider* may link an existing account."""
        return includes_provider(self.email_providers, provider)

    def knows_issuer(self, identity: ExternalIdentity) -> bool:
        """Whether the issuer of *identity* is exactly the one set for its provider, if any."""
        return all(
            issuer == identity.issuer
            for name, issuer in self.issuers.items()
            if is_same_provider(name, identity.provider_name)
        )


@attrs.frozen(kw_only=True)
class FailurePolicy:
    """
    Whether a failed link blocks the sign-in, or the user is linked at the next sign-in instead.

    Names of providers are compared without letter case; of two rules for one provider the stricter
    one holds.

    Attributes:
        blocks: For providers that are not in *by_provider*; by default False.
        by_provider: By provider name; NATIVE for native users.
    """

    blocks: bool = False
    by_provider: Mapping[str, bool] = attrs.field(factory=dict)

    def is_blocked(self, provider: str | None) -> bool:
        """Whether users of *provider* are blocked; for None, unknown, whether any user is."""
        if provider is None:
            return self.blocks or any(self.by_provider.values())
        rules = self.by_provider.items()
        named = [blocks for name, blocks in rules if is_same_provider(name, provider)]
        return any(named) if named else self.blocks

    def __str__(self) -> str:
        """The form of the setting: ``allow Okta=block``."""
        words = {True: "block", False: "allow"}
        listed = (f"{name}={words[blocks]}" for name, blocks in self.by_provider.items())
        return " ".join((words[self.blocks], *listed))


LinkStatus = Literal["already_linked", "linked", "created", "unlinked", "refused", "postponed"]


@attrs.frozen
class LinkOutcome:
    """
    The outcome of one attempt to link.

    Attributes:
        status: ``refused``: a refusal.  ``postponed``: no usable answer; the next token retries.
            ``unlinked``: the user has no account and needs none, because users come from another
            pool.
        reason: ``ok``, how the account was found (``cognito_id``, ``identity``, ``email``,
            ``legacy_uid``), ``email_taken`` where it was created without the address because
            another account has it, or the code of the error.
        legacy_uid: Once known to belong to the user, also where the proof could not be written;
            None by default.
    """

    status: LinkStatus
    reason: str
    legacy_uid: str | None = None

    @property
    def ends_sign_in(self) -> bool:
        """Whether the pool user is gone, so that no policy can let them in."""
        return self.reason == StaleProofError.code


@attrs.frozen
class FoundAccount:
    """The account of a pool user, and how it was found: see LinkOutcome."""

    account: LegacyAccount
    way: Literal["cognito_id", "identity", "email", "legacy_uid"]


@attrs.frozen
class PoolAccount:
    """
    The user who signs in, from a trigger event.

    Attributes:
        username: User name in the pool.
        subject: ``sub``.
        email: As the pool stores it.
        email_verified: Whether the pool verified *email*: True only for ``true`` and ``"true"``.
        name: Display name.
        identity: The primary external identity; None for native users.
        legacy_uid: ``custom:legacy_uid``; None until linked, or migrated.  Proves nothing.
        statement: ``custom:legacy_linked``: see LinkProofs; None where there is none.
    """

    username: str
    subject: str
    email: str | None = attrs.field(repr=False)
    email_verified: bool
    name: str | None = attrs.field(repr=False)
    identity: ExternalIdentity | None
    legacy_uid: str | None
    statement: str | None = attrs.field(default=None, repr=False)

    @property
    def provider(self) -> str:
        """Name of the provider that the address comes from, as in policies."""
        return self.identity.provider_name if self.identity else NATIVE


@attrs.frozen
class AccountQuery:
    """
    The keys by which the legacy account of a pool user is looked up, in one call.

    Attributes:
        cognito_id: ``sub``.
        identity: None for native users.
        email: In canonical form; None where linking by address is not allowed.
    """

    cognito_id: str
    identity: ExternalIdentity | None
    email: str | None = attrs.field(repr=False)


@attrs.frozen
class AccountMatches:
    """
    The legacy accounts that match an AccountQuery; None by default.

    Attributes:
        by_cognito_id: Is attached to this Cognito user already.
        by_identity: Has this identity.
        by_email: The only account with this e-mail address, verified there or not.
    """

    by_cognito_id: LegacyAccount | None = None
    by_identity: LegacyAccount | None = None
    by_email: LegacyAccount | None = None


@attrs.frozen
class NewLegacyAccount:
    """
    A legacy account to create for a pool user, attached from the start.

    Attributes:
        cognito_id: ``sub``, the unique external id.
        identity: None for native users.
        username: Suggested; the legacy system may choose another.
        email: None where there is none.
        email_verified: Whether the pool verified *email*.
        display_name: For greetings.
    """

    cognito_id: str
    identity: ExternalIdentity | None
    username: str = attrs.field(repr=False)
    email: str | None = attrs.field(repr=False)
    email_verified: bool
    display_name: str | None = attrs.field(repr=False)
