"""What the attributes of an event state about the link of its user, under the team's keys."""

from collections.abc import Mapping
from typing import Final

from authcore.domain.model.link_proofs import LinkProofs, Refusal
from authcore.domain.model.linking import LinkPolicy
from authcore_lambda.events.token_overrides import LinkClaims
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.user_attributes import EventUnreadableError


TOLD: Final = frozenset({"link_taken"})
"""Reasons of refusals that tokens tell: the user, who proved the address, can connect the two."""


class LinkStatements:
    """
    Reads statements of any pool.

    Args:
        keys: Of link proofs.

        issuers: The issuer that identities of a provider must have, by provider name.
    """

    def __init__(self, keys: tuple[bytes, ...], issuers: Mapping[str, str]) -> None:
        self._keys = keys
        self._policy = LinkPolicy(issuers=issuers)

    def proven(self, event: TriggerEvent) -> LinkClaims | None:
        """Return the account that a proof holds for; None where none does."""
        user, proofs = event.user, self._proofs(event)
        if proofs is None or user.subject is None or not self._knows_issuer(event):
            return None
        is_linked = proofs.is_linked(user.statement, user.subject, user.legacy_uid)
        return LinkClaims(legacy_uid=user.legacy_uid) if is_linked else None

    def refusal(self, event: TriggerEvent) -> Refusal | None:
        """Return the refusal of an earlier link; None where there is none."""
        user, proofs = event.user, self._proofs(event)
        if proofs is None or user.subject is None:
            return None
        return proofs.refusal(user.statement, user.subject)

    def _proofs(self, event: TriggerEvent) -> LinkProofs | None:
        pool_id = event.pool_id
        return (
            None if isinstance(pool_id, EventUnreadableError) else LinkProofs(self._keys, pool_id)
        )

    def _knows_issuer(self, event: TriggerEvent) -> bool:
        """Whether the user comes from the issuer that is set: it may be set after the link."""
        identity = event.user.identity
        if isinstance(identity, EventUnreadableError):
            return not self._policy.issuers
        return identity is None or self._policy.knows_issuer(identity)


def claims_after(reason: str | None) -> LinkClaims:
    """Return what tokens tell after a refusal for *reason*; None where there was none."""
    return LinkClaims(refusal=reason if reason in TOLD else None)
