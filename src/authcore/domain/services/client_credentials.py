"""
Call APIs as a program: one cached access token of an app client, without a user.

See: RFC 6749 §4.4.
"""

from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.domain.errors import AuthcoreError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.services.sessions.single_flight import SingleFlight
from authcore.ports.audit import AuditLog
from authcore.ports.system import Clock
from authcore.ports.token_endpoint import MachineTokenIssuer


MARGIN: Final = timedelta(seconds=60)
"""
How long before its expiry a token is replaced.

The API that gets it may be that far ahead (MAX_LEEWAY), and the call takes its time.
"""

_ACTION: Final = "machine.token"
_KEY: Final = "token"


@attrs.frozen
class _Held:
    """A token, when it was requested, and until when it is handed out."""

    token: str = attrs.field(repr=False)
    since: datetime
    until: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether it may be handed out; not after the clock was set back."""
        return self.since <= now < self.until


@attrs.define(kw_only=True, eq=False, repr=False)
class ClientCredentials:
    """
    Give an access token of one app client to every caller.  Threads share it.

    The token is requested when it is first needed, and again MARGIN before it expires, by one
    thread; others that need it meanwhile wait for the same answer.  A failure is raised to all of
    them, and nothing of it is kept: the next call tries again.

    Attributes:
        issuer: Cognito's token endpoint.
        clock: Tells when the token expires.
        audit: Records every request for a token.
        scopes: That the token has; all of the app client's by default.
        flights: Shares one request between the threads of this process; new by default.
    """

    issuer: MachineTokenIssuer
    clock: Clock
    audit: AuditLog
    scopes: frozenset[str] = frozenset()
    flights: SingleFlight[_Held] = attrs.field(factory=SingleFlight)
    _held: _Held | None = attrs.field(default=None, init=False)

    def access_token(self) -> str:
        """
        Return a token that is valid for MARGIN at least, unless Cognito issues shorter ones.

        Raises:
            ScopeRejectedError: The app client may not have these scopes.

            ClientMisconfiguredError: Cognito refuses the app client with every known secret, or
                does not allow it the grant.  An operator must act.

            ProviderUnavailableError: No usable answer.  A later call may succeed.
        """
        held = self._fresh()
        return (held or self.flights.do(_KEY, self._renew)).token

    def _fresh(self) -> _Held | None:
        held = self._held
        return held if held is not None and held.is_fresh(self.clock.now()) else None

    def _renew(self) -> _Held:
        """Request a token, unless a request that ended a moment ago brought one."""
        return self._fresh() or self._request()

    def _request(self) -> _Held:
        since = self.clock.now()
        try:
            issued = self.issuer.issue(self.scopes)
        except AuthcoreError as error:
            self.audit.record(AuditEvent.of(_ACTION, error))
            raise
        self.audit.record(AuditEvent.of(_ACTION, None))
        self._held = held = _Held(issued.access_token, since, since + issued.lifetime - MARGIN)
        return held
