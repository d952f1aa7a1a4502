"""Revoke the refresh token of an exchange whose session ended while it was under way."""

from typing import Final

import attrs

from authcore.domain.errors import (
    AuthcoreError,
    MisconfiguredError,
    ProviderMisconfiguredError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.tokens import RefreshToken
from authcore.ports.audit import AuditLog
from authcore.ports.token_endpoint import TokenRevoker


ACTION: Final = "session.successor"

MAX_CALLS: Final = 2
"""How often the provider is called for one token; the TokenRevoker bounds each call in time."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SuccessorRevocation:
    """
    Revoke refresh tokens that no browser has received.

    A token that could not be revoked stays good at the provider.  Neither a browser nor a cache
    holds it then, and the audit log says so.

    Attributes:
        revoker: None where this process has none, although it exchanges tokens; the audit log says
            so for each of them.
        audit: Records the outcome.
    """

    revoker: TokenRevoker | None
    audit: AuditLog

    def revoke(self, token: RefreshToken | None, *, subject: str | None = None) -> bool:
        """Revoke *token*; whether the provider confirmed it.  Never raises an outage."""
        if token is None:
            return False
        error = self._try(token)
        self.audit.record(AuditEvent.of(ACTION, error, subject=subject))
        return error is None

    def _try(self, token: RefreshToken) -> AuthcoreError | None:
        revoker, error = self.revoker, None
        if revoker is None:
            return ProviderMisconfiguredError("no token can be revoked here", detail="no revoker")
        for _ in range(MAX_CALLS):
            try:
                revoker.revoke(token)
            except (RejectedError, MisconfiguredError) as final:
                return final
            except UnavailableError as outage:
                error = outage
            else:
                return None
        return error
