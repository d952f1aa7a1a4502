"""The proof of an external sign-in that may be connected, in one sealed cookie."""

import re
from typing import Final

from authcore.adapters.cookie_header import Pairs, cookie_pairs
from authcore.adapters.cookies.attempts import ATTEMPT
from authcore.adapters.cookies.chunking import MAX_SET_COOKIE_LENGTH
from authcore.adapters.cookies.room import length_beside, length_of
from authcore.adapters.cookies.session_cookies import DEFAULT_BUDGET
from authcore.adapters.cookies.set_cookie import CookieScope
from authcore.adapters.sealing.envelope import Envelope, KeyRing, Unsealed
from authcore.domain.errors import SessionTooLargeError
from authcore.domain.model.connecting import PROOF_LIFETIME, ConnectTicket
from authcore.domain.model.directory import ExternalIdentity
from authcore.ports.cookies import CookieJar
from authcore.ports.system import Clock, Entropy


COOKIE: Final = "__Host-authcore_connect"

_EARLIER: Final = 7
"""How many texts cookies of earlier releases hold, which name no attempt."""

_NAME: Final = re.compile(COOKIE)
_HOST_ONLY: Final = CookieScope(domain=None)


class SealedTicketJar(CookieJar[ConnectTicket]):
    """
    One ConnectTicket of a browser, for this host only.

    ``__Host-`` cookies cannot be set from a sibling host, so an attacker cannot plant a ticket.

    Args:
        ring: Shared by the services that complete sign-ins.

        clock: Tells when a ticket expires.

        entropy: For nonces.

        budget: Maximum length of this cookie and the session's in the ``Cookie`` header, in
            characters, names included; by default DEFAULT_BUDGET.  Attempts make room for both.
    """

    __slots__ = ("_budget", "_clock", "_envelope")

    def __init__(
        self, *, ring: KeyRing, clock: Clock, entropy: Entropy, budget: int = DEFAULT_BUDGET
    ) -> None:
        self._envelope = Envelope("connect", ring=ring, clock=clock, entropy=entropy)
        self._clock = clock
        self._budget = budget

    def read(self, cookie_header: str) -> ConnectTicket | None:
        """See the port."""
        values = {value for name, value in cookie_pairs(cookie_header) if name == COOKIE}
        unsealed = self._envelope.unseal(values.pop()) if len(values) == 1 else None
        return _ticket(unsealed) if unsealed else None

    def write(self, value: ConnectTicket, cookie_header: str = "") -> tuple[str, ...]:
        """See the port."""
        sealed = self._envelope.seal(_texts(value), expires_at=value.expires_at)
        cookie = _HOST_ONLY.set_cookie(COOKIE, sealed, value.expires_at - self._clock.now())
        length = length_of(COOKIE, sealed) + _length_beside(cookie_pairs(cookie_header))
        if len(cookie) > MAX_SET_COOKIE_LENGTH or length > self._budget:
            raise SessionTooLargeError("a ticket does not fit beside the session")
        return (cookie,)

    def clear(self, cookie_header: str = "") -> tuple[str, ...]:
        """See the port."""
        is_present = any(name == COOKIE for name, _ in cookie_pairs(cookie_header))
        return (_HOST_ONLY.delete_cookie(COOKIE),) if is_present else ()


def _length_beside(pairs: Pairs) -> int:
    return length_beside(pairs, ATTEMPT, _NAME)


def _texts(ticket: ConnectTicket) -> tuple[str | None, ...]:
    identity = ticket.identity
    return (
        *(ticket.username, ticket.subject, identity.provider_name, identity.user_id),
        *(ticket.address, ticket.client, ticket.target, ticket.attempt),
    )


def _ticket(unsealed: Unsealed) -> ConnectTicket | None:
    texts = unsealed.texts
    match (*texts, None) if len(texts) == _EARLIER else texts:
        case (
            str(username),
            str(subject),
            str(provider_name),
            str(user_id),
            str(address),
            str(client),
            str() | None as target,
            str() | None as attempt,
        ):
            return ConnectTicket(
                username=username,
                subject=subject,
                identity=ExternalIdentity(provider_name, user_id),
                address=address,
                client=client,
                signed_in_at=unsealed.expires_at - PROOF_LIFETIME,
                target=target,
                attempt=attempt,
            )
        case _:
            return None
